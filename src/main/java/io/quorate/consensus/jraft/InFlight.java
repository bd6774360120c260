package io.quorate.consensus.jraft;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How much of what was given to raft has not come back yet, and the bound on it. SOFAJRaft's own bounds lie behind its queues: a
 * disk that stalls fills these first, and each refusal there costs a task in a pool. Safe for any thread.
 */
final class InFlight {
    /** Below the size of raft's rings ({@link RaftStorage#RING}), so that none of them is ever full with what we let in. */
    static final int ENTRIES = RaftStorage.RING / 4 * 3;
    /** Eight of the largest entries; they stand on the heap until they are committed and applied. */
    static final long BYTES = 32L << 20;

    private final int maxEntries;
    private final long maxBytes;
    private final AtomicInteger entries = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder refused;

    /** @param refused counts what {@link #enter} refuses */
    InFlight(int maxEntries, long maxBytes, LongAdder refused) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
        this.refused = refused;
    }

    /** The share of one entry; absent: there is no room for it. */
    @Nullable
    Share enter(int size) {
        Share share = new Share(size);
        int count = entries.incrementAndGet();
        long sum = bytes.addAndGet(size);
        if (count > maxEntries || sum > maxBytes) {
            share.leave();
            refused.increment();
            return null;
        }
        return share;
    }

    int entries() {
        return entries.get();
    }

    long bytes() {
        return bytes.get();
    }

    /** Given back once, by whatever ends its task first. */
    final class Share {
        private final int size;
        private final AtomicBoolean left = new AtomicBoolean();

        private Share(int size) {
            this.size = size;
        }

        void leave() {
            if (left.compareAndSet(false, true)) {
                entries.decrementAndGet();
                bytes.addAndGet(-size);
            }
        }
    }
}
