package io.quorate.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deadlines of many who wait, at a cost that does not grow with their number. Guarded by this; a deadline is never met early. */
final class DeadlineWheel<T> {
    /*
     * A hashed wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987): each slot holds the deadlines of one tick
     * of every round in a linked list, so that entering and leaving are a few writes. Who is not due when its slot comes by stays for
     * the next round. A heap would cost the logarithm for each of a hundred thousand waits, nearly all of which end before their
     * time; a scheduled task for each was half a kilobyte and a lock of the executor more.
     */
    private static final long TICK_NANOS = Duration.ofMillis(50).toNanos();
    private static final int SLOTS = 512;
    private static final Duration LONGEST = Duration.ofHours(1);

    private final List<Place<T>> slots = new ArrayList<>(SLOTS);
    private final long began;
    /** The last tick whose slot was emptied of what was due. */
    private long passed;

    private int size;

    DeadlineWheel(long nowNanos) {
        began = nowNanos;
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new Place<>(null, 0));
        }
    }

    static Duration tick() {
        return Duration.ofNanos(TICK_NANOS);
    }

    /** @param after one hour at most: what is longer is cut */
    synchronized Place<T> enter(T value, Duration after, long nowNanos) {
        Duration bounded = after.compareTo(LONGEST) > 0 ? LONGEST : after;
        // The tick under way has begun already: one more, so that nothing is early.
        long due = Math.max(passed, tickOf(nowNanos + Math.max(0, bounded.toNanos()))) + 1;
        Place<T> place = new Place<>(value, due);
        place.linkBefore(slot(due));
        size++;
        return place;
    }

    synchronized void leave(Place<T> place) {
        if (place.unlink()) {
            size--;
        }
    }

    synchronized boolean isEmpty() {
        return size == 0;
    }

    /** Takes out what is due. */
    synchronized List<T> due(long nowNanos) {
        long now = tickOf(nowNanos);
        List<T> due = new ArrayList<>();
        // After a standstill every slot is looked at once.
        for (long tick = Math.max(passed + 1, now - SLOTS + 1); tick <= now; tick++) {
            takeDue(slot(tick), now, due);
        }
        passed = Math.max(passed, now);
        return due;
    }

    private void takeDue(Place<T> slot, long now, List<T> due) {
        for (Place<T> place = slot.next; place != slot; ) {
            Place<T> next = place.next;
            if (place.tick <= now && place.value != null) {
                due.add(place.value);
                leave(place);
            }
            place = next;
        }
    }

    private long tickOf(long nanos) {
        return (nanos - began) / TICK_NANOS;
    }

    private Place<T> slot(long tick) {
        return slots.get((int) (tick % SLOTS));
    }

    /** One deadline in its slot's ring; the slot itself is a place without a value. */
    static final class Place<T> {
        private final @Nullable T value;
        private final long tick;
        private Place<T> previous = this;
        private Place<T> next = this;

        private Place(@Nullable T value, long tick) {
            this.value = value;
            this.tick = tick;
        }

        private void linkBefore(Place<T> other) {
            next = other;
            previous = other.previous;
            previous.next = this;
            other.previous = this;
        }

        private boolean unlink() {
            boolean linked = next != this;
            previous.next = next;
            next.previous = previous;
            next = this;
            previous = this;
            return linked;
        }
    }
}
