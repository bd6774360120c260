package io.quorate.membership;

import java.util.List;

/**
 * What became of one call to join.
 *
 * @param contacted how many addresses were synced with
 * @param failures each address that was not, with the reason in words
 */
public record JoinReport(int contacted, List<Failure> failures) {
    public JoinReport {
        failures = List.copyOf(failures);
    }

    /** @param address as it was given, or as it was resolved from what was given */
    public record Failure(String address, String reason) {
        /** As a sentence lists it. */
        @Override
        public String toString() {
            return address + ": " + reason;
        }
    }
}
