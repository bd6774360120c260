package io.quorate.kernel;

import java.util.UUID;

/**
 * Names a server in founding and in raft: random, made by the server itself, kept with its data and lost with it. It never
 * stands for an address, and never for the node, whose {@link NodeId} outlives a lost disk.
 */
public record ServerId(UUID value) implements Comparable<ServerId> {
    /** @throws IllegalArgumentException when the text is no UUID of 36 characters */
    public static ServerId of(String text) {
        return new ServerId(Uuids.parse("server id", text));
    }

    @Override
    public int compareTo(ServerId other) {
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
