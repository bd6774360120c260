package io.quorate.kernel;

/**
 * Place of an entry in the raft log.
 *
 * @param value from 1; 0 is before the first
 */
public record LogIndex(long value) implements Comparable<LogIndex> {
    public static final LogIndex NONE = new LogIndex(0);

    public LogIndex {
        if (value < 0) {
            throw new IllegalArgumentException("log index must not be negative: " + value);
        }
    }

    public boolean isAfter(LogIndex other) {
        return value > other.value;
    }

    @Override
    public int compareTo(LogIndex other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
