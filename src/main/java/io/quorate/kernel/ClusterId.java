package io.quorate.kernel;

import java.util.UUID;

/** Names a cluster for ever: random, chosen with its charter. */
public record ClusterId(UUID value) implements Comparable<ClusterId> {
    /** @throws IllegalArgumentException when the text is no UUID of 36 characters */
    public static ClusterId of(String text) {
        return new ClusterId(Uuids.parse("cluster id", text));
    }

    @Override
    public int compareTo(ClusterId other) {
        // The order of their texts, without making them: UUID's own order is that of signed numbers.
        int high = Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
