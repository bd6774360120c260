package io.quorate.answer;

import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Questions that wait for somebody who can answer them. Safe for any thread, never blocks. */
final class Held {
    /*
     * Thousands may wait for one leader, and it must not be met by all of them at once, nor asked by each of them whether it is there
     * again. So nobody tries on a clock of its own: one look every STEP sees whom they all wait for. While that is nobody, or the one
     * that just failed, they cost nothing. A new one is tried by a few hundred at each look. The one that failed is tried by a single
     * question after a pause that doubles; once that is answered it is as good as a new one.
     *
     * waiting: in the order in which they came, each also in byDeadline. unreached: who could not be asked last; absent once anybody
     * was answered. All guarded by this; questions run outside the lock.
     */
    static final int MAX = 4096;
    private static final Duration STEP = Duration.ofMillis(25);
    private static final int SLICE = 256;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Timers timers;
    private final Ticker ticker;
    private final Supplier<@Nullable Object> wanted;
    private final Set<Entry> waiting = new LinkedHashSet<>();
    private final NavigableSet<Entry> byDeadline = new TreeSet<>(Entry.FIRST_OVER);
    private volatile @Nullable Object unreached;
    private long entries;
    private long againNanos;
    private Duration pause = FIRST_PAUSE;
    private boolean looking;
    private boolean closed;

    /** @param wanted who could answer now, e.g. the leader; absent: nobody. Asked on any thread, must not block */
    Held(Timers timers, Ticker ticker, Supplier<@Nullable Object> wanted) {
        this.timers = timers;
        this.ticker = ticker;
        this.wanted = wanted;
    }

    /** One that waits; must not block. */
    interface Question {
        /** Of the same clock as the one given. */
        long deadlineNanos();

        /** Tries again. */
        void again();

        /** Its time is over, too many wait, or the agent stops. */
        void over();
    }

    /** @param number of the entry, so that no two are equal */
    private record Entry(long deadlineNanos, long number, Question question) {
        /** Of deadlines that lie within a few minutes of each other, whatever the clock's origin. */
        static final Comparator<Entry> FIRST_OVER = (one, other) -> {
            long between = one.deadlineNanos - other.deadlineNanos;
            return between != 0 ? Long.signum(between) : Long.compare(one.number, other.number);
        };
    }

    /** @param whom who failed to answer it; absent: there was nobody */
    void hold(Question question, @Nullable Object whom) {
        boolean room;
        synchronized (this) {
            room = !closed && waiting.size() < MAX && question.deadlineNanos() - ticker.nanos() > 0;
            if (room) {
                Entry entry = new Entry(question.deadlineNanos(), entries++, question);
                waiting.add(entry);
                byDeadline.add(entry);
                if (whom != null) {
                    notReached(whom);
                }
                look();
            }
        }
        if (!room) {
            question.over();
        }
    }

    private void notReached(Object whom) {
        pause = whom.equals(unreached) ? min(pause.multipliedBy(2), LONGEST_PAUSE) : FIRST_PAUSE;
        unreached = whom;
        againNanos = ticker.nanos() + pause.toNanos();
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Somebody was answered: whoever failed before is tried again by all. */
    void answered() {
        // Said at every answer, mostly of a cluster in order.
        if (unreached != null) {
            synchronized (this) {
                unreached = null;
            }
        }
    }

    int size() {
        synchronized (this) {
            return waiting.size();
        }
    }

    /** Whoever waits is told that it is over. */
    void close() {
        List<Entry> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(waiting);
            waiting.clear();
            byDeadline.clear();
        }
        all.forEach(entry -> entry.question().over());
    }

    /** Guarded by this. */
    private void look() {
        if (looking) {
            return;
        }
        try {
            Timers.Timer unused = timers.after(STEP, this::step);
            looking = true;
        } catch (RejectedExecutionException e) {
            // The agent stops: close() tells whoever waits.
            looking = false;
        }
    }

    private void step() {
        List<Question> late = new ArrayList<>();
        List<Question> free = new ArrayList<>();
        Object whom = wanted.get();
        synchronized (this) {
            looking = false;
            long now = ticker.nanos();
            while (!byDeadline.isEmpty() && byDeadline.first().deadlineNanos() - now <= 0) {
                late.add(leave(byDeadline.first()));
            }
            int ready = ready(whom, now);
            while (free.size() < ready && !waiting.isEmpty()) {
                free.add(leave(waiting.iterator().next()));
            }
            if (!waiting.isEmpty()) {
                look();
            }
        }
        late.forEach(Question::over);
        free.forEach(Question::again);
    }

    private Question leave(Entry entry) {
        waiting.remove(entry);
        byDeadline.remove(entry);
        return entry.question();
    }

    /** How many may try now. Guarded by this. */
    private int ready(@Nullable Object whom, long now) {
        if (whom == null) {
            return 0;
        }
        if (!whom.equals(unreached)) {
            return SLICE;
        }
        if (againNanos - now > 0) {
            return 0;
        }
        // The next one only when this one's word did not come.
        againNanos = now + LONGEST_PAUSE.toNanos();
        return 1;
    }
}
