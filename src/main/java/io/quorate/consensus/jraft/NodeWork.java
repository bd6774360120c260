package io.quorate.consensus.jraft;

import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that may wait for a node's lock, which may be held for the time of a disk sync, or for ever: callers do not wait for
 * it. Each group has one of its own, so that a thread which never returns from one node keeps nothing of the next one waiting. Safe
 * for any thread.
 */
final class NodeWork implements Executor, AutoCloseable {
    private static final int WAITING = 64;

    private final ThreadPoolExecutor thread = Threads.pool(Duty.VITAL, "raft-change", 1, WAITING);
    private final Unanswered unanswered;

    /** @param unanswered of the group, whose end is the end of those who wait here, too */
    NodeWork(Unanswered unanswered) {
        this.unanswered = unanswered;
    }

    /** @throws RejectedExecutionException when too much waits, or the group ended */
    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    /**
     * What was not begun when its caller was told so is never begun.
     *
     * @param within after which the caller is told that nobody knows
     */
    CompletableFuture<@Nullable Void> call(Duration within, Supplier<CompletableFuture<@Nullable Void>> work) {
        AtomicBoolean taken = new AtomicBoolean();
        CompletableFuture<@Nullable Void> result = unanswered.future(
                within,
                why -> taken.compareAndSet(false, true)
                        ? new NotCommittedException("not begun: " + why)
                        : new OutcomeUnknownException("begun, and no end of it is known: " + why));
        try {
            thread.execute(() -> {
                if (taken.compareAndSet(false, true)) {
                    run(work, result);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new NotCommittedException("too many changes wait"));
        }
        return result;
    }

    private static void run(
            Supplier<CompletableFuture<@Nullable Void>> work, CompletableFuture<@Nullable Void> result) {
        CompletableFuture<@Nullable Void> begun;
        try {
            begun = work.get();
        } catch (Error e) {
            result.completeExceptionally(e);
            throw e;
        } catch (RuntimeException e) {
            begun = CompletableFuture.failedFuture(new NotCommittedException("refused: " + Plain.reason(e)));
        }
        CompletableFuture<?> unused = begun.whenComplete((nothing, failure) -> {
            if (failure == null) {
                result.complete(null);
            } else {
                result.completeExceptionally(cause(failure));
            }
        });
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Interrupts nothing: what runs may be writing. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
