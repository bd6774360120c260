package io.quorate.membership.swim;

import io.quorate.kernel.NodeName;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the roster. What a member last said of itself (the record) and what was last claimed about it (incarnation and
 * state) grow apart: a suspicion may be heard before the record it speaks of. Each grows by its own order, so that the order of
 * hearing does not matter. Changed by {@link PeerTable} only.
 */
final class Peer {
    PeerRecord record;
    MemberState state;
    /** Incarnation of the claim: at or above the record's. */
    long claim;
    /** When it took this state; before 0 for one that came with an age. */
    long sinceMs;
    /** When it was last alive here, as far as it is not now. */
    long aliveMs = Long.MIN_VALUE / 2;
    /** Only read from the snapshot file: anything heard at the same incarnation or above is better. */
    boolean hearsay;

    int index;
    long digest;
    boolean udpBlockedTold;
    /** Whether it stands in the list of those to be probed. */
    boolean listed;

    @Nullable
    Suspicion suspicion;

    TimerQueue.@Nullable Entry suspicionTimer;

    private @Nullable Member view;

    Peer(PeerRecord record, MemberState state, long claim, long sinceMs) {
        this.record = record;
        this.state = state;
        this.claim = claim;
        this.sinceMs = sinceMs;
    }

    NodeName name() {
        return record.name();
    }

    boolean isAlive() {
        return state.isAlive();
    }

    boolean isGone() {
        return state == MemberState.FAILED || state == MemberState.LEFT;
    }

    /** Whether a claim of this incarnation and state is stronger than what is held. */
    boolean yieldsTo(long incarnation, MemberState claimed) {
        if (hearsay) {
            return incarnation >= claim;
        }
        return incarnation != claim ? incarnation > claim : claimed.compareTo(state) > 0;
    }

    void changed() {
        view = null;
    }

    Member view(Instant epoch) {
        if (view == null) {
            view = new Member(
                    record.name(),
                    record.id(),
                    record.instance(),
                    claim,
                    record.address(),
                    record.cluster(),
                    record.tags(),
                    record.agent(),
                    state,
                    epoch.plusMillis(sinceMs));
        }
        return view;
    }
}
