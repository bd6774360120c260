package io.quorate.peers;

import io.quorate.runtime.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work of others' threads that is done on a loop. */
final class OnLoop {
    private OnLoop() {}

    /** Completes as the work does; exceptionally also when the loop is closed or the work cannot begin. */
    static <T extends @Nullable Object> CompletableFuture<T> run(EventLoop loop, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            loop.execute(() -> begin(work, result));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IllegalStateException("stopping", e));
        }
        return result;
    }

    private static <T extends @Nullable Object> void begin(
            Supplier<CompletableFuture<T>> work, CompletableFuture<T> result) {
        try {
            var unused = work.get().whenComplete((done, failure) -> {
                if (failure == null) {
                    result.complete(done);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }
}
