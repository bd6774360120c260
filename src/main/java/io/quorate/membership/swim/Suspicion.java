package io.quorate.membership.swim;

import io.quorate.kernel.NodeName;
import java.util.HashSet;
import java.util.Set;

/**
 * How long a suspect has left: the more independent accusers, the less (Lifeguard, section IV-B). Pure arithmetic; whoever
 * holds it keeps the timer.
 */
final class Suspicion {
    private final long startedMs;
    private final long minMs;
    private final long maxMs;
    private final int wanted;
    private final Set<NodeName> accusers = new HashSet<>();

    /** @param members alive or suspect, this node included */
    Suspicion(long startedMs, NodeName accuser, int members, int mult, long probeIntervalMs) {
        this.startedMs = startedMs;
        minMs = Math.round(mult * Math.max(1.0, Math.log10(Math.max(1, members))) * probeIntervalMs);
        maxMs = 6 * minMs;
        int k = Math.max(0, mult - 2);
        // With fewer others than that the accusers that would shorten the wait cannot exist.
        wanted = members - 2 < k ? 0 : k;
        accusers.add(accuser);
    }

    /** Whether it is news worth passing on: an accuser not heard before, among the first few. */
    boolean accuse(NodeName accuser) {
        return accusers.size() <= wanted && accusers.add(accuser);
    }

    long timeoutMs() {
        if (wanted == 0) {
            return minMs;
        }
        int further = accusers.size() - 1;
        double share = Math.log(further + 1.0) / Math.log(wanted + 1.0);
        return Math.max(minMs, Math.round(maxMs - (maxMs - minMs) * share));
    }

    long deadlineMs() {
        return startedMs + timeoutMs();
    }
}
