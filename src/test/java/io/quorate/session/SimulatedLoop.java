package io.quorate.session;

import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;

/** A loop whose time is a test's: nothing runs but in {@link #run} and {@link #advance}. */
final class SimulatedLoop implements Executor, Timers, Ticker {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Later> later =
            new PriorityQueue<>(Comparator.comparingLong(Later::at).thenComparingLong(Later::number));
    private long now = 1_000_000_007L;
    private long numbers;

    private record Later(long at, long number, Runnable task) {}

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Later entry = new Later(now + delay.toNanos(), numbers++, task);
        later.add(entry);
        return () -> later.remove(entry);
    }

    @Override
    public Timer every(Duration delay, Runnable task) {
        return after(delay, () -> {
            Timer unused = every(delay, task);
            task.run();
        });
    }

    @Override
    public long nanos() {
        return now;
    }

    /** How many tasks wait for a time. */
    int waiting() {
        return later.size();
    }

    void run() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    void advance(Duration by) {
        long until = now + by.toNanos();
        run();
        while (!later.isEmpty() && later.peek().at() <= until) {
            Later next = later.remove();
            now = Math.max(now, next.at());
            next.task().run();
            run();
        }
        now = until;
    }
}
