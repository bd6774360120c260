package io.quorate.store;

import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Who waits for a change of which topic. Guarded by this; futures complete on the given executor, outside the lock. */
final class Waits {
    /*
     * The apply thread owns the time in which nobody's write is answered, so it does nothing here that grows with the number of those
     * who wait: it takes the line of each changed topic out of the lines, which is one step, and hands them over. On the other thread
     * each waiter of such a line is taken out of its other lines, out of the wheel, and told. Who is woken and waits again stands in
     * a new line. A prefix under which everything changed has many lines; those are found on the other thread too, by a cursor that
     * only goes forward, so that waiting again does not keep it going; until it has come by, nothing is lost, because who comes new
     * asks KnownChanges, which were raised before. There is no queue: what is handed over holds a waiter at least, each is in one of
     * them at most, and of prefixes one is remembered for each space, the common beginning of all.
     */
    private static final int MAX_WAITS = 100_000;
    private static final int MAX_TOPICS = 256;

    private final ScheduledExecutorService others;
    private final Ticker ticker;
    private final DeadlineWheel<Wait> deadlines;
    private WaitLines lines = new WaitLines();
    /** By space, the prefix under which everybody is still to be woken. */
    private final Map<String, String> sweeps = new HashMap<>();

    private int waits;
    private boolean ticking;

    Waits(ScheduledExecutorService others, Ticker ticker) {
        this.others = others;
        this.ticker = ticker;
        deadlines = new DeadlineWheel<>(ticker.nanos());
    }

    /**
     * @param isMet asked under the lock when the wait would begin: nothing that {@link #changed} tells later is missed
     * @throws IllegalArgumentException beyond 256 topics: who read that much names what holds it
     */
    CompletableFuture<Boolean> register(Set<Topic> topics, Duration timeout, BooleanSupplier isMet) {
        if (topics.size() > MAX_TOPICS) {
            throw new IllegalArgumentException(
                    "a wait for " + topics.size() + " topics, at most " + MAX_TOPICS + " are allowed");
        }
        if (isMet.getAsBoolean()) {
            return CompletableFuture.completedFuture(true);
        }
        Wait wait = new Wait();
        // First, so that whoever wakes it finds it there.
        wait.place = deadlines.enter(wait, timeout, ticker.nanos());
        CompletableFuture<Boolean> refused = null;
        boolean starts = false;
        synchronized (this) {
            if (wait.over) {
                return wait.future;
            }
            if (isMet.getAsBoolean()) {
                refused = CompletableFuture.completedFuture(true);
            } else if (waits >= MAX_WAITS) {
                refused = CompletableFuture.failedFuture(
                        new StateUnavailableException(MAX_WAITS + " blocking reads wait already"));
            } else {
                waits++;
                wait.counted = true;
                for (Topic topic : topics) {
                    wait.seats.add(lines.enter(topic, wait));
                }
                starts = !ticking;
                ticking = true;
            }
            wait.over = refused != null;
        }
        if (refused != null) {
            deadlines.leave(wait.place);
            return refused;
        }
        if (starts) {
            tickLater();
        }
        return wait.future;
    }

    /** After the commit, on the apply thread. */
    void changed(Set<Topic> topics) {
        List<WaitLines.Line> taken = new ArrayList<>();
        boolean sweep = false;
        synchronized (this) {
            if (waits == 0) {
                return;
            }
            for (Topic topic : topics) {
                lines.take(topic, taken);
                if (topic instanceof Topic.Prefix prefix && lines.has(prefix.space())) {
                    sweep |= sweeps.isEmpty();
                    sweeps.merge(prefix.space(), prefix.prefix(), Waits::common);
                }
            }
        }
        if (!taken.isEmpty()) {
            elsewhere(() -> taken.forEach(line -> end(line, true)));
        }
        if (sweep) {
            elsewhere(this::sweep);
        }
    }

    private static String common(String one, String other) {
        int same = 0;
        int longest = Math.min(one.length(), other.length());
        while (same < longest && one.charAt(same) == other.charAt(same)) {
            same++;
        }
        return one.substring(0, same);
    }

    private void sweep() {
        Map<String, String> now;
        synchronized (this) {
            now = new HashMap<>(sweeps);
            sweeps.clear();
        }
        now.forEach((space, prefix) -> {
            WaitLines.Cursor cursor = new WaitLines.Cursor(space, prefix);
            for (WaitLines.Line line = next(cursor); line != null; line = next(cursor)) {
                end(line, true);
            }
        });
    }

    private synchronized WaitLines.@Nullable Line next(WaitLines.Cursor cursor) {
        return lines.takeNext(cursor);
    }

    /** Everybody: true when the content was exchanged and they look again, false when it was closed. */
    void all(boolean exchanged) {
        WaitLines before;
        synchronized (this) {
            before = lines;
            lines = new WaitLines();
        }
        elsewhere(() -> {
            for (WaitLines.Line line = any(before); line != null; line = any(before)) {
                end(line, exchanged);
            }
        });
    }

    private synchronized WaitLines.@Nullable Line any(WaitLines of) {
        return of.takeAny();
    }

    private void end(WaitLines.Line line, boolean outcome) {
        for (Wait wait = first(line); wait != null; wait = first(line)) {
            end(wait, outcome);
        }
    }

    private synchronized @Nullable Wait first(WaitLines.Line line) {
        return line.first();
    }

    private void end(Wait wait, boolean outcome) {
        synchronized (this) {
            if (wait.over) {
                return;
            }
            wait.over = true;
            waits -= wait.counted ? 1 : 0;
            wait.seats.forEach(WaitLines.Seat::leave);
        }
        if (wait.place != null) {
            deadlines.leave(wait.place);
        }
        wait.future.complete(outcome);
    }

    private void tickLater() {
        try {
            var unused = others.schedule(this::tick, DeadlineWheel.tick().toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Nobody would be told of a deadline any more.
            synchronized (this) {
                ticking = false;
            }
            all(false);
        }
    }

    private void tick() {
        deadlines.due(ticker.nanos()).forEach(wait -> end(wait, false));
        synchronized (this) {
            ticking = waits > 0;
            if (!ticking) {
                return;
            }
        }
        tickLater();
    }

    private void elsewhere(Runnable work) {
        try {
            others.execute(work);
        } catch (RejectedExecutionException e) {
            work.run();
        }
    }

    /** One who waits. */
    static final class Wait {
        private final CompletableFuture<Boolean> future = new CompletableFuture<>();
        private final List<WaitLines.Seat> seats = new ArrayList<>(2);
        private DeadlineWheel.@Nullable Place<Wait> place;
        private boolean counted;
        private boolean over;
    }
}
