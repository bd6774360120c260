package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JraftConsensusTest {
    private static final Duration CHANGED = Duration.ofMinutes(3);

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

    private static Throwable failure(CompletableFuture<?> call) throws Exception {
        try {
            throw new AssertionError("completed with " + call.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    /** Longer than raft's own limit for a change, 70 s: before that a slow machine and a lost answer look alike. */
    private static void done(CompletableFuture<?> call) throws Exception {
        call.get(80, TimeUnit.SECONDS);
    }

    private RaftCluster.Server follower(List<RaftCluster.Server> all) {
        return all.stream().filter(s -> !s.status().isLeader()).findFirst().orElseThrow();
    }

    private static RaftStatus.Follower seen(RaftCluster.Server leader, RaftCluster.Server follower) {
        return leader.status().followers().getOrDefault(follower.id, new RaftStatus.Follower(0, -1, false));
    }

    private static List<ServerId> sorted(List<ServerId> ids) {
        return ids.stream().sorted().toList();
    }

    /** Repeats a change that says "not now". */
    private void change(PeerChange change) {
        Await.until(
                change.toString(),
                CHANGED,
                () -> {
                    try {
                        done(cluster.leader().consensus.change(change));
                        return true;
                    } catch (ExecutionException e) {
                        // Also a leader that a busy machine unseats: asking again is what adoption does.
                        assertThat(e.getCause())
                                .isInstanceOfAny(NotCommittedException.class, OutcomeUnknownException.class);
                        return false;
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                cluster::states);
    }

    @Test
    void threeServersElectALeaderAndApplyTheSameEntries() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        RaftCluster.Server leader = cluster.leader();

        CommandFamily.Result result = leader.write("a", "1");

        assertThat(result).isEqualTo(new CommandFamily.Result(true, "1"));
        assertThat(leader.note("a")).isEqualTo("1");
        all.forEach(server -> cluster.awaitNote(server, "a", "1"));
        RaftCluster.Server follower = follower(all);
        Await.until(
                "equal figures",
                RaftCluster.SOON,
                () -> follower.status().lastLogIndex() == leader.status().lastLogIndex()
                        && follower.status().lastLogTerm() == leader.status().lastLogTerm()
                        && follower.status().appliedIndex() == leader.status().appliedIndex()
                        && follower.status().commitIndex() == leader.status().commitIndex()
                        && leader.status().lastLogIndex() >= 2
                        && leader.status().lastLogTerm() >= 1
                        && seen(leader, follower).lastLogIndex()
                                == leader.status().lastLogIndex(),
                cluster::states);
        RaftStatus status = follower.status();
        assertThat(status.role()).isEqualTo(RaftStatus.Role.FOLLOWER);
        assertThat(status.term()).isEqualTo(leader.status().term()).isPositive();
        assertThat(status.voters()).hasSize(3);
        assertThat(status.otherVoters(follower.id)).isEqualTo(2);
        assertThat(status.lastContactMs()).isBetween(0L, 5000L);
        assertThat(status.followers()).isEmpty();
        assertThat(seen(leader, follower).connected()).isTrue();
        assertThat(leader.consensus.measurements()).containsKey(new Measurement("append-logs", "", "count"));
    }

    /** By their timers alone there would be no leader for longer than the test waits. */
    @Test
    void theFirstFounderOfANewGroupStandsWithoutWaitingForItsTimer() throws Exception {
        List<ServerId> ids = RaftCluster.ids(3);
        ConsensusSettings.Timing patient =
                new ConsensusSettings.Timing(120_000, 200, ConsensusSettings.Snapshots.ONLY_WHEN_ASKED);
        List<RaftCluster.Server> all = ids.stream()
                .map(id -> cluster.open(id, new NoteCommand.Family(), patient))
                .toList();
        // The others first: it asks them once.
        for (int i = ids.size() - 1; i >= 0; i--) {
            cluster.start(all.get(i), ids, false);
        }

        RaftCluster.Server leader = cluster.leader();

        assertThat(leader.id).isEqualTo(ids.get(0));
        assertThat(leader.status().term()).isEqualTo(1);
    }

    @Test
    void onlyTheLeaderTakesCommandsAndNobodyWithoutAGroup() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        cluster.leader();
        RaftCluster.Server follower = follower(all);
        assertThat(failure(follower.consensus.append(new NoteCommand.Write("a", "1"))))
                .isInstanceOf(NotCommittedException.class);
        follower.consensus.stop();
        assertThat(follower.status().role()).isEqualTo(RaftStatus.Role.NONE);
        assertThat(failure(follower.consensus.append(new NoteCommand.Write("a", "1"))))
                .isInstanceOf(NotCommittedException.class);
        assertThat(failure(follower.consensus.readBarrier())).isInstanceOf(NotCommittedException.class);
    }

    @Test
    void aReadBarrierOnAFollowerShowsWhatWasCommittedBefore() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        RaftCluster.Server leader = cluster.leader();
        RaftCluster.Server follower = follower(all);
        for (int i = 0; i < 30; i++) {
            leader.write("a", "v" + i);
            done(follower.consensus.readBarrier());
            assertThat(follower.note("a")).isEqualTo("v" + i);
        }
    }

    @Test
    void whenTheLeaderStopsAnotherLeadsWithEveryEntryAndTheOldOneCatchesUp() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        RaftCluster.Server first = cluster.leader();
        List<ServerId> ids = all.stream().map(s -> s.id).toList();
        first.write("a", "1");
        cluster.drop(first);
        RaftCluster.Server second = cluster.leader();
        assertThat(second.id).isNotEqualTo(first.id);
        second.write("b", "2");
        assertThat(second.note("a")).isEqualTo("1");
        RaftCluster.Server back = cluster.open(first.id);
        cluster.start(back, ids, true);
        cluster.awaitNote(back, "b", "2");
    }

    @Test
    void allRestartedOnOtherPortsTheyAreTheSameClusterWithTheSameEntries() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        cluster.leader().write("a", "1");
        all.forEach(server -> cluster.awaitNote(server, "a", "1"));
        List<ServerId> ids = all.stream().map(s -> s.id).toList();
        List<Integer> before = all.stream().map(s -> s.port.address().getPort()).toList();
        all.forEach(cluster::drop);
        List<RaftCluster.Server> again = ids.stream().map(cluster::open).toList();
        // One may get the port that another had: that only makes it harder.
        assertThat(again.stream().map(s -> s.port.address().getPort()).toList()).isNotEqualTo(before);
        again.forEach(server -> cluster.start(server, List.of(), true));
        RaftCluster.Server leader = cluster.leader();
        assertThat(sorted(leader.status().voters())).isEqualTo(ids);
        leader.write("b", "2");
        again.forEach(server -> {
            cluster.awaitNote(server, "a", "1");
            cluster.awaitNote(server, "b", "2");
        });
    }

    @Test
    void aBlankServerBecomesALearnerAndThenAVoterAndCanBeRemovedAgain() throws Exception {
        cluster.found(3);
        cluster.leader().write("a", "1");
        RaftCluster.Server fourth = cluster.open(RaftCluster.ids(1).get(0));
        cluster.start(fourth, List.of(), false);
        assertThat(fourth.status().voters()).isEmpty();

        change(new PeerChange.AddLearner(fourth.id));
        cluster.awaitNote(fourth, "a", "1");
        Await.until("a learner", RaftCluster.SOON, () -> fourth.status().role() == RaftStatus.Role.LEARNER);
        Await.until(
                "the leader sees it level",
                RaftCluster.SOON,
                () -> {
                    RaftStatus leader = cluster.leader().status();
                    RaftStatus.Follower seen = leader.followers().get(fourth.id);
                    return seen != null && seen.lastLogIndex() == leader.lastLogIndex() && seen.connected();
                },
                cluster::states);
        assertThat(cluster.leader().status().voters()).hasSize(3);

        change(new PeerChange.AddVoter(fourth.id));
        Await.until(
                "a voter",
                RaftCluster.SOON,
                () -> fourth.status().voters().contains(fourth.id)
                        && fourth.status().learners().isEmpty());
        change(new PeerChange.AddVoter(fourth.id));
        assertThat(cluster.leader().status().voters()).hasSize(4);

        change(new PeerChange.Remove(fourth.id));
        Await.until(
                "removed",
                RaftCluster.SOON,
                () -> cluster.servers.values().stream()
                        .filter(s -> s != fourth)
                        .allMatch(s -> s.status().voters().size() == 3));
    }

    @Test
    void aStrangerCanBecomeAVoterAtOnceAndOneThatIsNotConnectedIsRefused() throws Exception {
        cluster.found(1);
        cluster.leader().write("a", "1");
        RaftCluster.Server second = cluster.open(RaftCluster.ids(1).get(0));
        cluster.start(second, List.of(), false);
        ServerId nobody = RaftCluster.ids(1).get(0);
        assertThat(failure(first().consensus.change(new PeerChange.AddVoter(nobody))))
                .isInstanceOf(NotCommittedException.class)
                .hasMessageContaining("not connected");
        assertThat(failure(second.consensus.change(new PeerChange.AddVoter(second.id))))
                .isInstanceOf(NotCommittedException.class);
        Await.until("connected", RaftCluster.SOON, () -> first().consensus.isConnected(second.id));
        change(new PeerChange.AddVoter(second.id));
        cluster.awaitNote(second, "a", "1");
        Await.until(
                "two voters", RaftCluster.SOON, () -> second.status().voters().size() == 2);
    }

    private RaftCluster.Server first() {
        return cluster.servers.values().iterator().next();
    }

    @Test
    void theLastVoterIsNotRemoved() throws Exception {
        cluster.found(1);
        RaftCluster.Server only = cluster.leader();
        assertThat(failure(only.consensus.change(new PeerChange.Remove(only.id))))
                .isInstanceOf(NotCommittedException.class)
                .hasMessageContaining("last voter");
    }

    @Test
    void aWipedVoterIsReplacedByItsNewIdInOneChange() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        cluster.leader().write("a", "1");
        RaftCluster.Server wiped = follower(all);
        cluster.drop(wiped);
        RaftCluster.Server fresh = cluster.open(RaftCluster.ids(1).get(0));
        cluster.start(fresh, List.of(), false);
        CopyOnWriteArrayList<Integer> sizes = new CopyOnWriteArrayList<>();
        cluster.servers
                .values()
                .forEach(s -> s.consensus.listen(status -> {
                    if (!status.voters().isEmpty()) {
                        sizes.add(status.voters().size());
                    }
                }));
        Await.until(
                "leader without it",
                RaftCluster.SOON,
                () -> cluster.servers.values().stream().anyMatch(s -> s.status().isLeader()));
        RaftCluster.Server leader = cluster.servers.values().stream()
                .filter(s -> s.status().isLeader())
                .findFirst()
                .orElseThrow();
        Await.until("connected", RaftCluster.SOON, () -> leader.consensus.isConnected(fresh.id));

        done(leader.consensus.change(new PeerChange.ReplaceVoter(wiped.id, fresh.id)));
        done(leader.consensus.append(new ServerCommand.Expel(wiped.id, new NodeName("b"))));

        cluster.awaitNote(fresh, "a", "1");
        Await.until(
                "three voters", RaftCluster.SOON, () -> fresh.status().voters().size() == 3);
        assertThat(fresh.status().voters()).contains(fresh.id).doesNotContain(wiped.id);
        assertThat(sizes).allMatch(size -> size == 3);
        Await.until(
                "expelled everywhere",
                RaftCluster.SOON,
                () -> cluster.servers.values().stream()
                        .allMatch(s ->
                                new NodeName("b").equals(s.consensus.expelled().get(wiped.id))));
        // Asked again: done already.
        done(leader.consensus.change(new PeerChange.ReplaceVoter(wiped.id, fresh.id)));
    }

    @Test
    void leadershipIsHandedToTheOneAskedFor() throws Exception {
        List<RaftCluster.Server> all = cluster.found(3);
        RaftCluster.Server leader = cluster.leader();
        leader.write("a", "1");
        RaftCluster.Server heir = follower(all);
        cluster.awaitNote(heir, "a", "1");
        Await.until("handed over", RaftCluster.SOON, () -> {
            try {
                done(cluster.leader().consensus.transferLeadership(heir.id));
            } catch (Exception e) {
                assertThat(e).hasCauseInstanceOf(NotCommittedException.class);
            }
            return cluster.leader().id.equals(heir.id);
        });
        heir.write("b", "2");
    }

    @Test
    void listenersHearOfLeaderRoleAndTheFirstCommit() {
        List<ServerId> ids = RaftCluster.ids(1);
        RaftCluster.Server only = cluster.open(ids.get(0));
        CopyOnWriteArrayList<RaftStatus> heard = new CopyOnWriteArrayList<>();
        only.consensus.listen(heard::add);
        cluster.start(only, ids, false);
        Await.until(
                "a leader heard of",
                RaftCluster.SOON,
                () -> heard.stream().anyMatch(s -> s.isLeader() && s.commitIndex() > 0));
        only.consensus.stop();
        Await.until(
                "the end heard of",
                RaftCluster.SOON,
                () -> heard.get(heard.size() - 1).role() == RaftStatus.Role.NONE);
    }

    @Test
    void aServerFarBehindGetsASnapshotAndThenTheRest() throws Exception {
        cluster.found(1);
        RaftCluster.Server only = cluster.leader();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 100; i++) {
                only.write("n" + i, "r" + round);
            }
            done(only.consensus.snapshot());
        }
        only.write("last", "1");
        Await.until(
                "snapshot shown",
                RaftCluster.SOON,
                () -> only.status().lastSnapshotIndex() > 300 && only.status().lastSnapshotTerm() > 0);
        RaftCluster.Server second = cluster.open(RaftCluster.ids(1).get(0));
        cluster.start(second, List.of(), false);
        change(new PeerChange.AddLearner(second.id));
        cluster.awaitNote(second, "last", "1");
        assertThat(second.note("n7")).isEqualTo("r2");
        Await.until("by snapshot", RaftCluster.SOON, () -> second.status().lastSnapshotIndex() > 300);
        Await.until(
                "the same last term",
                RaftCluster.SOON,
                () -> second.status().lastLogTerm() == only.status().lastLogTerm());
    }

    @Test
    void afterARestartSnapshotAndLogAreNotAppliedAgainAndSavingWorks() throws Exception {
        cluster.found(1);
        RaftCluster.Server only = cluster.leader();
        only.write("a", "1");
        done(only.consensus.snapshot());
        only.write("b", "2");
        RaftStatus before = only.status();
        cluster.drop(only);
        RaftCluster.Server back = cluster.open(only.id);
        cluster.start(back, List.of(), true);
        assertThat(back.note("b")).as("there before any election").isEqualTo("2");
        cluster.leader();
        back.write("c", "3");
        done(back.consensus.snapshot());
        Await.until(
                "newer snapshot", RaftCluster.SOON, () -> back.status().lastSnapshotIndex() > before.lastLogIndex());
        assertThat(back.note("a")).isEqualTo("1");
    }

    @Test
    void aDamagedDatabaseIsRebuiltFromSnapshotAndLog() throws Exception {
        cluster.found(1);
        RaftCluster.Server only = cluster.leader();
        only.write("a", "1");
        done(only.consensus.snapshot());
        only.write("b", "2");
        cluster.drop(only);
        try (Stream<Path> files = Files.list(only.folder.resolve("state"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".mv.db")).toList()) {
                try (RandomAccessFile damage = new RandomAccessFile(file.toFile(), "rw")) {
                    byte[] noise = new byte[(int) damage.length()];
                    Arrays.fill(noise, (byte) 0x33);
                    damage.write(noise);
                }
            }
        }
        RaftCluster.Server back = cluster.open(only.id);
        cluster.start(back, List.of(), true);
        cluster.awaitNote(back, "a", "1");
        cluster.awaitNote(back, "b", "2");
    }

    @Test
    void aFolderTellsItsLastEntryWhileNoNodeRunsOnIt() throws Exception {
        cluster.found(1);
        RaftCluster.Server only = cluster.leader();
        only.write("a", "1");
        Await.until("entries", RaftCluster.SOON, () -> only.status().lastLogIndex() >= 2);
        RaftStatus last = only.status();
        only.consensus.stop();
        assertThat(only.consensus.inspect(only.folder))
                .isEqualTo(new Consensus.StoredLog(last.lastLogIndex(), last.lastLogTerm()));
        Path empty = Files.createDirectories(root.resolve("empty"));
        assertThat(only.consensus.inspect(empty).isEmpty()).isTrue();
        assertThat(only.consensus.inspect(root.resolve("absent")).isEmpty()).isTrue();
        try (Stream<Path> files = Files.list(empty)) {
            assertThat(files).isEmpty();
        }
        // Stopped and started again on the same consensus and the same port.
        cluster.start(only, List.of(), true);
        cluster.leader().write("b", "2");
        done(only.consensus.snapshot());
        done(only.consensus.snapshot());
        only.consensus.stop();
        assertThat(only.consensus.inspect(only.folder).lastIndex()).isGreaterThan(last.lastLogIndex());
    }

    @Test
    void aServerThatLostItsLogDoesNotStart() throws Exception {
        cluster.found(1);
        RaftCluster.Server only = cluster.leader();
        only.write("a", "1");
        only.consensus.stop();
        delete(only.folder.resolve("log"));
        assertThatThrownBy(() -> cluster.start(only, List.of(), true))
                .isInstanceOfSatisfying(
                        ConsensusException.class,
                        e -> assertThat(e.isDataLost()).isTrue())
                .hasMessageContaining("raft/log is missing");
        // Even when the record did not know that it led: the database does.
        assertThatThrownBy(() -> cluster.start(only, List.of(only.id), false))
                .isInstanceOfSatisfying(
                        ConsensusException.class,
                        e -> assertThat(e.isDataLost()).isTrue());
        delete(only.folder);
        assertThatThrownBy(() -> only.consensus.start(
                        new Consensus.GroupStart(cluster.ref, only.id, only.folder, "token", List.of(), true)))
                .isInstanceOfSatisfying(
                        ConsensusException.class,
                        e -> assertThat(e.isDataLost()).isTrue());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aServerWhoseDiskFailsOrThatDoesNotKnowACommandStopsAndTheOthersGoOn() throws Exception {
        List<ServerId> ids = RaftCluster.ids(4);
        List<RaftCluster.Server> good = List.of(cluster.open(ids.get(0)), cluster.open(ids.get(1)));
        RaftCluster.Server broken = cluster.open(ids.get(2), new NoteCommand.Family(true), RaftCluster.QUICK);
        RaftCluster.Server old = cluster.open(ids.get(3), new OtherFamily(), RaftCluster.QUICK);
        good.forEach(
                server -> cluster.start(server, good.stream().map(s -> s.id).toList(), false));
        cluster.start(broken, List.of(), false);
        cluster.start(old, List.of(), false);
        Await.until(
                "leader",
                RaftCluster.SOON,
                () -> good.stream().anyMatch(s -> s.status().isLeader()));
        RaftCluster.Server leader =
                good.stream().filter(s -> s.status().isLeader()).findFirst().orElseThrow();
        for (RaftCluster.Server learner : List.of(broken, old)) {
            Await.until("added", RaftCluster.SOON, () -> {
                try {
                    done(leader.consensus.change(new PeerChange.AddLearner(learner.id)));
                    return true;
                } catch (Exception e) {
                    return false;
                }
            });
        }
        done(leader.consensus.append(new NoteCommand.Break()));
        Await.until(
                "both stopped",
                RaftCluster.SOON,
                () -> broken.status().role() == RaftStatus.Role.ERROR
                        && old.status().role() == RaftStatus.Role.ERROR,
                cluster::states);
        assertThat(broken.status().error()).contains("this disk is broken");
        assertThat(broken.status().outdated()).isFalse();
        assertThat(old.status().error()).matches("entry \\d+ .*: this version does not know commands with tag 100");
        assertThat(old.status().outdated()).isTrue();
        assertThat(old.status().disk()).isNull();
        leader.write("a", "1");
        good.forEach(server -> cluster.awaitNote(server, "a", "1"));
        assertThat(failure(broken.consensus.append(new NoteCommand.Break())))
                .isInstanceOfAny(NotCommittedException.class, OutcomeUnknownException.class);
    }
}
