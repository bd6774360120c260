package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Threads;
import io.quorate.testing.Fault;
import io.quorate.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The machine goes down before each step that the real driver takes on disk, or the step fails. Nothing was told that is not on
 * disk, no folder that is left refuses the next start or loses what was there, and all ends in one cluster.
 */
@NullMarked
class CrashBetweenStepsTest {
    /** They mostly wait: more of them at once than processors. */
    private static final int AT_ONCE = 12;

    @TempDir
    Path root;

    @Fault(
            line = "C",
            fault =
                    "the machine goes down between any two steps on disk of founding, adoption, withdrawal or lost data",
            seen =
                    "nothing was told that is not on disk; each directory that may be left starts, and all end in one cluster")
    @ParameterizedTest
    @EnumSource
    void theMachineGoesDownBeforeAnyStep(DiskStory story) throws Exception {
        forEachStep(story, this::goesDown);
    }

    @Fault(
            line = "C",
            fault = "any step on disk of founding, adoption, withdrawal or lost data fails",
            seen =
                    "the server says DISK with the system's words and tells nothing that is not on disk, and goes on by itself")
    @ParameterizedTest
    @EnumSource
    void anyStepFails(DiskStory story) throws Exception {
        forEachStep(story, this::fails);
    }

    private interface Run {
        /** False when the story ended before that step. */
        boolean at(DiskStory story, int step, Path folder) throws IOException;
    }

    private void forEachStep(DiskStory story, Run run) throws Exception {
        int steps = stepsOf(story);
        assertThat(steps).isGreaterThan(4);
        ExecutorService runs = Threads.pool("run", AT_ONCE, steps + 1);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < steps; i++) {
                int step = i;
                all.add(runs.submit(() -> run.at(story, step, root.resolve("step-" + step))));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(story + ": " + e.getCause(), e);
        } finally {
            runs.shutdownNow();
        }
    }

    private int stepsOf(DiskStory story) throws IOException {
        try (DiskWorld world = new DiskWorld(root.resolve("whole"))) {
            story.prepare(world);
            RecordingDisk disk = world.startSubject();
            assertThat(world.start()).isTrue();
            world.until(() -> story.isEnded(world));
            assertThat(world.broken()).isEmpty();
            return disk.steps().size();
        }
    }

    private boolean goesDown(DiskStory story, int step, Path folder) throws IOException {
        try (DiskWorld world = new DiskWorld(folder)) {
            story.prepare(world);
            RecordingDisk disk = world.startSubject().downBefore(step);
            boolean started = world.start();
            world.until(() -> !started || disk.isDown() || story.isEnded(world));
            if (!disk.isDown()) {
                return false;
            }
            String at = "down before step " + step + ", " + disk.steps().get(step);
            world.subject().stop();
            List<Map<String, byte[]>> survivors = disk.survivors();
            for (Map<String, byte[]> survivor : survivors) {
                look(story, at, survivor, folder.resolve("look"));
            }
            // One of them goes on: another one at each step.
            Map<String, byte[]> survivor = survivors.get(step * 7 % survivors.size());
            world.subject().wipe();
            RecordingDisk.restore(survivor, world.subject().folder);
            world.startSubject();
            assertThat(world.start()).as(at).isTrue();
            world.until(() -> story.isEnded(world));
            assertThat(world.broken()).as(at).isEmpty();
            return true;
        }
    }

    /** A start on what is left, without any other server. */
    private static void look(DiskStory story, String at, Map<String, byte[]> survivor, Path root) throws IOException {
        try (DiskWorld alone = new DiskWorld(root)) {
            FakeWorld.Server server = alone.subject(3, true);
            RecordingDisk.restore(survivor, server.folder);
            String what = at + ", left is " + survivor.keySet();
            Optional<FoundingRecord> before = new RecordFile(server.folder).read();
            alone.startSubject();
            assertThatCode(server::open).as(what).doesNotThrowAnyException();
            FoundingRecord after = new RecordFile(server.folder).read().orElseThrow();
            assertThat(alone.broken()).as(what).isEmpty();
            if (before.isPresent() && !story.losesData()) {
                assertThat(after.id()).as(what).isEqualTo(before.get().id());
                assertThat(isLost(after)).as(what).isEqualTo(isLost(before.get()));
            }
        } finally {
            Disk.real().deleteTree(root);
        }
    }

    private static boolean isLost(FoundingRecord record) {
        return record.standing() instanceof Standing.Blank blank && blank.formerly() != null;
    }

    private boolean fails(DiskStory story, int step, Path folder) throws IOException {
        try (DiskWorld world = new DiskWorld(folder)) {
            story.prepare(world);
            RecordingDisk disk = world.startSubject();
            int[] count = {0};
            disk.fail("No space left on device", any -> count[0]++ == step);
            boolean started = world.start();
            // One that started goes on by itself: the disk failed once.
            world.until(() -> !started || story.isEnded(world));
            assertThat(world.broken()).isEmpty();
            world.subject().stop();
            world.startSubject();
            assertThat(world.start()).isTrue();
            world.until(() -> story.isEnded(world));
            assertThat(world.broken()).isEmpty();
            return true;
        }
    }
}
