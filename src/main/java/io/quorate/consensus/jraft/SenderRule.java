package io.quorate.consensus.jraft;

import io.quorate.kernel.ServerId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request that would give this server another term or leader is believed. SOFAJRaft itself asks for no more than the right
 * group: one message of a stranger with a higher term unseats a leader. So the Raft thesis' rule (4.2.3) stands before it: who hears
 * from a live leader does not take part in an election, unless the candidate itself, asked on a connection that we opened, says that
 * it stands; a candidate that a leader told to stand does so.
 *
 * @param term this server's
 * @param leader of that term, as far as this server knows; it may be itself
 * @param voters of the configuration, during a change those of both; empty on a server that has no log yet
 * @param led whether this server hears from a live leader, or is a leader whose lease runs
 */
record SenderRule(ServerId self, long term, @Nullable ServerId leader, Set<ServerId> voters, boolean led) {
    /** No group gets there by elections: from here on the end of the numbers would be in sight. */
    static final long MAX_TERM = 1L << 62;
    /** Nor does a server miss so many elections. One that did, because its group's term was raised so far, asks. */
    static final long MAX_AHEAD = 1L << 32;

    enum Verdict {
        /** Raft may see it. */
        PASS,
        /** Raft may see it once the sender confirmed it. */
        ASK,
        REFUSE,
        /** The node is being started: whoever may send it will send it again. */
        WAIT
    }

    static boolean isPossible(long term) {
        return term >= 0 && term <= MAX_TERM;
    }

    Verdict of(Claim claim) {
        if (!isPossible(claim.term())) {
            return Verdict.REFUSE;
        }
        if (claim.kind() == Claim.Kind.QUESTION) {
            return Verdict.PASS;
        }
        ServerId sender = claim.sender();
        if (sender == null || sender.equals(self)) {
            return Verdict.REFUSE;
        }
        return switch (claim.kind()) {
            case VOTE -> vote(sender, claim.term());
            case LEAD -> lead(sender, claim.term());
            // Its leader alone, in the term in which both are: of another term neither knows whether the other is up to
            // date.
            case STAND -> claim.term() == term && sender.equals(leader) ? Verdict.ASK : Verdict.REFUSE;
            case QUESTION -> Verdict.PASS;
        };
    }

    /**
     * A candidate outside this server's configuration got no pre-vote here either, so whoever stands has a majority without it: nothing
     * that could be elected is kept from it.
     */
    private Verdict vote(ServerId sender, long asked) {
        if (!voters.contains(sender)) {
            return Verdict.REFUSE;
        }
        if (asked < term) {
            return Verdict.PASS;
        }
        return led || isFar(asked) ? Verdict.ASK : Verdict.PASS;
    }

    /**
     * A leader may be unknown to a server whose log is empty or behind; it is asked. Within a term there is one leader: of a second one
     * SOFAJRaft would make both step down.
     */
    private Verdict lead(ServerId sender, long led) {
        if (led < term) {
            return Verdict.PASS;
        }
        if (led == term && leader != null) {
            return sender.equals(leader) ? Verdict.PASS : Verdict.REFUSE;
        }
        boolean knows = voters.contains(sender);
        if (led > term && this.led) {
            return knows ? Verdict.ASK : Verdict.REFUSE;
        }
        return knows && !isFar(led) ? Verdict.PASS : Verdict.ASK;
    }

    private boolean isFar(long other) {
        return other - term > MAX_AHEAD;
    }
}
