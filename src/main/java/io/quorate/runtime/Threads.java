package io.quorate.runtime;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Named daemon threads, and pools with a bound. What a task throws is told to {@link Failures}, and the thread goes on: a pool that
 * lost a thread or a periodic task in silence would look idle.
 */
public final class Threads {
    private static final int IDLE_S = 30;

    private Threads() {}

    /** Threads whose work is helpful. */
    public static ThreadFactory named(String prefix) {
        return named(Duty.HELPFUL, prefix);
    }

    public static ThreadFactory named(Duty duty, String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> thread(duty, prefix + "-" + number.incrementAndGet(), task);
    }

    /** Not yet started. */
    public static Thread thread(Duty duty, String name, Runnable task) {
        Thread thread = new Thread(Failures.guarded(duty, name, task), name);
        thread.setDaemon(true);
        return thread;
    }

    /** Helpful work: see the other. */
    public static ThreadPoolExecutor pool(String prefix, int threads, int waiting) {
        return pool(Duty.HELPFUL, prefix, threads, waiting);
    }

    /**
     * At most so many threads and so many waiting tasks; idle threads end after 30 s.
     *
     * <p>{@code execute} throws {@link java.util.concurrent.RejectedExecutionException} beyond both bounds.
     */
    public static ThreadPoolExecutor pool(Duty duty, String prefix, int threads, int waiting) {
        return new Pool(threads, new ArrayBlockingQueue<>(waiting), named(duty, prefix)) {
            @Override
            public void execute(Runnable task) {
                super.execute(Failures.guarded(duty, prefix, task));
            }
        };
    }

    /**
     * As {@link #pool(Duty, String, int, int)}, for a library that hands in its tasks by {@code submit} and never looks at the
     * future, in which their errors would be lost.
     *
     * @param waiting {@link Integer#MAX_VALUE} when something else bounds what can be handed in
     */
    public static ThreadPoolExecutor submitted(Duty duty, String prefix, int threads, int waiting) {
        return new Pool(threads, new LinkedBlockingQueue<>(waiting), named(duty, prefix)) {
            @Override
            protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
                return super.newTaskFor(Failures.guarded(duty, prefix, task), value);
            }
        };
    }

    /** So many threads, each of which ends when it was idle for 30 s. */
    private static class Pool extends ThreadPoolExecutor {
        Pool(int threads, BlockingQueue<Runnable> waiting, ThreadFactory named) {
            super(threads, threads, IDLE_S, TimeUnit.SECONDS, waiting, named);
            allowCoreThreadTimeOut(true);
        }
    }

    /**
     * One thread for delays, whose work is helpful. A periodic task goes on after one that threw; what was cancelled leaves the
     * queue at once.
     */
    public static ScheduledThreadPoolExecutor timer(String name) {
        return new Timer(Duty.HELPFUL, name);
    }

    /** Its own class, because the JDK's keeps what a task throws in a future that nobody asks, and ends a periodic one with it. */
    static final class Timer extends ScheduledThreadPoolExecutor {
        private final Duty duty;
        private final String name;

        Timer(Duty duty, String name) {
            this(duty, name, task -> thread(duty, name, task));
        }

        Timer(Duty duty, String name, ThreadFactory threads) {
            super(1, threads);
            this.duty = duty;
            this.name = name;
            setRemoveOnCancelPolicy(true);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            return super.schedule(guarded(task), delay, unit);
        }

        /** @throws UnsupportedOperationException always: what it throws would be lost in the future */
        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
            throw new UnsupportedOperationException("give it a task without a result");
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initial, long period, TimeUnit unit) {
            return super.scheduleAtFixedRate(guarded(task), initial, period, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initial, long delay, TimeUnit unit) {
            return super.scheduleWithFixedDelay(guarded(task), initial, delay, unit);
        }

        private Runnable guarded(Runnable task) {
            return Failures.guarded(duty, name, task);
        }
    }
}
