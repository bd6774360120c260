package io.quorate.operator.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of the data directory, and what of one that cannot be looked at. */
class DataMetricsTest {
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    Path folder;

    private double value(String name, String... tags) {
        return Objects.requireNonNull(
                        registry.find(name).tags(tags).gauge(), () -> name + " in " + registry.getMetersAsString())
                .value();
    }

    private static void write(Path file, int bytes) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, new byte[bytes]);
    }

    @Test
    void everyPartOfTheFolderIsCountedOnceAndTheNewestSnapshotHasAnAge() throws IOException {
        write(folder.resolve("raft/log/000012.sst"), 100);
        write(folder.resolve("raft/meta/raft_meta"), 10);
        write(folder.resolve("raft/snapshot/snapshot_1000/state.archive"), 2000);
        write(folder.resolve("raft/snapshot/snapshot_3000/state.archive"), 3000);
        write(folder.resolve("raft/state/db-1.mv.db"), 40_000);
        write(folder.resolve("raft/label"), 7);
        write(folder.resolve("lost-2/log/000001.sst"), 600_000);
        write(folder.resolve("server.record"), 8);
        Path snapshots = folder.resolve("raft/snapshot");
        Files.setLastModifiedTime(snapshots.resolve("snapshot_1000"), FileTime.from(NOW.minusSeconds(900)));
        Files.setLastModifiedTime(snapshots.resolve("snapshot_3000"), FileTime.from(NOW.minusSeconds(300)));

        try (DataMetrics metrics = new DataMetrics(folder, nanos::get, () -> NOW)) {
            metrics.bindTo(registry);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(value("quorate.data.free")).isPositive());
            assertThat(value("quorate.data.size", "part", "log")).isEqualTo(110);
            assertThat(value("quorate.data.size", "part", "snapshot")).isEqualTo(5000);
            assertThat(value("quorate.data.size", "part", "state")).isEqualTo(40_000);
            assertThat(value("quorate.data.size", "part", "lost")).isEqualTo(600_000);
            assertThat(value("quorate.data.size", "part", "other")).isEqualTo(15);
            assertThat(value("quorate.data.free")).isLessThanOrEqualTo(value("quorate.data.capacity"));
            assertThat(value("quorate.data.snapshot.age")).isEqualTo(300);
            assertThat(value("quorate.data.look.age")).isZero();
            nanos.addAndGet(Duration.ofSeconds(90).toNanos());
            assertThat(value("quorate.data.look.age")).isEqualTo(90);
        }
    }

    @Test
    void aFolderWithoutRaftHasSizesAndNoSnapshot() throws IOException {
        write(folder.resolve("node-id"), 36);
        try (DataMetrics metrics = new DataMetrics(folder, nanos::get, () -> NOW)) {
            metrics.bindTo(registry);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(value("quorate.data.size", "part", "other"))
                            .isEqualTo(36));
            assertThat(value("quorate.data.size", "part", "log")).isZero();
            assertThat(value("quorate.data.snapshot.age")).isNaN();
        }
    }

    @Test
    void aFolderThatCannotBeLookedAtHasAnAgeThatGrowsAndNoNumbers() {
        try (DataMetrics metrics = new DataMetrics(folder.resolve("gone"), nanos::get, () -> NOW)) {
            metrics.bindTo(registry);
            nanos.addAndGet(Duration.ofSeconds(400).toNanos());
            assertThat(value("quorate.data.look.age")).isEqualTo(400);
            assertThat(value("quorate.data.free")).isNaN();
            assertThat(value("quorate.data.capacity")).isNaN();
            assertThat(value("quorate.data.size", "part", "log")).isNaN();
        }
    }
}
