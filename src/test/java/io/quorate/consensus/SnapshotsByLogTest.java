package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.consensus.ConsensusSettings.Snapshots;
import io.quorate.consensus.jraft.FirstEntry;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots are due by what is written to the log. Time stands still in each test but where it says so. */
class SnapshotsByLogTest {
    private static final String KILOBYTE = "x".repeat(1000);

    @TempDir
    Path root;

    private RaftCluster cluster = new RaftCluster(Path.of("unused"));
    private final HeldFaults disk = new HeldFaults();

    @BeforeEach
    void newCluster() {
        cluster = new RaftCluster(root);
    }

    @AfterEach
    void close() {
        disk.heal();
        cluster.close();
    }

    private RaftCluster.Server open(ServerId id, Snapshots bounds) {
        return cluster.open(id, new NoteCommand.Family(), RaftCluster.QUICK.snapshots(bounds), disk);
    }

    /** By its id it waits for nothing beyond the bounds. */
    private RaftCluster.Server found(Snapshots bounds) {
        ServerId id = new ServerId(new UUID(UUID.randomUUID().getMostSignificantBits(), 0));
        RaftCluster.Server only = open(id, bounds);
        cluster.start(only, List.of(id), false);
        return cluster.leader();
    }

    private static void write(RaftCluster.Server server, int from, int to, String text) throws Exception {
        for (int i = from; i < to; i++) {
            server.write("n" + i, text);
        }
    }

    private void awaitSnapshot(RaftCluster.Server server, long above) {
        Await.until(
                "a snapshot above " + above,
                RaftCluster.SOON,
                () -> server.status().lastSnapshotIndex() > above
                        && server.consensus.sinceSnapshot().entries()
                                < server.status().appliedIndex() - above,
                cluster::states);
    }

    private void whileTimePasses(String what, Supplier<Boolean> condition) {
        Await.until(
                what,
                RaftCluster.SOON,
                () -> {
                    cluster.pass(Duration.ofSeconds(1));
                    return condition.get();
                },
                cluster::states);
    }

    @Test
    void bytesOfLogMakeASnapshotDueTheLogIsCutAndARestartHasEverything() throws Exception {
        RaftCluster.Server only = found(new Snapshots(1_000_000, 50_000));
        write(only, 0, 49, KILOBYTE);
        LogGrowth before = only.consensus.sinceSnapshot();
        assertThat(before.bytes()).isBetween(49_000L, 50_000L);
        assertThat(only.status().lastSnapshotIndex()).as("below the bound").isZero();

        write(only, 49, 60, KILOBYTE);

        awaitSnapshot(only, 0);
        long first = only.status().lastSnapshotIndex();
        assertThat(only.consensus.sinceSnapshot().bytes()).isLessThan(15_000);

        // The next one cuts the log up to the first, not to itself.
        write(only, 60, 120, KILOBYTE);
        whileTimePasses("another snapshot", () -> only.status().lastSnapshotIndex() > first);
        write(only, 120, 125, "last");
        only.consensus.stop();
        assertThat(FirstEntry.of(only.folder)).isEqualTo(first + 1);

        cluster.drop(only);
        RaftCluster.Server back = open(only.id, new Snapshots(1_000_000, 50_000));
        cluster.start(back, List.of(), true);
        cluster.leader();
        cluster.awaitNote(back, "n124", "last");
        assertThat(back.note("n0")).isEqualTo(KILOBYTE);
        assertThat(back.note("n119")).isEqualTo(KILOBYTE);
    }

    @Test
    void entriesMakeASnapshotDue() throws Exception {
        RaftCluster.Server only = found(new Snapshots(40, 1_000_000_000));
        write(only, 0, 30, "x");
        assertThat(only.status().lastSnapshotIndex()).isZero();
        assertThat(only.consensus.sinceSnapshot().entries()).isLessThan(40);
        write(only, 30, 45, "x");
        awaitSnapshot(only, 0);
    }

    @Test
    void whatTheLogHoldsBehindTheLastSnapshotCountsAfterARestart() throws Exception {
        RaftCluster.Server only = found(Snapshots.ONLY_WHEN_ASKED);
        write(only, 0, 5, KILOBYTE);
        only.consensus.snapshot().get(20, TimeUnit.SECONDS);
        write(only, 5, 30, KILOBYTE);
        LogGrowth before = only.consensus.sinceSnapshot();
        assertThat(before.bytes()).isBetween(25_000L, 26_500L);
        cluster.drop(only);

        RaftCluster.Server back = open(only.id, Snapshots.ONLY_WHEN_ASKED);
        cluster.start(back, List.of(), true);
        cluster.leader();
        Await.until(
                "all of it is applied again",
                RaftCluster.SOON,
                () -> back.consensus.sinceSnapshot().bytes() == before.bytes(),
                () -> back.consensus.sinceSnapshot());
        cluster.drop(back);

        // Reached by what is applied again alone.
        RaftCluster.Server bound = open(only.id, new Snapshots(1_000_000, 20_000));
        cluster.start(bound, List.of(), true);
        cluster.leader();
        awaitSnapshot(bound, 6);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "there is no room for a snapshot while the raft log can be written",
            seen =
                    "the server goes on, tries again after one minute, two, four and at most ten, and saves it once there is room")
    void aSnapshotThatCannotBeWrittenIsTriedAgainLaterAndTheServerGoesOn() throws Exception {
        RaftCluster.Server only = found(new Snapshots(1_000_000, 20_000));
        disk.failSnapshots("No space left on device");
        write(only, 0, 25, KILOBYTE);
        Await.until("it was tried", RaftCluster.SOON, () -> disk.snapshotsFailed() == 1);

        // Far above the bound, and looked at four times in a second: the time that these writes take.
        write(only, 25, 100, KILOBYTE);
        cluster.awaitLooks();
        assertThat(disk.snapshotsFailed()).isEqualTo(1);
        assertThat(only.status().isLeader()).isTrue();
        assertThat(only.status().disk()).isNull();
        assertThat(only.consensus.sinceSnapshot().bytes()).isGreaterThan(100_000);

        whileTimePasses("it was tried again", () -> disk.snapshotsFailed() == 2);
        disk.heal();
        cluster.awaitLooks();
        assertThat(only.status().lastSnapshotIndex())
                .as("the pause is longer now")
                .isZero();
        whileTimePasses("it was saved", () -> only.consensus.sinceSnapshot().bytes() == 0);
        assertThat(only.status().isLeader()).isTrue();
    }
}
