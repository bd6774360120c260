package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of requests while the state machine of a real raft node hangs, fails or is stopped. */
class RequestsTest {
    /** More than is let in. */
    private static final int MANY = 4000;

    private static final int LET_IN = 3072;

    @TempDir
    Path root;

    private final NoteCommand.Family notes = new NoteCommand.Family();
    private RaftCluster cluster = new RaftCluster(Path.of("unused"));

    @BeforeEach
    void newCluster() {
        cluster = new RaftCluster(root);
    }

    @AfterEach
    void close() {
        notes.release();
        cluster.close();
    }

    private RaftCluster.Server alone(CommandFamily<?, ?> family) {
        List<ServerId> ids = RaftCluster.ids(1);
        RaftCluster.Server server = cluster.open(ids.get(0), family, RaftCluster.QUICK);
        cluster.start(server, ids, false);
        return cluster.leader();
    }

    private static List<CompletableFuture<CommandFamily.Result>> append(RaftCluster.Server to, int count) {
        List<CompletableFuture<CommandFamily.Result>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(to.consensus.append(new NoteCommand.Write("n" + i, "x")));
        }
        return all;
    }

    private static Throwable failure(CompletableFuture<?> call) throws Exception {
        try {
            throw new AssertionError("completed with " + call.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    private void awaitNothingInFlight(RaftCluster.Server server) {
        Await.until(
                "nothing in flight",
                RaftCluster.SOON,
                () -> server.consensus.requests().entriesInFlight() == 0
                        && server.consensus.requests().bytesInFlight() == 0,
                () -> server.consensus.requests());
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "The state machine of a leader hangs under 4000 writes",
            seen =
                    "3072 are let in, the others are refused at once as busy; all that were let in are done when it goes on.")
    void whatIsTooMuchIsRefusedAtOnceAndWhatWasLetInIsDone() throws Exception {
        RaftCluster.Server server = alone(notes);
        notes.hold();

        List<CompletableFuture<CommandFamily.Result>> all = append(server, MANY);

        for (CompletableFuture<?> refused : all.subList(LET_IN, MANY)) {
            assertThat(refused).isCompletedExceptionally();
            assertThat(failure(refused)).isInstanceOf(ServerBusyException.class);
        }
        assertThat(server.consensus.requests().entriesInFlight()).isEqualTo(LET_IN);
        assertThat(server.consensus.requests().refusedBusy()).isEqualTo(MANY - LET_IN);

        notes.release();

        for (CompletableFuture<?> letIn : all.subList(0, LET_IN)) {
            assertThat(letIn.get(20, TimeUnit.SECONDS)).isEqualTo(new CommandFamily.Result(true, "x"));
        }
        awaitNothingInFlight(server);
        server.write("again", "1");
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "A command is in the log and the state machine hangs",
            seen =
                    "Its caller is told after 10 s that the outcome is not known; it counts as in flight until it is applied.")
    void afterTenSecondsTheOutcomeIsNotKnown() throws Exception {
        RaftCluster.Server server = alone(notes);
        notes.hold();
        CompletableFuture<CommandFamily.Result> append = append(server, 1).get(0);
        cluster.pass(Duration.ofSeconds(9));
        CompletableFuture<CommandFamily.Result> later = append(server, 1).get(0);

        cluster.pass(Duration.ofSeconds(2));

        assertThat(failure(append)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(later).isNotDone();
        assertThat(server.consensus.requests().entriesInFlight()).isEqualTo(2);
        Await.until(
                "counted", RaftCluster.SOON, () -> server.consensus.requests().unanswered() == 1);
        notes.release();
        assertThat(later.get(20, TimeUnit.SECONDS).done()).isTrue();
        cluster.awaitNote(server, "n0", "x");
        awaitNothingInFlight(server);
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "A consistent read waits for a state machine that hangs",
            seen = "It ends after 5 s without an answer; nothing of it is left.")
    void aReadEndsWithoutAnAnswerAfterFiveSeconds() throws Exception {
        RaftCluster.Server server = alone(notes);
        notes.hold();
        CompletableFuture<CommandFamily.Result> append = append(server, 1).get(0);
        CompletableFuture<?> read = server.consensus.readBarrier();

        cluster.pass(Duration.ofSeconds(6));

        assertThat(failure(read)).isInstanceOf(NotCommittedException.class).hasMessageContaining("in time");
        assertThat(append).isNotDone();
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "The group is stopped while its state machine hangs",
            seen = "The stop returns, and every write that was in flight ends as one of unknown outcome.")
    void everyWriteEndsWithTheGroup() throws Exception {
        RaftCluster.Server server = alone(notes);
        notes.hold();
        long before = server.status().lastLogIndex();
        List<CompletableFuture<CommandFamily.Result>> all = append(server, 100);
        // Behind raft's queue, not in it: what raft has not taken yet at the stop is known not to be committed.
        Await.until(
                "all in the log",
                RaftCluster.SOON,
                () -> server.status().lastLogIndex() >= before + 100,
                cluster::states);

        server.consensus.stop();

        for (CompletableFuture<?> append : all) {
            assertThat(append).isCompletedExceptionally();
            assertThat(failure(append)).isInstanceOf(OutcomeUnknownException.class);
        }
        assertThat(failure(append(server, 1).get(0))).isExactlyInstanceOf(NotCommittedException.class);
    }

    @Test
    @Fault(
            line = "A1c",
            fault =
                    "The group is stopped while writes stand in raft's queue and it takes none of them, and is started again",
            seen = "Every write ends; none that was called not committed is there afterwards, nor ever comes.")
    void aWriteThatAStopCallsNotCommittedIsNotThereAfterwards() throws Exception {
        RaftCluster.Server server = alone(notes);
        CountDownLatch free = holdLock(server);
        List<CompletableFuture<CommandFamily.Result>> all = append(server, 100);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server.consensus::stop);
        // Whether raft takes the writes first or stops first is open from here on.
        free.countDown();
        stopped.get(20, TimeUnit.SECONDS);
        Set<String> notCommitted = new TreeSet<>();
        for (int i = 0; i < all.size(); i++) {
            CompletableFuture<?> append = all.get(i);
            assertThat(append).isDone();
            if (append.isCompletedExceptionally()) {
                Throwable failure = failure(append);
                assertThat(failure).isInstanceOfAny(OutcomeUnknownException.class, NotCommittedException.class);
                if (failure instanceof NotCommittedException) {
                    notCommitted.add("n" + i);
                }
            }
        }

        cluster.start(server, List.of(server.id), true);
        cluster.leader();
        server.write("after", "1");

        for (String name : notCommitted) {
            assertThat(server.note(name)).as(name).isEmpty();
        }
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "The state machine fails while writes are in flight",
            seen = "Each of them ends at once as one of unknown outcome, and later ones are refused with the reason.")
    void everyWriteEndsWithAFailureOfTheNode() throws Exception {
        NoteCommand.Family breaking = new NoteCommand.Family(true);
        RaftCluster.Server server = alone(breaking);
        breaking.hold();
        List<CompletableFuture<CommandFamily.Result>> all = append(server, 10);
        all.add(server.consensus.append(new NoteCommand.Break()));
        all.addAll(append(server, 600));

        breaking.release();

        for (CompletableFuture<?> append : all.subList(10, all.size())) {
            assertThat(failure(append)).isInstanceOf(OutcomeUnknownException.class);
        }
        assertThat(failure(append(server, 1).get(0)))
                .isExactlyInstanceOf(NotCommittedException.class)
                .hasMessageContaining("raft has failed on this server");
        awaitNothingInFlight(server);
    }

    /** As SOFAJRaft does it while its term and vote are synced. */
    private static CountDownLatch holdLock(RaftCluster.Server server) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Thread holding = new Thread(() -> {
            Lock lock = NodeOf.lock(server);
            lock.lock();
            try {
                held.countDown();
                free.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                lock.unlock();
            }
        });
        holding.setDaemon(true);
        holding.start();
        held.await();
        return free;
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "The node's lock is held, as over a sync of term and vote on a disk that hangs",
            seen = "Status and figures are answered and say how old they are; every request ends by its deadline.")
    void nobodyWaitsForTheLockOfTheNode() throws Exception {
        RaftCluster.Server server = alone(notes);
        server.write("before", "1");
        Await.until("a fresh status", RaftCluster.SOON, () -> server.consensus.statusAgeMs() < 600);
        CountDownLatch free = holdLock(server);
        try {
            Await.until("an age that grows", RaftCluster.SOON, () -> server.consensus.statusAgeMs() > 1500);
            assertThat(server.status().isLeader()).isTrue();
            assertThat(server.consensus.measurements()).containsKey(new Measurement("append-logs", "", "count"));
            assertThat(server.consensus.state().appliedIndex()).isPositive();
            CompletableFuture<?> append = append(server, 1).get(0);
            CompletableFuture<?> read = server.consensus.readBarrier();
            CompletableFuture<?> leaseRead = server.consensus.leaseBarrier();
            ServerId other = RaftCluster.ids(1).get(0);
            CompletableFuture<?> begun = server.consensus.transferLeadership(other);
            CompletableFuture<?> waiting = server.consensus.change(new Consensus.PeerChange.AddLearner(other));
            cluster.pass(Duration.ofSeconds(11));
            assertThat(failure(append)).isInstanceOf(OutcomeUnknownException.class);
            assertThat(failure(read)).isInstanceOf(NotCommittedException.class);
            assertThat(failure(leaseRead)).isInstanceOf(NotCommittedException.class);
            cluster.pass(Duration.ofSeconds(61));
            assertThat(failure(begun)).isInstanceOf(OutcomeUnknownException.class);
            assertThat(failure(waiting))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("not begun");
        } finally {
            free.countDown();
        }
        Await.until("a fresh status", RaftCluster.SOON, () -> server.consensus.statusAgeMs() < 600);
        cluster.awaitNote(server, "n0", "x");
        server.write("again", "1");
        assertThat(server.status().learners()).isEmpty();
    }
}
