package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a group does when the disk under one server's log hangs or fails. */
class StalledDiskTest {
    @TempDir
    Path root;

    private RaftCluster cluster = new RaftCluster(Path.of("unused"));
    private final Map<ServerId, HeldFaults> disks = new LinkedHashMap<>();
    private final Map<ServerId, NoteCommand.Family> databases = new LinkedHashMap<>();

    @BeforeEach
    void newCluster() {
        cluster = new RaftCluster(root);
    }

    @AfterEach
    void close() {
        disks.values().forEach(HeldFaults::heal);
        databases.values().forEach(NoteCommand.Family::release);
        cluster.close();
    }

    private List<RaftCluster.Server> found(int count) {
        List<ServerId> ids = RaftCluster.ids(count);
        List<RaftCluster.Server> all = new ArrayList<>();
        for (ServerId id : ids) {
            HeldFaults disk = new HeldFaults();
            disks.put(id, disk);
            NoteCommand.Family database = new NoteCommand.Family();
            databases.put(id, database);
            all.add(cluster.open(id, database, RaftCluster.QUICK, disk));
        }
        all.forEach(server -> cluster.start(server, ids, false));
        return all;
    }

    private HeldFaults diskOf(RaftCluster.Server server) {
        return Objects.requireNonNull(disks.get(server.id));
    }

    private RaftCluster.Server leaderOtherThan(RaftCluster.Server before) {
        Await.until(
                "another leads",
                RaftCluster.SOON,
                () -> cluster.servers.values().stream()
                        .anyMatch(s -> s != before && s.status().isLeader()),
                cluster::states);
        return cluster.servers.values().stream()
                .filter(s -> s != before && s.status().isLeader())
                .findFirst()
                .orElseThrow();
    }

    private static String words(RaftCluster.Server server) {
        RaftStatus.Disk disk = server.status().disk();
        return disk == null ? "" : disk.words();
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "the disk under the leader's raft log hangs while the other servers store what it sends",
            seen =
                    "leadership goes to one of them, nothing acknowledged is lost, and the server follows when its disk is back")
    void aLeaderWhoseDiskHangsHandsOverAndFollowsWhenItIsBack() throws Exception {
        List<RaftCluster.Server> all = found(3);
        RaftCluster.Server stalled = cluster.leader();
        stalled.write("before", "1");
        diskOf(stalled).stall();
        // Acknowledged by the two others' disks.
        stalled.write("during", "2");

        RaftCluster.Server next = leaderOtherThan(stalled);

        assertThat(next.note("during")).isEqualTo("2");
        next.write("after", "3");
        Await.until(
                "it says that its disk hangs",
                RaftCluster.SOON,
                () -> words(stalled).contains("has not returned"),
                cluster::states);
        RaftStatus.Disk said = Objects.requireNonNull(stalled.status().disk());
        assertThat(said.file()).endsWith("log");
        assertThat(said.underWay()).isTrue();

        diskOf(stalled).heal();
        Await.until(
                "its disk is well again",
                RaftCluster.SOON,
                () -> stalled.status().disk() == null && stalled.status().role() == RaftStatus.Role.FOLLOWER,
                cluster::states);
        for (RaftCluster.Server server : all) {
            cluster.awaitNote(server, "during", "2");
            cluster.awaitNote(server, "after", "3");
        }
    }

