package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.membership.swim.Message.Phase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of news about members: every order of hearing it ends in the same roster (SWIM section 4.2, with the states of leaving
 * added). Owned by the gossip loop.
 */
final class Hearing {
    /*
     * News comes late, twice, in any order, and without a key from anybody. Of each member two things are held that grow apart. Its
     * record is what it said of itself, ordered by incarnation, then by instance. The claim is what was said about it, ordered by
     * incarnation, then by state: alive < suspect < leaving < failed < left (Peer.yieldsTo). Both only ever grow, and only the member
     * raises its incarnation, so what is held at last is the greatest of what was heard, whatever came first. That is also how a living
     * member takes back what is wrong: it says a higher incarnation than the claim's. A single order for both would lose that a
     * suspicion may be heard before the record that it speaks of; a wall clock would let whoever has the fastest decide.
     *
     * What an order alone cannot do, and where it is done:
     *   Whoever lives may refute. In a merge, "failed" of a member that is alive here begins a suspicion only: the other side may
     *   merely have been cut off from it. Otherwise two halves that meet again would declare each other dead.
     *   A name is not a process. A leave carries the instance that it is about, and concerns no other process of that name: else an old
     *   leave, repeated, would end the process that was started since.
     *   An address is not taken over by saying so. A living member that turns up elsewhere is challenged at its old address first
     *   (Challenges). A second living member with the node id of another one is refused and reported.
     *   Nobody can put a member out of its own reach. A claim must leave room for a refutation that is believed (Leaps); what is beyond
     *   is dropped, and the member itself is asked, on a connection that is opened here. Such a word is FIRST_HAND, the only kind that
     *   heals a spoilt incarnation or lets somebody in again who was pruned.
     *   What is dead must be forgotten some day: the longest absence that anybody knows of counts (deadSince), or two members would keep
     *   each other's memory young for ever, but never one from before it was last alive here, or a single word could erase a member.
     *
     * core.table holds the roster, core.queue the news to pass on: news is queued exactly when it changed what is held, which is
     * what makes it die out. Everything that lets a record in asks core.admits first, and then looks the peer up again: letting in may
     * make room by forgetting.
     */
    private final Core core;
    private final Myself myself;
    private final Departures departures;
    private final Challenges challenges;
    private final Prober prober;
    private final Leaps leaps;

    Hearing(Core core, Myself myself, Departures departures, Challenges challenges, Prober prober) {
        this.core = core;
        this.myself = myself;
        this.departures = departures;
        this.challenges = challenges;
        this.prober = prober;
        this.leaps = myself.leaps();
    }

    /** How a word came here. */
    enum Word {
        /** Brought by somebody, who may be anybody. */
        BROUGHT,
        /** In the answer to a question, on a connection that was opened here. */
        ANSWERED,
        /** As {@link #ANSWERED}, and it is what the member says of itself at its own address. */
        FIRST_HAND
    }

    /** @return whether it made this member refute */
    boolean alive(PeerRecord record, Word word) {
        if (record.name().equals(core.me.name())) {
            return myself.heardOf(record, word != Word.BROUGHT);
        }
        Peer peer = core.table.find(record.name());
        if (peer != null && !isNews(peer, record) && !isHealedBy(peer, record, word)) {
            return false;
        }
        if (!mayLive(record, peer, word) || !core.admits(record, peer)) {
            return false;
        }
        // Letting it in may have made room by forgetting what was held.
        peer = core.table.find(record.name());
        if (peer == null) {
            add(record, MemberState.ALIVE, record.incarnation(), core.now());
        } else if (peer.isAlive() && !record.address().equals(peer.record.address())) {
            challenges.begin(peer, record, this);
        } else {
            accept(peer, record);
        }
        return false;
    }

    private static boolean isNews(Peer peer, PeerRecord record) {
        return record.isNewerThan(peer.record) || (peer.hearsay && record.incarnation() >= peer.claim);
    }

    /** Of a member whose incarnation is spoilt its own word counts, however low; whoever hears of it otherwise asks for that. */
    private boolean isHealedBy(Peer peer, PeerRecord record, Word word) {
        boolean differs = !record.equals(peer.record) || peer.state != MemberState.ALIVE;
        if (!Leaps.isSpoilt(peer) || !differs) {
            return false;
        }
        if (word != Word.FIRST_HAND) {
            core.doubt(record.address());
        }
        return word == Word.FIRST_HAND;
    }

