package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What founding waits for, and since when. {@link Patience} says how long that may be. Times are those that came with the events, in
 * milliseconds.
 *
 * @param askedMs when everybody was asked last
 * @param askSoon something changed of which the others should be asked before their turn
 * @param follows raft knew a leader when it was last heard of, and that was another server
 * @param candidates that the last round found ready to found, if it is this server's to propose; empty otherwise, and once it may
 * @param candidatesMs since when the candidates are these
 * @param unproven the charter that binds this server while it has neither all proofs nor a leader; absent otherwise
 * @param unprovenMs since when that is so, or when it was last acted upon
 */
record Waits(
        long askedMs,
        boolean askSoon,
        boolean follows,
        List<Founder> candidates,
        long candidatesMs,
        @Nullable ClusterId unproven,
        long unprovenMs) {
    static final Waits NONE = new Waits(0, true, false, List.of(), 0, null, 0);

    Waits {
        candidates = List.copyOf(candidates);
    }

    Waits asked(long nowMs) {
        return new Waits(nowMs, false, follows, candidates, candidatesMs, unproven, unprovenMs);
    }

    Waits soon() {
        return new Waits(askedMs, true, follows, candidates, candidatesMs, unproven, unprovenMs);
    }

    Waits follows(boolean another) {
        return new Waits(askedMs, askSoon, another, candidates, candidatesMs, unproven, unprovenMs);
    }

    /** With these as candidates, since now unless they were the same before. */
    Waits candidates(List<Founder> found, long nowMs) {
        long since = found.equals(candidates) ? candidatesMs : nowMs;
        return new Waits(askedMs, askSoon, follows, found, since, unproven, unprovenMs);
    }

    Waits unproven(@Nullable ClusterId charter, long sinceMs) {
        return new Waits(askedMs, askSoon, follows, candidates, candidatesMs, charter, sinceMs);
    }
}
