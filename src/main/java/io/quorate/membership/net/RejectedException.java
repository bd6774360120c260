package io.quorate.membership.net;

import io.quorate.membership.GossipCounters.Tally;

/** Bytes that are not taken, and the counter that says why. */
final class RejectedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Tally reason;

    RejectedException(Tally reason) {
        // No stack trace: a hostile sender chooses how many of these are made.
        super(reason.value(), null, false, false);
        this.reason = reason;
    }

    Tally reason() {
        return reason;
    }
}