    @Test
    @Fault(
            line = "A1b",
            fault =
                    "the disk under the raft log of the only server, or of a leader that no follower is ahead of, hangs",
            seen = "it goes on leading, says what hangs, and the write ends when the disk is back")
    void aLeaderThatNobodyIsAheadOfStaysAndSaysSo() throws Exception {
        found(1);
        RaftCluster.Server only = cluster.leader();
        only.write("a", "1");
        diskOf(only).stall();
        CompletableFuture<CommandFamily.Result> waiting = only.consensus.append(new NoteCommand.Write("b", "2"));
        Await.until("it says so", RaftCluster.SOON, () -> words(only).contains("has not returned"), cluster::states);
        assertThat(only.status().isLeader()).isTrue();
        assertThat(Objects.requireNonNull(only.status().disk()).stopped()).isFalse();
        assertThat(waiting).isNotDone();
        diskOf(only).heal();
        assertThat(waiting.get(20, TimeUnit.SECONDS).done()).isTrue();
        Await.until("well again", RaftCluster.SOON, () -> only.status().disk() == null, cluster::states);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "the disk under a follower's raft log hangs",
            seen = "the follower says so, the others go on, and it catches up when its disk is back")
    void aFollowerWhoseDiskHangsSaysSoAndTheOthersGoOn() throws Exception {
        List<RaftCluster.Server> all = found(3);
        RaftCluster.Server leader = cluster.leader();
        leader.write("a", "1");
        RaftCluster.Server follower =
                all.stream().filter(s -> s != leader).findFirst().orElseThrow();
        cluster.awaitNote(follower, "a", "1");
        diskOf(follower).stall();
        leader.write("b", "2");
        Await.until(
                "it says so", RaftCluster.SOON, () -> words(follower).contains("has not returned"), cluster::states);
        leader.write("c", "3");
        diskOf(follower).heal();
        cluster.awaitNote(follower, "c", "3");
        Await.until("well again", RaftCluster.SOON, () -> follower.status().disk() == null, cluster::states);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "the leader's database does not take what is committed, its raft log is well",
            seen =
                    "leadership goes to another server, the reason names the database, and the server follows when its writes return")
    void aLeaderWhoseDatabaseHangsHandsOverAndFollowsWhenItIsBack() throws Exception {
        List<RaftCluster.Server> all = found(3);
        RaftCluster.Server stalled = cluster.leader();
        stalled.write("before", "1");
        NoteCommand.Family database = Objects.requireNonNull(databases.get(stalled.id));
        database.hold();
        CompletableFuture<CommandFamily.Result> unsure = stalled.consensus.append(new NoteCommand.Write("during", "2"));

        RaftCluster.Server next = leaderOtherThan(stalled);

        cluster.awaitNote(next, "during", "2");
        Await.until("it says so", RaftCluster.SOON, () -> words(stalled).contains("has not returned"), cluster::states);
        assertThat(Objects.requireNonNull(stalled.status().disk()).file()).endsWith("state");
        assertThat(stalled.note("before")).isEqualTo("1");

        database.release();
        cluster.awaitNote(stalled, "during", "2");
        Await.until(
                "it follows, and its disk is well",
                RaftCluster.SOON,
                () -> stalled.status().disk() == null && stalled.status().role() == RaftStatus.Role.FOLLOWER,
                cluster::states);
        cluster.leader().write("after", "3");
        for (RaftCluster.Server server : all) {
            cluster.awaitNote(server, "after", "3");
        }
        Await.until("nobody waits for ever", RaftCluster.SOON, unsure::isDone);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "the disk under a server's raft log hangs while a snapshot is saved",
            seen = "the snapshot ends, the others go on, and the server has everything when its disk is back")
    void aStallDuringASnapshotEndsWithTheDisk() throws Exception {
        List<RaftCluster.Server> all = found(3);
        RaftCluster.Server stalled = cluster.leader();
        for (int i = 0; i < 20; i++) {
            stalled.write("n" + i, "x");
        }
        diskOf(stalled).stall();
        CompletableFuture<?> snapshot = stalled.consensus.snapshot();
        stalled.write("during", "2");
        RaftCluster.Server next = leaderOtherThan(stalled);
        next.write("after", "3");
        diskOf(stalled).heal();
        Await.until("the snapshot ends", RaftCluster.SOON, snapshot::isDone, cluster::states);
        for (RaftCluster.Server server : all) {
            cluster.awaitNote(server, "after", "3");
        }
        stalled.consensus.snapshot().get(20, TimeUnit.SECONDS);
        List<ServerId> ids = all.stream().map(s -> s.id).toList();
        stalled.consensus.stop();
        cluster.start(stalled, ids, true);
        cluster.awaitNote(stalled, "after", "3");
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "the disk under the leader's raft log hangs while a server is added",
            seen = "whoever asked is answered, and asked again of the next leader the server becomes a voter")
    void aServerIsAddedAlthoughTheLeadersDiskHangsMeanwhile() throws Exception {
        found(3);
        RaftCluster.Server stalled = cluster.leader();
        stalled.write("before", "1");
        ServerId added = RaftCluster.ids(1).get(0);
        HeldFaults disk = new HeldFaults();
        disks.put(added, disk);
        RaftCluster.Server fourth = cluster.open(added, new NoteCommand.Family(), RaftCluster.QUICK, disk);
        cluster.start(fourth, List.of(), false);
        diskOf(stalled).stall();
        CompletableFuture<?> asked = stalled.consensus.change(new Consensus.PeerChange.AddLearner(added));
        // What makes it notice.
        CompletableFuture<?> unsure = stalled.consensus.append(new NoteCommand.Write("during", "2"));
        leaderOtherThan(stalled);
        Await.until("who asked is answered", Duration.ofSeconds(40), asked::isDone, cluster::states);
        Await.until("a voter", Duration.ofSeconds(60), () -> becomesVoter(stalled, added), cluster::states);
        diskOf(stalled).heal();
        cluster.awaitNote(fourth, "before", "1");
        cluster.leader().write("after", "3");
        for (RaftCluster.Server server : cluster.servers.values()) {
            cluster.awaitNote(server, "after", "3");
            Await.until(
                    "all know the fourth voter",
                    RaftCluster.SOON,
                    () -> server.status().voters().size() == 4,
                    cluster::states);
        }
        Await.until("nobody waits for ever", RaftCluster.SOON, unsure::isDone);
    }