    /** Whether this may be taken for a living member. */
    private boolean mayLive(PeerRecord record, @Nullable Peer peer, Word word) {
        if (word != Word.FIRST_HAND && departures.isPruned(record)) {
            core.counters.add(Tally.REJECTED_PRUNED);
            // Who lives and was sent away by mistake says so itself.
            core.doubt(record.address());
            return false;
        }
        if (record.address().equals(core.me.record.address())) {
            // Whoever lives there is this very agent. That another name is dead there may be true: it bore it before.
            core.counters.add(Tally.REJECTED_ADDRESS);
            return false;
        }
        Peer twin = core.table.aliveWithId(record.id(), record.name());
        if (twin != null) {
            core.counters.add(Tally.REJECTED_ID);
            core.emit(new Effect.Warn(
                    "node-id",
                    "members " + twin.name() + " and " + record.name() + " have the same node id " + record.id()
                            + ". A data directory was copied"));
            return false;
        }
        return word == Word.FIRST_HAND || leaps.believesRecord(record, peer);
    }

    /** Takes the record of a known member, wherever it says it is. */
    void accept(Peer peer, PeerRecord record) {
        boolean wasAlive = peer.isAlive();
        boolean changed = !record.saysTheSameAs(peer.record);
        if (!core.admits(record, peer) || core.table.find(record.name()) != peer) {
            return;
        }
        boolean heals = Leaps.isSpoilt(peer) && !isNews(peer, record);
        boolean claims = heals || peer.yieldsTo(record.incarnation(), MemberState.ALIVE);
        core.table.replaceRecord(peer, record);
        if (claims) {
            boolean sameState = peer.state == MemberState.ALIVE;
            core.calm(peer);
            core.table.setState(
                    peer, MemberState.ALIVE, record.incarnation(), sameState || wasAlive ? peer.sinceMs : core.now());
        }
        if (peer.state == MemberState.ALIVE) {
            core.queue.add(peer.name(), new Message.Alive(record), null);
        }
        if (peer.isAlive() && !wasAlive) {
            prober.add(peer);
            core.publish(new MemberEvent.Joined(core.view(peer)));
        } else if (changed) {
            core.publish(new MemberEvent.Updated(core.view(peer)));
        }
    }

    private @Nullable Peer add(PeerRecord record, MemberState state, long claim, long sinceMs) {
        if (core.table.size() >= Wire.MAX_MEMBERS) {
            core.counters.add(Tally.REJECTED_FULL);
            return null;
        }
        Peer peer = new Peer(record, state, claim, sinceMs);
        core.table.add(peer);
        if (state == MemberState.ALIVE) {
            prober.add(peer);
            core.queue.add(record.name(), new Message.Alive(record), null);
            core.publish(new MemberEvent.Joined(core.view(peer)));
        } else if (state == MemberState.LEFT) {
            core.publish(new MemberEvent.Left(core.view(peer)));
        } else if (state == MemberState.FAILED) {
            core.emit(new Effect.Publish(new MemberEvent.Failed(core.view(peer))));
        } else {
            prober.add(peer);
            core.publish(new MemberEvent.Joined(core.view(peer)));
        }
        return peer;
    }

    /** It gave no sign of life to a whole round of probing. */
    void silent(Peer peer) {
        if (peer.state != MemberState.LEAVING) {
            suspect(peer.name(), peer.claim, core.me.name(), Word.BROUGHT);
        } else if (core.now() - peer.sinceMs >= SwimSettings.LEAVING_SILENT_MS) {
            // Suspicion is weaker than leaving: whoever dies while it leaves would be leaving for ever.
            failed(peer.name(), peer.claim, core.me.name());
        }
    }

    /** @return whether it made this member refute */
    boolean suspect(NodeName name, long incarnation, NodeName accuser, Word word) {
        if (name.equals(core.me.name())) {
            return myself.refute(incarnation, true, word != Word.BROUGHT);
        }
        Peer peer = core.table.find(name);
        if (peer == null || !leaps.believesClaim(peer, incarnation)) {
            return false;
        }
        if (peer.state == MemberState.SUSPECT && peer.claim == incarnation) {
            accuse(peer, accuser);
        } else if (peer.yieldsTo(incarnation, MemberState.SUSPECT)) {
            begin(peer, incarnation, accuser);
        }
        return false;
    }

    private void begin(Peer peer, long incarnation, NodeName accuser) {
        boolean wasAlive = peer.isAlive();
        core.calm(peer);
        core.table.setState(peer, MemberState.SUSPECT, incarnation, wasAlive ? peer.sinceMs : core.now());
        core.counters.add(Tally.SUSPECT);
        peer.suspicion = new Suspicion(
                core.now(),
                accuser,
                core.table.alive(),
                core.settings.timings().suspicionMult(),
                Core.ms(core.settings.timings().probeInterval()));
        schedule(peer, peer.suspicion);
        core.queue.add(peer.name(), new Message.Suspect(peer.name(), incarnation, accuser), null);
        if (wasAlive) {
            core.publish(new MemberEvent.Suspected(core.view(peer)));
        } else {
            prober.add(peer);
            core.publish(new MemberEvent.Joined(core.view(peer)));
        }
    }

