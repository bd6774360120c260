package io.quorate.membership.swim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * News waiting to be passed on: one entry per subject, the newer replaces the older. Least sent first, and newest first among
 * equals. Bounded by the number of subjects, which is whoever adds to it to bound.
 *
 * @param <K> a subject: a member, an event
 */
final class Broadcasts<K> {
    /** So many entries that do not fit end the search: a nearly full packet must not cost a walk through a long queue. */
    private static final int MISSES = 6;

    private final Map<K, Entry<K>> bySubject = new HashMap<>();
    private final TreeSet<Entry<K>> order = new TreeSet<>();
    private long numbers;

    /** @param whenSpent run once it was sent often enough; not when it is replaced */
    void add(K subject, Message message, @Nullable Runnable whenSpent) {
        Entry<K> old = bySubject.remove(subject);
        if (old != null) {
            order.remove(old);
        }
        Entry<K> entry = new Entry<>(subject, message, Wire.size(message), numbers++, whenSpent);
        bySubject.put(subject, entry);
        order.add(entry);
    }

    void forget(K subject) {
        Entry<K> old = bySubject.remove(subject);
        if (old != null) {
            order.remove(old);
        }
    }

    /** The oldest of those that were sent most often goes. */
    void dropMostSent() {
        Entry<K> last = order.pollLast();
        if (last != null) {
            bySubject.remove(last.subject);
        }
    }

    int size() {
        return order.size();
    }

    /**
     * Adds to {@code packet} what fits.
     *
     * @param limit how often an entry is sent in all
     * @param counting false where it must not count as sent
     * @return bytes left
     */
    int fill(List<Message> packet, int room, int limit, boolean counting) {
        if (order.isEmpty()) {
            return room;
        }
        List<Entry<K>> taken = new ArrayList<>();
        int left = room;
        int misses = 0;
        Iterator<Entry<K>> entries = order.iterator();
        while (entries.hasNext() && misses < MISSES) {
            Entry<K> entry = entries.next();
            if (entry.size <= left) {
                packet.add(entry.message);
                left -= entry.size;
                taken.add(entry);
            } else {
                misses++;
            }
        }
        if (counting) {
            for (Entry<K> entry : taken) {
                count(entry, limit);
            }
        }
        return left;
    }

    private void count(Entry<K> entry, int limit) {
        order.remove(entry);
        entry.sends++;
        if (entry.sends < limit) {
            order.add(entry);
            return;
        }
        bySubject.remove(entry.subject);
        if (entry.whenSpent != null) {
            entry.whenSpent.run();
        }
    }

    private static final class Entry<K> implements Comparable<Entry<K>> {
        private final K subject;
        private final Message message;
        private final int size;
        private final long number;
        private final @Nullable Runnable whenSpent;
        private int sends;

        private Entry(K subject, Message message, int size, long number, @Nullable Runnable whenSpent) {
            this.subject = subject;
            this.message = message;
            this.size = size;
            this.number = number;
            this.whenSpent = whenSpent;
        }

        @Override
        public int compareTo(Entry<K> other) {
            return sends != other.sends ? Integer.compare(sends, other.sends) : Long.compare(other.number, number);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }
}
