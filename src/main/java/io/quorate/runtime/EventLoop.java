package io.quorate.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that owns mutable state. Tasks run one after the other in the order given; none may block. A task that throws is
 * logged as a bug and the loop goes on, so that one bad message does not silence an agent.
 */
public final class EventLoop implements Executor, Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    /** Beyond this many waiting tasks the producer is refused: something is stuck, and memory must not grow with it. */
    private static final int MAX_WAITING = 100_000;

    private final String name;
    private final ScheduledThreadPoolExecutor executor;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile Thread owner = Thread.currentThread();

    public EventLoop(String name) {
        this.name = name;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            owner = thread;
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.prestartCoreThread();
    }

    /** @throws RejectedExecutionException when the loop is closed, or 100 000 tasks wait */
    @Override
    public void execute(Runnable task) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            throw new RejectedExecutionException(name + ": " + MAX_WAITING + " tasks wait already");
        }
        try {
            executor.execute(() -> {
                waiting.decrementAndGet();
                guarded(task).run();
            });
        } catch (RejectedExecutionException e) {
            waiting.decrementAndGet();
            throw e;
        }
    }

    /** Runs the task on the loop and completes the result there; exceptionally when the loop is closed. */
    public <T> CompletableFuture<T> submit(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            execute(() -> {
                try {
                    result.complete(task.get());
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return cancelling(executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public Timer every(Duration delay, Runnable task) {
        return cancelling(
                executor.scheduleWithFixedDelay(guarded(task), delay.toNanos(), delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    public boolean isInside() {
        return Thread.currentThread() == owner;
    }

    /** @throws IllegalStateException when called from another thread than the loop's */
    public void assertInside() {
        if (!isInside()) {
            throw new IllegalStateException(
                    "must run on " + name + ", not on " + Thread.currentThread().getName());
        }
    }

    /** Stops after the task that runs now, at most 5 s later; what waits is dropped. */
    @Override
    public void close() {
        executor.shutdownNow();
        if (isInside()) {
            return;
        }
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.atWarn().addKeyValue("loop", name).log("event loop did not stop in 5 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("loop", name).setCause(e).log("task failed");
            }
        };
    }

    private static Timer cancelling(ScheduledFuture<?> future) {
        return () -> future.cancel(false);
    }
}