    private void accuse(Peer peer, NodeName accuser) {
        Suspicion suspicion = peer.suspicion;
        if (suspicion != null && suspicion.accuse(accuser)) {
            schedule(peer, suspicion);
            core.queue.add(peer.name(), new Message.Suspect(peer.name(), peer.claim, accuser), null);
        }
    }

    private void schedule(Peer peer, Suspicion suspicion) {
        if (peer.suspicionTimer != null) {
            peer.suspicionTimer.cancel();
        }
        peer.suspicionTimer = core.timers.at(Math.max(core.now(), suspicion.deadlineMs()), () -> {
            if (peer.suspicion == suspicion && peer.state == MemberState.SUSPECT) {
                failed(peer.name(), peer.claim, core.me.name());
            }
        });
    }

    /** @return whether it made this member refute */
    boolean failed(NodeName name, long incarnation, NodeName accuser) {
        if (name.equals(core.me.name())) {
            return myself.refute(incarnation, true, false);
        }
        Peer peer = core.table.find(name);
        if (peer == null
                || !leaps.believesClaim(peer, incarnation)
                || !peer.yieldsTo(incarnation, MemberState.FAILED)) {
            return false;
        }
        if (peer.state == MemberState.LEAVING || departures.isForced(peer.record, incarnation)) {
            gone(peer, incarnation);
            return false;
        }
        core.calm(peer);
        boolean wasGone = peer.isGone();
        core.table.setState(peer, MemberState.FAILED, incarnation, core.now());
        core.queue.add(name, new Message.Failed(name, incarnation, accuser), null);
        if (!wasGone) {
            core.counters.add(Tally.FAILED);
            core.publish(new MemberEvent.Failed(core.view(peer)));
        }
        return false;
    }

    /** @return whether it made this member refute */
    boolean leave(Message.Leave message) {
        if (message.name().equals(core.me.name())) {
            return myself.refute(message.incarnation(), false, false);
        }
        Peer peer = core.table.find(message.name());
        if (message.phase() == Phase.FORCED) {
            if (peer == null || leaps.believesClaim(peer, message.incarnation())) {
                departures.forced(message, peer, this);
            }
            return false;
        }
        if (peer == null || peer.record.instance() != message.instance()) {
            // Said of another process, that bore the name before, after or beside the one that is known here.
            return false;
        }
        if (!leaps.believesClaim(peer, message.incarnation())) {
            return false;
        }
        if (message.phase() == Phase.LEFT) {
            if (peer.yieldsTo(message.incarnation(), MemberState.LEFT)) {
                gone(peer, message.incarnation());
            }
        } else if (peer.isGone()) {
            // Whoever is dead here is not leaving on anybody's word: alive first, by its own.
            core.doubt(peer.record.address());
        } else if (peer.yieldsTo(message.incarnation(), MemberState.LEAVING)) {
            core.calm(peer);
            core.table.setState(peer, MemberState.LEAVING, message.incarnation(), core.now());
            core.queue.add(message.name(), message, null);
            core.publish(new MemberEvent.Updated(core.view(peer)));
        }
        return false;
    }

    void gone(Peer peer, long incarnation) {
        boolean told = peer.state == MemberState.LEFT;
        core.calm(peer);
        core.table.setState(peer, MemberState.LEFT, incarnation, core.now());
        core.queue.add(
                peer.name(),
                new Message.Leave(Phase.LEFT, peer.name(), incarnation, peer.record.instance(), false),
                null);
        if (!told) {
            core.publish(new MemberEvent.Left(core.view(peer)));
        }
    }

    /** What a merge showed: whether a second sync with the same peer will bring what the first could not. */
    record Merged(boolean refuted, boolean contradicted) {}

    /**
     * Takes in the roster of another member.
     *
     * @param asked where it was asked for; absent when it was brought
     */
    Merged merge(List<Message.Entry> entries, NodeName from, @Nullable Endpoint asked) {
        boolean refuted = false;
        boolean contradicted = false;
        for (Message.Entry entry : entries) {
            Word word = asked == null ? Word.BROUGHT : isOwnWord(entry, asked) ? Word.FIRST_HAND : Word.ANSWERED;
            if (entry.record().name().equals(core.me.name())) {
                refuted |= mergeSelf(entry, from, word);
            } else if (leaps.believesTogether(entry)) {
                contradicted |= merge(entry, from, word);
            }
        }
        return new Merged(refuted, contradicted);
    }

    private static boolean isOwnWord(Message.Entry entry, Endpoint asked) {
        boolean there = entry.state() == MemberState.ALIVE || entry.state() == MemberState.LEAVING;
        return there && entry.record().address().equals(asked);
    }