    /** Asks whoever leads now, as adoption does. */
    private boolean becomesVoter(RaftCluster.Server stalled, ServerId added) {
        for (RaftCluster.Server server : cluster.servers.values()) {
            RaftStatus now = server.status();
            if (server == stalled || !now.isLeader()) {
                continue;
            }
            if (now.voters().contains(added)) {
                return true;
            }
            try {
                server.consensus
                        .change(new Consensus.PeerChange.AddVoter(added))
                        .get(40, TimeUnit.SECONDS);
            } catch (Exception e) {
                assertThat(e).hasCauseInstanceOf(RuntimeException.class);
            }
        }
        return false;
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "a write to the leader's raft log fails: no space left",
            seen =
                    "another leads, the reason has the system's words and the file, and raft starts again in the same directory")
    void aServerWhoseDiskIsFullSaysSoInTheWordsOfTheSystemAndStartsAgain() throws Exception {
        List<RaftCluster.Server> all = found(3);
        List<ServerId> ids = all.stream().map(s -> s.id).toList();
        RaftCluster.Server full = cluster.leader();
        full.write("a", "1");
        diskOf(full).fail("No space left on device");
        CompletableFuture<CommandFamily.Result> unsure = full.consensus.append(new NoteCommand.Write("b", "2"));
        RaftCluster.Server next = leaderOtherThan(full);
        Await.until("failed", RaftCluster.SOON, () -> full.status().role() == RaftStatus.Role.ERROR, cluster::states);
        assertThat(full.status().disk())
                .isEqualTo(new RaftStatus.Disk(
                        "No space left on device", full.folder.resolve("log").toString(), true, false));
        next.write("c", "3");
        Await.until("nobody waits for ever", RaftCluster.SOON, unsure::isDone);

        diskOf(full).heal();
        full.consensus.stop();
        cluster.start(full, ids, true);
        cluster.awaitNote(full, "c", "3");
        assertThat(full.status().disk()).isNull();
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "raft is to start again in a directory while a write of the node before hangs there",
            seen = "it is refused until that write has returned: two nodes never run in one directory")
    void aNodeWhoseDiskHangsIsNotReplacedBeforeItEnded() throws Exception {
        found(1);
        RaftCluster.Server only = cluster.leader();
        only.write("a", "1");
        diskOf(only).stall();
        CompletableFuture<CommandFamily.Result> unsure = only.consensus.append(new NoteCommand.Write("b", "2"));
        Await.until("it hangs", RaftCluster.SOON, () -> !words(only).isEmpty(), cluster::states);
        only.consensus.stop();
        assertThatThrownBy(() -> cluster.start(only, List.of(), true))
                .isInstanceOfSatisfying(
                        ConsensusException.class,
                        e -> assertThat(e.isDataLost()).isFalse())
                .hasMessageContaining("has not ended yet");
        assertThatThrownBy(() -> only.consensus.inspect(only.folder)).hasMessageContaining("has not ended yet");
        diskOf(only).heal();
        cluster.start(only, List.of(), true);
        cluster.leader().write("c", "3");
        assertThat(only.note("a")).isEqualTo("1");
        Await.until("nobody waits for ever", RaftCluster.SOON, unsure::isDone);
    }

