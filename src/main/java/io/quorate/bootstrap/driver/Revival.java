package io.quorate.bootstrap.driver;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Disk;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts raft again when it stopped because of its disk, or could not start on it. First a file of some size must have been written
 * and synced beside the log: on a disk that still fails raft would only fail again. That is tried on a thread of its own, since a
 * disk that hangs takes the thread with it, and after each try, whatever came of it, the next one waits twice as long, up to half a
 * minute. It is never given up: the disk may be mended in a week.
 *
 * <p>Owned by the founding loop.
 */
final class Revival implements AutoCloseable {
    static final Duration FIRST_WAIT = Duration.ofMillis(500);
    static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /** Raft that has run so long is well: the next failure is another story. */
    private static final Duration WELL_AFTER = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    private static final String PROBE = "disk-probe";
    /** A disk with less room than that would be full again at once. */
    private static final int PROBE_BYTES = 256 << 10;

    private final Disk disk;
    private final Path data;
    private final EventLoop loop;
    private final Runnable revive;
    private final ThreadPoolExecutor prober = Threads.pool("disk-probe", 1, 1);
    private Duration wait = FIRST_WAIT;
    private long nextNanos;
    private long wellNanos;
    private boolean down;
    private boolean probing;
    private boolean probed;
    private @Nullable String words;

    /** @param revive starts raft anew, on the loop; called only when a probe was synced and no write hangs */
    Revival(Disk disk, Path data, EventLoop loop, Runnable revive) {
        this.disk = disk;
        this.data = data;
        this.loop = loop;
        this.revive = revive;
    }

    /**
     * @param needed raft does not run, though it should
     * @param underWay a write of the node before hangs still: nothing else may touch its folder
     */
    void look(boolean needed, boolean underWay, long nowNanos) {
        loop.assertInside();
        if (!needed) {
            if (down) {
                down = false;
                probed = false;
                words = null;
                wellNanos = nowNanos;
            }
            return;
        }
        if (!down) {
            down = true;
            if (nowNanos - wellNanos >= WELL_AFTER.toNanos()) {
                wait = FIRST_WAIT;
            }
            nextNanos = nowNanos + wait.toNanos();
        }
        if (probed) {
            probed = false;
            wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
            nextNanos = nowNanos + wait.toNanos();
            if (words == null && !underWay) {
                revive.run();
            }
        } else if (!underWay && !probing && nowNanos - nextNanos >= 0) {
            begin();
        }
    }

    /** A probe is under way. */
    boolean isProbing() {
        return probing;
    }

    private void begin() {
        try {
            prober.execute(() -> {
                String failed = "the probe did not end in order";
                try {
                    failed = probe();
                } finally {
                    ended(failed);
                }
            });
            probing = true;
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("closed: nothing is probed");
        }
    }

    /** The status with what the probe was told, where raft was told less. */
    RaftStatus described(RaftStatus raft) {
        RaftStatus.Disk known = raft.disk();
        String also = words;
        if (known == null || also == null || known.words().contains(also)) {
            return raft;
        }
        return raft.disk(
                new RaftStatus.Disk(known.words() + "; " + also, known.file(), known.stopped(), known.underWay()));
    }

    /** Absent when a file was written and synced. */
    private @Nullable String probe() {
        Path raft = data.resolve(RaftFolder.NAME);
        // Where the folder is missing something else is wrong, and raft itself finds out what.
        Path file = (disk.isFolder(raft) ? raft : data).resolve(PROBE);
        try {
            disk.write(file, new byte[PROBE_BYTES]);
            disk.force(file);
            disk.delete(file);
            return null;
        } catch (IOException e) {
            return Plain.reason(e);
        }
    }

    private void ended(@Nullable String failed) {
        try {
            loop.execute(() -> {
                probing = false;
                probed = true;
                words = failed;
            });
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the founding loop is closed");
        }
    }

    /** A probe that hangs is left behind: nothing ends it but its disk. */
    @Override
    public void close() {
        prober.shutdownNow();
    }
}
