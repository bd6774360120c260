package io.quorate.membership;

import java.util.List;

/**
 * What became of one call to join.
 *
 * @param contacted how many addresses were synced with
 * @param failures each address that was not, with the reason in words
 */
public record JoinReport(int contacted, List<Failure> failures) {
    /** What an edge may tell apart, in the words of its dialect. */
    public enum Kind {
        /** It is a name, and the name has no address. */
        NOT_RESOLVED,
        NOT_JOINED
    }

    public JoinReport {
        failures = List.copyOf(failures);
    }

    /** @param address as it was given, or as it was resolved from what was given */
    public record Failure(String address, Kind kind, String reason) {
        /** Of an address that was looked up, or needed no looking up. */
        public Failure(String address, String reason) {
            this(address, Kind.NOT_JOINED, reason);
        }

        /** As a sentence lists it. */
        @Override
        public String toString() {
            return address + ": " + reason;
        }
    }
}
