package io.quorate.consensus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Faults that a test in the same process switches. */
public final class HeldFaults implements LogFaults {
    private volatile @Nullable CountDownLatch held;
    private volatile @Nullable String words;
    private volatile int lost;
    private volatile @Nullable String snapshotWords;
    private final AtomicInteger snapshotsFailed = new AtomicInteger();

    /** From now on each write hangs. */
    public void stall() {
        held = new CountDownLatch(1);
    }

    /** From now on each write fails with these words of the system. */
    public void fail(String with) {
        words = with;
    }

    /** At the next opening so many of the newest entries are gone. */
    public void tear(int entries) {
        lost = entries;
    }

    /** The disk works again; what hangs goes on. */
    public void heal() {
        words = null;
        snapshotWords = null;
        release();
    }

    /** What hangs goes on, to fail if that was asked for. */
    public void release() {
        CountDownLatch latch = held;
        held = null;
        if (latch != null) {
            latch.countDown();
        }
    }

    @Override
    public void beforeWrite(Path log) throws IOException {
        CountDownLatch latch = held;
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IOException("interrupted in a write that hangs", e);
            }
        }
        String text = words;
        if (text != null) {
            throw new IOException(text);
        }
    }

    /** From now on no snapshot can be written, with these words of the system. */
    public void failSnapshots(String with) {
        snapshotWords = with;
    }

    public int snapshotsFailed() {
        return snapshotsFailed.get();
    }

    @Override
    public void beforeSnapshot(Path archive) throws IOException {
        String text = snapshotWords;
        if (text != null) {
            snapshotsFailed.incrementAndGet();
            throw new IOException(text);
        }
    }

    @Override
    public int lostAtOpening(Path log) {
        int entries = lost;
        lost = 0;
        return entries;
    }
}