    private boolean mergeSelf(Message.Entry entry, NodeName from, Word word) {
        boolean refuted = alive(entry.record(), word);
        return switch (entry.state()) {
            case ALIVE -> refuted;
            case SUSPECT, FAILED -> suspect(core.me.name(), entry.incarnation(), from, word) || refuted;
            case LEAVING, LEFT -> myself.refute(entry.incarnation(), false, word != Word.BROUGHT) || refuted;
        };
    }

    private boolean merge(Message.Entry entry, NodeName from, Word word) {
        PeerRecord record = entry.record();
        Peer peer = core.table.find(record.name());
        boolean dead = entry.state() == MemberState.FAILED || entry.state() == MemberState.LEFT;
        if (peer == null && dead) {
            remember(entry);
            return false;
        }
        boolean contradicts = peer != null
                && peer.claim == entry.incarnation()
                && ((entry.state() == MemberState.FAILED && peer.isAlive())
                        || (peer.state == MemberState.FAILED && entry.state().isAlive()));
        mergeRecord(entry, peer, word);
        peer = core.table.find(record.name());
        if (peer == null) {
            return contradicts;
        }
        switch (entry.state()) {
            case ALIVE -> {}
            case SUSPECT -> suspect(record.name(), entry.incarnation(), from, word);
            case FAILED -> mergeFailed(peer, entry, from, word);
            case LEAVING ->
                leave(new Message.Leave(Phase.LEAVING, record.name(), entry.incarnation(), record.instance(), false));
            case LEFT -> mergeLeft(peer, entry);
        }
        return contradicts;
    }

    /** The record alone: of one that is dead over there, it must not look like life. */
    private void mergeRecord(Message.Entry entry, @Nullable Peer peer, Word word) {
        PeerRecord record = entry.record();
        boolean dead = entry.state() == MemberState.FAILED || entry.state() == MemberState.LEFT;
        if (peer != null && dead && !peer.isAlive()) {
            if (record.isNewerThan(peer.record)
                    && !departures.isPruned(record)
                    && leaps.believesRecord(record, peer)
                    && core.admits(record, peer)
                    && core.table.find(record.name()) == peer) {
                boolean changed = !record.saysTheSameAs(peer.record);
                core.table.replaceRecord(peer, record);
                if (changed) {
                    core.publish(new MemberEvent.Updated(core.view(peer)));
                }
            }
        } else if (peer == null || !dead || record.address().equals(peer.record.address())) {
            alive(record, word);
        }
    }

    private void mergeFailed(Peer peer, Message.Entry entry, NodeName from, Word word) {
        if (peer.isAlive()) {
            if (peer.yieldsTo(entry.incarnation(), MemberState.FAILED)) {
                // Whoever lives must have the chance to refute: the other side may only have been cut off from it.
                suspect(peer.name(), entry.incarnation(), from, word);
            }
        } else {
            deadSince(peer, entry);
            failed(peer.name(), entry.incarnation(), from);
        }
    }

    private void mergeLeft(Peer peer, Message.Entry entry) {
        deadSince(peer, entry);
        boolean same = peer.record.instance() == entry.record().instance();
        if (same
                && leaps.believesClaim(peer, entry.incarnation())
                && peer.yieldsTo(entry.incarnation(), MemberState.LEFT)) {
            long since = since(peer, entry);
            gone(peer, entry.incarnation());
            core.table.setState(peer, MemberState.LEFT, entry.incarnation(), since);
        }
    }

    /** The longer ago wins, else two members would keep each other's memory young for ever. */
    private void deadSince(Peer peer, Message.Entry entry) {
        long since = since(peer, entry);
        if (peer.state == entry.state() && peer.claim == entry.incarnation() && since < peer.sinceMs) {
            core.table.setState(peer, peer.state, peer.claim, since);
        }
    }

    /** Since when it is gone: not long before it was last alive here, whatever is said, or a word could have it forgotten at once. */
    private long since(Peer peer, Message.Entry entry) {
        long lastAlive = peer.isAlive() ? core.now() : peer.aliveMs;
        return Math.max(core.now() - entry.ageMs(), lastAlive - SwimSettings.SEEN_APART_MS);
    }

    private void remember(Message.Entry entry) {
        PeerRecord record = entry.record();
        boolean tooOld = core.isTooOld(entry.state(), entry.ageMs()) && !core.isKeptAtAnyAge(record, entry.state());
        if (tooOld) {
            return;
        }
        if (departures.isPruned(record)) {
            core.counters.add(Tally.REJECTED_PRUNED);
            return;
        }
        if (leaps.believesRecord(record, null) && core.admits(record, null)) {
            MemberState state = departures.isForced(record, entry.incarnation()) ? MemberState.LEFT : entry.state();
            add(record, state, entry.incarnation(), core.now() - entry.ageMs());
        }
    }
}
