package io.quorate.runtime;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Named daemon threads, and pools with a bound. */
public final class Threads {
    private Threads() {}

    public static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * At most so many threads and so many waiting tasks; idle threads end after 30 s.
     *
     * <p>{@code execute} throws {@link java.util.concurrent.RejectedExecutionException} beyond both bounds.
     */
    public static ThreadPoolExecutor pool(String prefix, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), named(prefix));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
