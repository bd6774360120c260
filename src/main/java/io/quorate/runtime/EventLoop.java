package io.quorate.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that owns mutable state. Tasks run one after the other in the order given; none may block. What a task throws is told
 * to {@link Failures}; unless the process ends by it the loop goes on, and a periodic task is run again.
 */
public final class EventLoop implements Executor, Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    /** Beyond this many waiting tasks the producer is refused: something is stuck, and memory must not grow with it. */
    private static final int MAX_WAITING = 100_000;

    private final String name;
    private final Duty duty;
    private final Threads.Timer executor;
    private final AtomicInteger waiting = new AtomicInteger();
    /** What {@link #submit} promised: who waits for it must hear that the loop is closed. */
    private final Map<Runnable, CompletableFuture<?>> unanswered = new ConcurrentHashMap<>();

    private volatile Thread owner = Thread.currentThread();

    /** A loop whose work is helpful. */
    public EventLoop(String name) {
        this(Duty.HELPFUL, name);
    }

    public EventLoop(Duty duty, String name) {
        this.name = name;
        this.duty = duty;
        executor = new Threads.Timer(duty, name, task -> {
            Thread thread = Threads.thread(duty, name, task);
            owner = thread;
            return thread;
        });
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
                Failures.run(duty, name, task);
            });
        } catch (RejectedExecutionException e) {
            waiting.decrementAndGet();
            throw e;
        }
    }

    /**
     * Runs the task on the loop and completes the result there; exceptionally by whatever the task throws, and when the loop is
     * closed before its turn.
     */
    public <T> CompletableFuture<T> submit(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable question = () -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            } catch (Throwable e) {
                // Whoever waits is told, and what it means for this thread is not theirs to say.
                result.completeExceptionally(e);
                throw e;
            }
        };
        unanswered.put(question, result);
        CompletableFuture<T> answered = result.whenComplete((value, failure) -> unanswered.remove(question));
        try {
            execute(question);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(e);
        }
        return answered;
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return cancelling(executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public Timer every(Duration delay, Runnable task) {
        return cancelling(
                executor.scheduleWithFixedDelay(task, delay.toNanos(), delay.toNanos(), TimeUnit.NANOSECONDS));
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

    /** Stops after the task that runs now, at most 5 s later; what waits is dropped, and who waits for it is told. */
    @Override
    public void close() {
        executor.shutdownNow();
        if (!isInside()) {
            awaitEnd();
        }
        List.copyOf(unanswered.values())
                .forEach(waits -> waits.completeExceptionally(new RejectedExecutionException(name + " is closed")));
    }

    private void awaitEnd() {
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.atWarn().addKeyValue("loop", name).log("event loop did not stop in 5 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Timer cancelling(ScheduledFuture<?> future) {
        return () -> future.cancel(false);
    }
}
