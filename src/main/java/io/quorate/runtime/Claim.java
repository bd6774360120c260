package io.quorate.runtime;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work at a time, and none for ever: whoever begins takes a ticket and gives it back when the work has ended, however it
 * ended. An end that gets lost (an answer that never comes, a task that is dropped) holds the others up no longer than the limit:
 * after that the next one takes over, and what the overtaken one gives back later is without effect. Safe for any thread.
 */
public final class Claim {
    private final Ticker ticker;
    private final long limitNanos;
    private final AtomicReference<@Nullable Ticket> held = new AtomicReference<>();

    /** @param limit longer than the work can take when all goes well */
    public Claim(Ticker ticker, Duration limit) {
        this.ticker = ticker;
        limitNanos = limit.toNanos();
    }

    /** Absent while the work of another is under way. */
    public @Nullable Ticket take() {
        Ticket before = held.get();
        long now = ticker.nanos();
        if (before != null && now - before.sinceNanos < limitNanos) {
            return null;
        }
        Ticket fresh = new Ticket(now);
        return held.compareAndSet(before, fresh) ? fresh : null;
    }

    /** Who holds it. Closing it more than once does no harm. */
    public final class Ticket implements AutoCloseable {
        private final long sinceNanos;

        private Ticket(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }

        @Override
        public void close() {
            held.compareAndSet(this, null);
        }
    }
}
