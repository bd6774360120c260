package io.quorate.kernel;

import java.util.UUID;

/**
 * Which life of a cluster: 1 as founded, one more at each recovery from a lost majority. The random part keeps two recoveries
 * made by mistake foreign to each other.
 *
 * @param number from 1
 */
public record Incarnation(int number, UUID nonce) {
    public Incarnation {
        if (number < 1) {
            throw new IllegalArgumentException("incarnation number must be at least 1, not " + number);
        }
    }

    /** The first life, the same for every founder: it adds no chance to what the charter agreed. */
    public static Incarnation founding(ClusterId cluster) {
        return new Incarnation(1, cluster.value());
    }

    /** As {@link #toString()} prints it. */
    public static Incarnation of(String text) {
        int dash = text.indexOf('-');
        if (dash < 1) {
            throw new IllegalArgumentException("incarnation is not <number>-<UUID>: \"" + text + "\"");
        }
        return new Incarnation(
                Integer.parseInt(text.substring(0, dash)), Uuids.parse("incarnation", text.substring(dash + 1)));
    }

    @Override
    public String toString() {
        return number + "-" + nonce;
    }
}
