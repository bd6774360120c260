package io.quorate.operator;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.MemberEvent;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The last server's name that two agents were seen to use at once. Only this agent's own gossip counts, not what others say that they
 * saw: else two that repeat each other would never forget it. Safe for any thread.
 */
final class NamesakesMet {
    /** The one that was refused asks for the name again every 30 s. */
    private static final Duration FRESH = Duration.ofSeconds(70);

    private final Ticker ticker;
    private volatile @Nullable Met last;

    private record Met(NodeName name, Endpoint keeper, Endpoint claimant, long atNanos) {}

    NamesakesMet(Ticker ticker) {
        this.ticker = ticker;
    }

    void heard(MemberEvent event) {
        if (event instanceof MemberEvent.Conflict conflict && conflict.member().isServer()) {
            last = new Met(conflict.member().name(), conflict.member().address(), conflict.claimant(), ticker.nanos());
        }
    }

    /** In words, with both addresses; empty when none was met lately. */
    Optional<String> text() {
        Met met = last;
        return met == null || ticker.nanos() - met.atNanos > FRESH.toNanos()
                ? Optional.empty()
                : Optional.of("two agents use the node name " + met.name + ", a server at " + met.keeper
                        + " and another agent at " + met.claimant + ": names must be unique, and the second one is not"
                        + " let in");
    }
}
