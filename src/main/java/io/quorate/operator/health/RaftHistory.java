package io.quorate.operator.health;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How restless the raft group is, as this server saw it since its start. Fed by one thread, the status loop of consensus; the counts
 * are safe for any thread.
 */
final class RaftHistory {
    private final LongAdder leaderChanges = new LongAdder();
    private final LongAdder elections = new LongAdder();
    private @Nullable ServerId leader;
    private long leadersTerm;
    private long term;

    void see(RaftStatus raft) {
        ServerId present = raft.leader();
        if (present != null) {
            // The first one that is met after a start is no change: a restarted follower saw nothing move.
            if (leader != null && (!leader.equals(present) || leadersTerm != raft.term())) {
                leaderChanges.increment();
            }
            leader = present;
            leadersTerm = raft.term();
        }
        // Each term is one election that somebody began; those before this start are not ours to tell of. A server that
        // moves to another group begins anew with that group's terms.
        if (term > 0 && raft.term() > term) {
            elections.add(raft.term() - term);
        }
        term = raft.term();
    }

    /** Another leader than before, or the same one again in a later term. */
    long leaderChanges() {
        return leaderChanges.sum();
    }

    /** Terms that began. */
    long elections() {
        return elections.sum();
    }
}