    @Test
    @Fault(
            line = "A9",
            fault =
                    "the leader's disk hangs, the others commit, and it ends without having stored the entries it applied",
            seen = "it starts again under its id: the database is rebuilt, and the entries come from the others")
    void anAppliedEntryThatNeverReachedTheDiskIsNoLoss() throws Exception {
        List<RaftCluster.Server> all = found(3);
        List<ServerId> ids = all.stream().map(s -> s.id).toList();
        RaftCluster.Server stalled = cluster.leader();
        stalled.write("a", "1");
        diskOf(stalled).stall();
        stalled.write("b", "2");
        assertThat(stalled.note("b")).isEqualTo("2");
        // As if it were killed now: what hangs never reaches the log.
        diskOf(stalled).fail("Input/output error");
        diskOf(stalled).release();
        RaftCluster.Server next = leaderOtherThan(stalled);
        next.write("c", "3");
        stalled.consensus.stop();
        diskOf(stalled).heal();

        cluster.start(stalled, ids, true);

        cluster.awaitNote(stalled, "b", "2");
        cluster.awaitNote(stalled, "c", "3");
    }

    @Test
    @Fault(
            line = "A9",
            fault = "the end of a follower's raft log is gone: entries that it had stored and applied",
            seen = "that is lost data: it does not start, and so cannot vote with less than it promised")
    void aLogThatLostItsStoredEndDoesNotStart() throws Exception {
        List<RaftCluster.Server> all = found(3);
        List<ServerId> ids = all.stream().map(s -> s.id).toList();
        RaftCluster.Server leader = cluster.leader();
        RaftCluster.Server torn =
                all.stream().filter(s -> s != leader).findFirst().orElseThrow();
        for (int i = 0; i < 5; i++) {
            leader.write("n" + i, "x");
        }
        cluster.awaitNote(torn, "n4", "x");
        cluster.drop(torn);
        HeldFaults disk = new HeldFaults();
        disk.tear(1);
        disks.put(torn.id, disk);
        RaftCluster.Server back = cluster.open(torn.id, new NoteCommand.Family(), RaftCluster.QUICK, disk);
        assertThatThrownBy(() -> cluster.start(back, ids, true))
                .isInstanceOfSatisfying(
                        ConsensusException.class,
                        e -> assertThat(e.isDataLost()).isTrue())
                .hasMessageContaining("lost its tail");
    }

    @Test
    void aLogThatLostItsEndBetweenTwoNodesOfOneProcessDoesNotStart() throws Exception {
        List<RaftCluster.Server> all = found(3);
        RaftCluster.Server leader = cluster.leader();
        RaftCluster.Server torn =
                all.stream().filter(s -> s != leader).findFirst().orElseThrow();
        leader.write("a", "x");
        cluster.awaitNote(torn, "a", "x");
        // With one voter gone nothing commits, so that it stores an entry that it does not apply.
        RaftCluster.Server third =
                all.stream().filter(s -> s != leader && s != torn).findFirst().orElseThrow();
        diskOf(leader).stall();
        cluster.drop(third);
        CompletableFuture<CommandFamily.Result> unsure = leader.consensus.append(new NoteCommand.Write("b", "2"));
        long before = torn.status().lastLogIndex();
        Await.until(
                "stored, not applied",
                RaftCluster.SOON,
                () -> torn.status().lastLogIndex() > torn.status().appliedIndex()
                        || torn.status().lastLogIndex() > before,
                cluster::states);
        torn.consensus.stop();
        diskOf(torn).tear(1);
        assertThatThrownBy(() -> cluster.start(torn, List.of(), true))
                .isInstanceOfSatisfying(
                        ConsensusException.class,
                        e -> assertThat(e.isDataLost()).isTrue());
        diskOf(leader).heal();
        assertThat(unsure).isNotCancelled();
    }
}
