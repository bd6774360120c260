package io.quorate.kernel;

/**
 * A raft term.
 *
 * @param value from 1; 0 is before the first election
 */
public record Term(long value) implements Comparable<Term> {
    public static final Term NONE = new Term(0);

    public Term {
        if (value < 0) {
            throw new IllegalArgumentException("term must not be negative: " + value);
        }
    }

    @Override
    public int compareTo(Term other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
