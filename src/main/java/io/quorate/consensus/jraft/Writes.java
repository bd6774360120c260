package io.quorate.consensus.jraft;

import io.quorate.runtime.Ticker;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one thread to one file or folder: since when one has been under way, and what the system said when one failed.
 * {@link #begin}, {@link #end} and {@link #failed} are the writer's; the rest is safe for any thread and never waits.
 */
final class Writes {
    private static final long IDLE = Long.MIN_VALUE;

    private final Path path;
    private final Ticker ticker;
    private volatile long sinceNanos = IDLE;
    private volatile @Nullable String failure;

    Writes(Path path, Ticker ticker) {
        this.path = path;
        this.ticker = ticker;
    }

    Path path() {
        return path;
    }

    void begin() {
        sinceNanos = ticker.nanos();
    }

    void end() {
        sinceNanos = IDLE;
    }

    void failed(String words) {
        failure = words;
    }

    /** How long the one that is under way has taken so far; -1 when there is none. */
    long underWayMs() {
        long since = sinceNanos;
        return since == IDLE ? -1 : TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - since);
    }

    /** What the system said; absent while none failed. */
    @Nullable
    String failure() {
        return failure;
    }
}
