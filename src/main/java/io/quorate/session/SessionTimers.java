package io.quorate.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** When each session's time is over. Times are a {@link io.quorate.runtime.Ticker}'s. Not safe for several threads. */
final class SessionTimers {
    /*
     * One ordered queue and a map into it: a renewal is one removal and one insertion, whatever the number of sessions, and no session
     * has a task or a thread of its own. A wheel would be cheaper still, but what is counted here is a day at most and milliseconds at
     * least, and renewals of a hundred thousand sessions are ten thousand a second.
     *
     * byId and queue hold the same entries. number tells entries of one deadline apart.
     */
    private final Map<UUID, Entry> byId = new HashMap<>();
    private final NavigableSet<Entry> queue = new TreeSet<>(Entry.FIRST_OVER);
    private long entries;

    private record Entry(long deadlineNanos, long number, UUID id) {
        /** Of deadlines that lie within a few years of each other, whatever the ticker's origin. */
        static final Comparator<Entry> FIRST_OVER = (one, other) -> {
            long between = one.deadlineNanos - other.deadlineNanos;
            return between != 0 ? Long.signum(between) : Long.compare(one.number, other.number);
        };
    }

    /** In place of an earlier deadline. */
    void set(UUID id, long deadlineNanos) {
        drop(id);
        Entry entry = new Entry(deadlineNanos, entries++, id);
        byId.put(id, entry);
        queue.add(entry);
    }

    boolean has(UUID id) {
        return byId.containsKey(id);
    }

    void drop(UUID id) {
        Entry entry = byId.remove(id);
        if (entry != null) {
            queue.remove(entry);
        }
    }

    void dropAllBut(Set<UUID> ids) {
        List.copyOf(byId.keySet()).stream().filter(id -> !ids.contains(id)).forEach(this::drop);
    }

    void clear() {
        byId.clear();
        queue.clear();
    }

    int size() {
        return byId.size();
    }

    /** Takes out whose deadline is not later than that, the earliest first. */
    List<UUID> takeDue(long nowNanos, int most) {
        List<UUID> due = new ArrayList<>();
        while (due.size() < most && !queue.isEmpty() && queue.first().deadlineNanos() - nowNanos <= 0) {
            UUID id = queue.first().id();
            due.add(id);
            drop(id);
        }
        return due;
    }

    /** The earliest deadline; empty when there is none. */
    OptionalLong first() {
        return queue.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(queue.first().deadlineNanos());
    }
}
