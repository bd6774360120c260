package io.quorate.membership.swim;

import io.quorate.membership.GossipCounters.Tally;
import org.jspecify.annotations.Nullable;

/**
 * How far an incarnation may leap, and by whose word.
 *
 * <p>A refutation must stand above what it refutes, so whoever takes in an incarnation must be sure that the member itself can
 * still go above it and is believed there. Without a gossip key anybody can say anything in a datagram; hence distances are
 * believed by hearsay, and more only of the member itself:
 *
 * <ul>
 *   <li><b>Of a known member</b> a claim (suspect, failed, left) is believed up to {@link #CLAIM} above its record, and its record,
 *       passed on by others, up to {@link #RECORD} above the one that is held. A record may leap further than a claim, so that a
 *       refutation is in reach also for those who never heard the claim. An agent leaps by 1000 when it restarts and by one for a
 *       refutation or a change of tags: {@link #RECORD} is 262 restarts that were all missed.
 *   <li><b>Beyond</b> that nothing is taken and the member itself is asked, at its address, on a connection that is opened here.
 *       What it says of itself there is believed at any distance: a member that was out of sight for long comes back at once.
 *   <li><b>Of an unknown member</b>, or one that only the file names, there is nothing to measure from: anything below
 *       {@link #SPOILT} is believed.
 *   <li><b>Of oneself</b> the same holds: what is heard within {@link #RECORD} is refuted. An agent whose directory was emptied
 *       begins at 1 and others hold more: that it learns from the answers to its own questions, and goes above anything below
 *       {@link #SPOILT}. Otherwise the speaker is asked, if it is a member.
 *   <li><b>{@link #SPOILT} and above</b> no honest agent arrives: 2^48 is 2^38 restarts. An agent that finds such a number in its
 *       file begins at 1 again, and does not answer such numbers by higher ones. Others who hold one of a member let go of it for
 *       whatever the member itself says of itself on a connection that they opened. So every restart heals, and nothing needs
 *       the numbers between here and 2^62, where they cannot be read any more: to climb there by believable steps takes 2^43
 *       forged records.
 * </ul>
 *
 * <p>What is not believed is dropped and counted, never passed on.
 */
final class Leaps {
    static final long CLAIM = 1L << 16;
    static final long RECORD = 1L << 18;
    static final long SPOILT = 1L << 48;
    /** The largest that can be read. */
    static final long LAST = (1L << 62) - 1;

    private final Core core;

    Leaps(Core core) {
        this.core = core;
    }

    static boolean isSpoilt(Peer peer) {
        return peer.claim >= SPOILT;
    }

    /** Whether a claim about a known member is within reach; else the member is asked. */
    boolean believesClaim(Peer peer, long incarnation) {
        boolean near = peer.hearsay ? incarnation < SPOILT : incarnation - peer.record.incarnation() <= CLAIM;
        if (!near) {
            doubt(peer);
        }
        return near;
    }

    /** Whether what others say that a member says of itself is within reach; else the address that it names is asked. */
    boolean believesRecord(PeerRecord record, @Nullable Peer known) {
        boolean near = record.incarnation() < SPOILT && (known == null || known.hearsay);
        if (known != null) {
            near |= record.incarnation() - Math.max(known.claim, known.record.incarnation()) <= RECORD;
        }
        if (!near) {
            core.counters.add(Tally.REJECTED_INCARNATION);
            core.doubt(record.address());
        }
        return near;
    }

    /** Whether a claim stands near the record that it came with. */
    boolean believesTogether(Message.Entry entry) {
        boolean near = entry.incarnation() - entry.record().incarnation() <= CLAIM;
        if (!near) {
            core.counters.add(Tally.REJECTED_INCARNATION);
            core.doubt(entry.record().address());
        }
        return near;
    }

    /**
     * Whether an incarnation that somebody holds of this very member is to be answered by a higher one.
     *
     * @param asked it came as the answer to a question of this member's
     */
    boolean answers(long incarnation, boolean asked) {
        boolean near = incarnation - core.me.claim <= RECORD || (asked && incarnation < SPOILT);
        if (!near) {
            core.counters.add(Tally.REJECTED_INCARNATION);
            core.doubtSpeaker();
        }
        return near;
    }

    private void doubt(Peer peer) {
        core.counters.add(Tally.REJECTED_INCARNATION);
        core.doubt(peer.record.address());
    }
}
