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
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
