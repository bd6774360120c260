package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.core.NodeImpl;
import io.quorate.Await;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a leader may answer that was replaced and does not know it yet. */
class FreshReadsTest {
    /** By it the node looks whether it still has a majority, at half of it: long after the others have elected another. */
    private static final ConsensusSettings.Timing SLOW_TO_NOTICE =
            new ConsensusSettings.Timing(60_000, 200, ConsensusSettings.Snapshots.ONLY_WHEN_ASKED);

    @TempDir
    Path root;

    private RaftCluster cluster = new RaftCluster(Path.of("unused"));

    @BeforeEach
    void newCluster() {
        cluster = new RaftCluster(root);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** The timer that would make it step down is slow, as is one of a process that stood still; its lease is not. */
    private RaftCluster.Server slowLeader(List<RaftCluster.Server> all, RaftCluster.Server slow) {
        NodeImpl node = NodeOf.server(slow);
        assertThat(node.getOptions().getElectionTimeoutMs()).isEqualTo(SLOW_TO_NOTICE.electionTimeoutMs());
        node.resetElectionTimeoutMs(RaftCluster.QUICK.electionTimeoutMs());
        Await.until(
                "the slow one leads",
                RaftCluster.SOON,
                () -> {
                    all.stream()
                            .filter(server -> server != slow && server.status().isLeader())
                            .forEach(leader -> assertThat(leader.consensus.transferLeadership(slow.id))
                                    .isNotNull());
                    return slow.status().isLeader()
                            && all.stream()
                                    .allMatch(s -> slow.id.equals(s.status().leader()));
                },
                cluster::states);
        return slow;
    }

    @Test
    @Fault(
            line = "A10",
            fault = "The others elect a new leader, which commits, while the old one still believes that it leads",
            seen = "Neither a default nor a consistent read is confirmed on the old one; its last contact grows.")
    void aLeaderThatWasReplacedConfirmsNoRead() throws Exception {
        List<ServerId> ids = RaftCluster.ids(3);
        List<RaftCluster.Server> all = List.of(
                cluster.open(ids.get(0)),
                cluster.open(ids.get(1)),
                cluster.open(ids.get(2), new NoteCommand.Family(), SLOW_TO_NOTICE));
        all.forEach(server -> cluster.start(server, ids, false));
        RaftCluster.Server old = slowLeader(all, all.get(2));
        old.write("x", "old");
        done(old.consensus.leaseBarrier());
        done(old.consensus.readBarrier());
        assertThat(old.note("x")).isEqualTo("old");
        assertThat(old.status().lastContactMs()).isZero();

        cluster.cutOff(old);

        Await.until(
                "a new leader",
                RaftCluster.SOON,
                () -> all.subList(0, 2).stream().anyMatch(s -> s.status().isLeader()),
                cluster::states);
        RaftCluster.Server fresh = all.subList(0, 2).stream()
                .filter(s -> s.status().isLeader())
                .findFirst()
                .orElseThrow();
        fresh.write("x", "new");
        CompletableFuture<?> lease = old.consensus.leaseBarrier();
        CompletableFuture<?> majority = old.consensus.readBarrier();

        assertThat(refused(lease)).isInstanceOf(NotCommittedException.class);
        assertThat(refused(majority)).isInstanceOf(NotCommittedException.class);
        // What a read without either would have been answered.
        assertThat(old.status().isLeader()).isTrue();
        assertThat(old.note("x")).isEqualTo("old");
        cluster.pass(Duration.ofSeconds(60));
        Await.until(
                "a last contact beyond the lease",
                RaftCluster.SOON,
                () -> old.status().lastContactMs() >= 60_000,
                cluster::states);
    }

    @Test
    @Fault(
            line = "A10",
            fault = "A leader is cut off from all others, steps down and hears of no other leader",
            seen = "Its last contact is when a majority last answered it, and grows: a bound on staleness holds.")
    void aLeaderThatSteppedDownTellsHowOldItsStateIs() throws Exception {
        cluster.found(3);
        RaftCluster.Server old = cluster.leader();
        old.write("x", "old");
        cluster.cutOff(old);
        Await.until(
                "it steps down",
                RaftCluster.SOON,
                () -> !old.status().isLeader() && old.status().leader() == null,
                cluster::states);
        assertThat(old.status().lastContactMs()).isPositive();
        cluster.pass(Duration.ofSeconds(60));
        Await.until(
                "a last contact as long ago",
                RaftCluster.SOON,
                () -> old.status().lastContactMs() >= 60_000,
                cluster::states);
    }

    /** A follower asks the leader and waits until it has applied as much. */
    @Test
    void aFollowerThatWasConfirmedHasWhatTheLeaderHad() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        RaftCluster.Server leader = cluster.leader();
        for (int i = 0; i < 20; i++) {
            leader.write("x", "v" + i);
            for (RaftCluster.Server server : all) {
                done(server.consensus.leaseBarrier());
                assertThat(server.note("x")).isEqualTo("v" + i);
            }
        }
    }

    private static void done(CompletableFuture<?> call) throws Exception {
        call.get(20, TimeUnit.SECONDS);
    }

    private static Throwable refused(CompletableFuture<?> call) {
        return call.orTimeout(20, TimeUnit.SECONDS)
                .handle((value, failure) -> Objects.requireNonNull(failure, "it was confirmed"))
                .join();
    }
}
