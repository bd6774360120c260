package io.quorate.membership.swim;

import java.util.PriorityQueue;

/** What is to happen later, ordered by (time, number), so that equal seeds give equal runs. */
final class TimerQueue {
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long numbers;

    Entry at(long whenMs, Runnable task) {
        Entry entry = new Entry(whenMs, numbers++, task);
        entries.add(entry);
        return entry;
    }

    /** {@link Long#MAX_VALUE} when nothing waits. */
    long next() {
        while (true) {
            Entry head = entries.peek();
            if (head == null) {
                return Long.MAX_VALUE;
            }
            if (!head.cancelled) {
                return head.when;
            }
            entries.poll();
        }
    }

    /** Runs what is due, but not what is set meanwhile for later. */
    void run(long nowMs) {
        while (next() <= nowMs) {
            Entry due = entries.poll();
            if (due != null) {
                due.cancelled = true;
                due.task.run();
            }
        }
    }

    static final class Entry implements Comparable<Entry> {
        private final long when;
        private final long number;
        private final Runnable task;
        private boolean cancelled;

        private Entry(long when, long number, Runnable task) {
            this.when = when;
            this.number = number;
            this.task = task;
        }

        void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Entry other) {
            return when != other.when ? Long.compare(when, other.when) : Long.compare(number, other.number);
        }
    }
}
