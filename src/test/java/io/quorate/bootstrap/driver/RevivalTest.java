package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Disk;
import io.quorate.runtime.EventLoop;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When raft is started again after its disk failed, and what a server says meanwhile. */
class RevivalTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final RaftStatus.Disk FAILED = new RaftStatus.Disk("a write failed", "/x/log", true, false);

    @TempDir
    Path folder;

    private final EventLoop loop = new EventLoop("test");
    private final AtomicInteger revived = new AtomicInteger();
    private final FailingDisk disk = new FailingDisk();
    private @Nullable FakeWorld world;
    private @Nullable Revival revival;
    private long nowNanos = 1;

    @BeforeEach
    void open() {
        world = new FakeWorld(folder);
        revival = new Revival(disk, folder, loop, revived::incrementAndGet);
    }

    @AfterEach
    void close() {
        world().close();
        revival().close();
        loop.close();
    }

    private FakeWorld world() {
        return java.util.Objects.requireNonNull(world);
    }

    private Revival revival() {
        return java.util.Objects.requireNonNull(revival);
    }

    /** The real one, with a probe that fails when it is told to. */
    private static final class FailingDisk implements Disk {
        private volatile @Nullable String words;
        private final AtomicInteger probes = new AtomicInteger();
        private final AtomicInteger forced = new AtomicInteger();

        @Override
        public List<Path> list(Path in) throws IOException {
            return Disk.real().list(in);
        }

        @Override
        public byte[] read(Path file, int maxBytes) throws IOException {
            return Disk.real().read(file, maxBytes);
        }

        @Override
        public void makeFolder(Path made) throws IOException {
            Disk.real().makeFolder(made);
        }

        @Override
        public void write(Path file, byte[] content) throws IOException {
            if (file.endsWith("disk-probe")) {
                probes.incrementAndGet();
                String failing = words;
                if (failing != null) {
                    throw new IOException(failing);
                }
            }
            Disk.real().write(file, content);
        }

        @Override
        public void force(Path path) throws IOException {
            if (path.endsWith("disk-probe")) {
                forced.incrementAndGet();
            }
            Disk.real().force(path);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Disk.real().rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            Disk.real().delete(path);
        }
    }

    private <T> T onLoop(Supplier<T> task) {
        try {
            return loop.submit(task).get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void look(boolean needed, boolean underWay, Duration later) {
        nowNanos += later.toNanos();
        long now = nowNanos;
        onLoop(() -> {
            revival().look(needed, underWay, now);
            return true;
        });
    }

    /** Looks until the next probe was made and its end was seen, each look a moment after the one before. */
    private Duration untilProbed() {
        int before = disk.probes.get();
        Duration passed = Duration.ZERO;
        while (disk.probes.get() == before) {
            assertThat(passed).isLessThan(Duration.ofHours(1));
            Duration step = Duration.ofMillis(100);
            look(true, false, step);
            // The probe runs beside: whether this look began it is known once a second look would find it ended.
            boolean begun = onLoop(() -> revival().isProbing()) || disk.probes.get() > before;
            passed = passed.plus(step);
            if (begun) {
                Await.until(
                        "the probe ends", SOON, () -> !onLoop(() -> revival().isProbing()));
            }
        }
        look(true, false, Duration.ofMillis(1));
        return passed;
    }

    @Test
    void raftThatRunsIsLeftAlone() {
        for (int i = 0; i < 10; i++) {
            look(false, false, Duration.ofMinutes(1));
        }
        assertThat(disk.probes).hasValue(0);
        assertThat(revived).hasValue(0);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "raft stopped because of its disk, and the disk goes on failing",
            seen =
                    "raft is started again only after a file was written and synced; tries are at most half a minute apart")
    void raftStartsAgainOnlyWhenAProbeWasSynced() {
        disk.words = "No space left on device";
        Duration before = Duration.ZERO;
        for (int i = 0; i < 10; i++) {
            Duration waited = untilProbed();
            assertThat(waited).isGreaterThanOrEqualTo(before).isLessThanOrEqualTo(Revival.LONGEST_WAIT.plusSeconds(1));
            before = waited;
        }
        assertThat(before).isGreaterThanOrEqualTo(Revival.LONGEST_WAIT.minusSeconds(1));
        assertThat(revived).hasValue(0);
        RaftStatus described = onLoop(() -> revival().described(RaftStatus.NONE.disk(FAILED)));
        assertThat(described.disk())
                .isEqualTo(new RaftStatus.Disk("a write failed; No space left on device", "/x/log", true, false));
        disk.words = null;
        Duration unused = untilProbed();
        assertThat(revived).hasValue(1);
        assertThat(disk.forced).hasValue(1);
        assertThat(folder.resolve("disk-probe")).doesNotExist();
        assertThat(onLoop(
                        () -> revival().described(RaftStatus.NONE.disk(FAILED)).disk()))
                .isEqualTo(FAILED);
    }

    @Test
    void whileAWriteOfTheNodeBeforeHangsNothingIsTried() {
        for (int i = 0; i < 100; i++) {
            look(true, true, Duration.ofSeconds(10));
        }
        assertThat(disk.probes).hasValue(0);
        Duration unused = untilProbed();
        assertThat(revived).hasValue(1);
    }

    @Test
    void afterRaftRanWellForAWhileTheNextFailureIsTriedSoonAgain() {
        disk.words = "Input/output error";
        for (int i = 0; i < 8; i++) {
            Duration unused = untilProbed();
        }
        look(false, false, Duration.ofSeconds(1));
        assertThat(untilProbed()).as("it failed again at once").isGreaterThan(Duration.ofSeconds(5));
        look(false, false, Duration.ofSeconds(1));
        look(false, false, Duration.ofMinutes(2));
        assertThat(untilProbed()).isLessThanOrEqualTo(Revival.FIRST_WAIT.plusMillis(200));
    }

    private List<FakeWorld.Server> startThree() {
        List<FakeWorld.Server> three = Stream.of("a", "b", "c")
                .map(name -> {
                    FakeWorld.Server server = world().server(name, 3);
                    server.disk = disk;
                    return server.start();
                })
                .toList();
        Await.until(
                "one cluster",
                SOON,
                () -> three.stream()
                        .allMatch(s -> s.view().led() && s.view().why().code() == ReasonCode.READY),
                () -> world().toString());
        return three;
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "raft stops on a server because its disk fails, and the disk is repaired later",
            seen = "the reason is DISK with the system's words and the file; raft starts by itself under the same id")
    void aServerWhoseRaftStoppedSaysDiskAndComesBackByItself() {
        FakeWorld.Server server = startThree().get(1);
        ServerId id = server.view().self();
        disk.words = "No space left on device";
        server.consensus().breakDown(FAILED);
        Await.until("it says so", SOON, () -> {
            Why why = server.view().why();
            return why.code() == ReasonCode.DISK
                    && why.message().contains("a write failed; No space left on device (/x/log)");
        });
        assertThat(server.view().why().nextStep()).contains("by itself");
        int before = disk.probes.get();
        Await.until("it goes on trying", SOON, () -> disk.probes.get() > before + 1);
        assertThat(server.view().why().code()).isEqualTo(ReasonCode.DISK);
        disk.words = null;
        Await.until("ready", SOON, () -> server.view().why().code() == ReasonCode.READY, () -> world().toString());
        assertThat(server.view().self()).isEqualTo(id);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "raft cannot be started because its log does not open",
            seen = "the reason is DISK with what was met; it is tried again, and starts once it can be opened")
    void aServerWhoseRaftDoesNotStartTriesAgain() {
        FakeWorld.Server server = startThree().get(1);
        ServerId id = server.view().self();
        server.stop();
        server.open();
        server.consensus().refuse("the raft log does not open: Input/output error");
        server.begin();
        Await.until(
                "it says so",
                SOON,
                () -> server.view().why().code() == ReasonCode.DISK
                        && server.view().why().message().contains("does not open: Input/output error"));
        server.consensus().refuse(null);
        Await.until("ready", SOON, () -> server.view().why().code() == ReasonCode.READY, () -> world().toString());
        assertThat(server.view().self()).isEqualTo(id);
    }

    @Test
    @Fault(
            line = "A1b",
            fault =
                    "raft stopped because of its disk, and when that works again the directory belongs to another, or is gone",
            seen = "that is lost data, as at the start of a process: it comes back under a new id")
    void whatIsAskedAtTheStartOfAProcessIsAskedAgain() throws Exception {
        FakeWorld.Server server = startThree().get(1);
        ServerId id = server.view().self();
        disk.words = "Input/output error";
        server.consensus().breakDown(FAILED);
        Await.until("it says so", SOON, () -> server.view().why().code() == ReasonCode.DISK);
        Path label = server.folder.resolve("raft").resolve("label");
        Files.writeString(label, Files.readString(label).replaceAll("\n[^\n]+\n$", "\nanother-token\n"));
        disk.words = null;
        Await.until("a new server", SOON, () -> !server.view().self().equals(id), () -> world().toString());
        assertThat(server.folder.resolve("lost-1")).isDirectory();
    }
}
