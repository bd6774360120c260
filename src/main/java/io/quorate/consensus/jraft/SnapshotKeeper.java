package io.quorate.consensus.jraft;

import io.quorate.consensus.LogGrowth;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves a snapshot whenever {@link SnapshotRule} says so, one at a time. Of one loop, which calls {@link #look}; it outlives the groups, so
 * that a failure that ends one is remembered.
 */
final class SnapshotKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);

    private final Ticker ticker;
    private @Nullable CompletableFuture<?> running;
    private long begunNanos;
    private boolean attempted;
    private int failures;
    private long tookMs;
    private long endedNanos;
    private long savedNanos;

    SnapshotKeeper(Ticker ticker) {
        this.ticker = ticker;
        savedNanos = ticker.nanos();
    }

    /** Whose snapshots are saved. Safe for any thread; none of it waits. */
    interface Log {
        SnapshotRule rule();

        LogGrowth sinceSnapshot();

        /** The database is still ahead of what raft has given it: nothing can be saved. */
        boolean isReplaying();

        /** Ends in every case, with the group at the latest. */
        CompletableFuture<@Nullable Void> snapshot();
    }

    void look(Log log) {
        CompletableFuture<?> present = running;
        if (present != null && present.isDone()) {
            ended(present);
            running = null;
        }
        LogGrowth growth = log.sinceSnapshot();
        SnapshotRule.Due due = log.rule()
                .due(new SnapshotRule.Look(
                        growth, running != null || log.isReplaying(), attempt(), sinceMs(savedNanos)));
        if (due == SnapshotRule.Due.NO) {
            return;
        }
        LOG.atDebug()
                .addKeyValue("due_by", due)
                .addKeyValue("entries", growth.entries())
                .addKeyValue("bytes", growth.bytes())
                .log("saving a snapshot");
        begunNanos = ticker.nanos();
        running = log.snapshot();
    }

    private SnapshotRule.Attempt attempt() {
        return attempted ? new SnapshotRule.Attempt(failures, tookMs, sinceMs(endedNanos)) : SnapshotRule.Attempt.NONE;
    }

    private void ended(CompletableFuture<?> attempt) {
        attempted = true;
        tookMs = sinceMs(begunNanos);
        endedNanos = ticker.nanos();
        if (!attempt.isCompletedExceptionally()) {
            failures = 0;
            savedNanos = endedNanos;
            return;
        }
        failures++;
        String why = attempt.handle((nothing, failure) -> failure == null ? "" : Plain.reason(failure))
                .join();
        LOG.atWarn()
                .addKeyValue("why", why)
                .addKeyValue("failures", failures)
                .addKeyValue("next_in_ms", SnapshotRule.pauseMs(failures, tookMs))
                .log("no snapshot was saved: the log grows until one is");
    }

    private long sinceMs(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - nanos);
    }
}
