package io.quorate.store;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Another thread that does its work when the test says so, and a clock that stands still until then. */
final class OtherThread extends AbstractExecutorService implements ScheduledExecutorService {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final ArrayDeque<Runnable> delayed = new ArrayDeque<>();
    private long nanos;

    long nanos() {
        return nanos;
    }

    int waiting() {
        return waiting.size();
    }

    int delayed() {
        return delayed.size();
    }

    /** All that was handed over. */
    void run() {
        for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
            task.run();
        }
    }

    void pass(long moreNanos) {
        nanos += moreNanos;
        List<Runnable> due = List.copyOf(delayed);
        delayed.clear();
        due.forEach(Runnable::run);
    }

    @Override
    public void execute(Runnable task) {
        waiting.add(task);
    }

    /** Whatever the delay: it is over when time passes next. */
    @Override
    @SuppressWarnings("NullAway")
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        delayed.add(task);
        return null;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initial, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initial, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
