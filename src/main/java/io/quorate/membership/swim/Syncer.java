package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whole rosters compared and merged, two members at a time (Demers 1987, push-pull anti-entropy). */
final class Syncer {
    private static final int MAX_STRANGE = 1024;
    /** So many members are asked again within {@link SwimSettings#STRANGE_ACK_GAP_MS} because of what others say. */
    private static final int MAX_VERIFIED = 64;

    private final Core core;
    private final Myself myself;
    private final StreamIds streams;
    private final Hearing hearing;
    private final UserEvents events;
    /** Exchanges that others began and whose last word is awaited. */
    private final Map<Long, Message.Sync> answered = new HashMap<>();

    private final Map<Endpoint, Long> strange = new LinkedHashMap<>();
    private long upheavalsSeen;
    private long burstMs = Long.MIN_VALUE / 2;
    private boolean burstPlanned;
    private long verifyingMs = Long.MIN_VALUE / 2;
    private int verified;

    Syncer(Core core, Myself myself, StreamIds streams, Hearing hearing, UserEvents events) {
        this.core = core;
        this.myself = myself;
        this.streams = streams;
        this.hearing = hearing;
        this.events = events;
    }

    /** How a sync that was asked for ended; hindrance absent: well. */
    interface Outcome {
        void done(@Nullable Hindrance hindrance);
    }

    void ask(Endpoint to, boolean join, Outcome outcome) {
        ask(to, join, false, outcome);
    }

    private void ask(Endpoint to, boolean join, boolean followUp, Outcome outcome) {
        long startedMs = core.now();
        streams.open(to, core.question(join), new StreamIds.Answers() {
            @Override
            public @Nullable Message answered(Message answer) {
                core.counters.syncTime(Duration.ofMillis(core.now() - startedMs));
                return onAnswer(to, followUp, answer, outcome);
            }

            @Override
            public void failed(Hindrance hindrance) {
                core.counters.add(Tally.SYNC_FAILED);
                outcome.done(hindrance);
            }
        });
    }

    private @Nullable Message onAnswer(Endpoint to, boolean followUp, Message answer, Outcome outcome) {
        if (answer instanceof Message.Same same) {
            witness(same.clock(), true);
            core.counters.add(Tally.SYNC_SAME);
            outcome.done(null);
        } else if (answer instanceof Message.State state) {
            String twin = twinIn(state);
            if (twin != null) {
                core.counters.add(Tally.SYNC_REFUSED);
                outcome.done(new Hindrance(Meeting.Outcome.NODE_ID_TAKEN, twin));
                return null;
            }
            NodeName speaker = speaker(state, to);
            Message own = state(speaker);
            merge(state, speaker, to, !followUp);
            outcome.done(null);
            return own;
        } else if (answer instanceof Message.Refused refused) {
            core.counters.add(Tally.SYNC_REFUSED);
            ClusterRef theirs = refused.cluster();
            ClusterRef ours = core.cluster();
            outcome.done(new Hindrance(outcomeOf(refused.reason()), refused.text()));
            if (refused.reason() == Message.Reason.CLUSTER && theirs != null && ours != null) {
                core.met(theirs, to);
                foreign(peerAt(to), theirs);
                return new Message.Refused(Message.Reason.CLUSTER, mixed(ours, theirs), ours, core.me.record.address());
            }
        } else {
            core.counters.add(Tally.SYNC_FAILED);
            outcome.done(new Hindrance(Meeting.Outcome.NOT_GOSSIP, "answered with something else than a sync"));
        }
        return null;
    }

    private static Meeting.Outcome outcomeOf(Message.Reason reason) {
        return switch (reason) {
            case DATACENTER -> Meeting.Outcome.WRONG_DATACENTER;
            case CLUSTER -> Meeting.Outcome.OTHER_CLUSTER;
            case NODE_ID -> Meeting.Outcome.NODE_ID_TAKEN;
            case POOL, PROTOCOL -> Meeting.Outcome.INCOMPATIBLE;
        };
    }

    /** For {@code why}: what the other side said, and where it named only its own value, ours as well. */
    String told(Hindrance hindrance) {
        return hindrance.outcome() == Meeting.Outcome.WRONG_DATACENTER
                ? hindrance.reason() + "; this agent is in datacenter '" + core.settings.datacenter() + "'"
                : hindrance.reason();
    }

    private void witness(long clock, boolean asked) {
        if (!core.clock.witness(clock, asked)) {
            core.counters.add(Tally.REJECTED_CLOCK);
        }
        events.synced();
    }

    /** Somebody asks. Nothing changes by this: the question may be a recorded one. */
    void onAsk(long id, Message.Sync ask) {
        Message.Refused refused = refuse(ask);
        if (refused != null) {
            core.counters.add(Tally.SYNC_REFUSED);
            boolean more = refused.reason() == Message.Reason.CLUSTER;
            if (more) {
                answered.put(id, ask);
            }
            core.emit(new Effect.AnswerStream(id, refused, more));
            core.emit(new Effect.Warn(
                    "refused " + refused.reason(),
                    "refused to sync with " + ask.name() + " at " + ask.address() + ": " + refused.text()));
            if (ask.join()) {
                core.emit(core.met(ask.address(), false, outcomeOf(refused.reason()), turnedAway(ask, refused)));
            }
        } else if (ask.digest() == core.table.digest() && ask.count() == core.table.digested()) {
            core.emit(new Effect.AnswerStream(id, new Message.Same(core.clock.time()), false));
        } else {
            answered.put(id, ask);
            core.emit(new Effect.AnswerStream(id, state(ask.name()), true));
        }
    }

    /** The texts speak to the one that asked. */
    private Message.@Nullable Refused refuse(Message.Sync ask) {
        String me = "Member '" + core.me.name() + "' ";
        if (!ask.pool().equals(core.settings.pool())) {
            return refused(Message.Reason.POOL, me + "is of another pool, '" + core.settings.pool() + "'");
        }
        if (!ask.datacenter().equals(core.settings.datacenter())) {
            return refused(
                    Message.Reason.DATACENTER, me + "part of wrong datacenter '" + core.settings.datacenter() + "'");
        }
        PeerRecord.Protocols ours = core.me.record.protocols();
        if (!ours.overlaps(ask.protocolMin(), ask.protocolMax())) {
            return refused(
                    Message.Reason.PROTOCOL,
                    me + "speaks gossip protocol " + ours.min() + " to " + ours.max() + ", this agent "
                            + ask.protocolMin() + " to " + ask.protocolMax());
        }
        ClusterRef kept = core.cluster();
        if (kept != null && ask.cluster() != null && !kept.equals(ask.cluster())) {
            return refused(Message.Reason.CLUSTER, me + mixed(kept, ask.cluster()));
        }
        Peer twin = core.table.aliveWithId(ask.id(), ask.name());
        if (twin != null) {
            return refused(
                    Message.Reason.NODE_ID,
                    "Member '" + twin.name() + "' has conflicting node ID '" + ask.id() + "' with this agent's ID");
        }
        return null;
    }

    private String turnedAway(Message.Sync ask, Message.Refused refused) {
        String who = "'" + ask.name() + "' asked to join and was refused: ";
        if (refused.reason() == Message.Reason.DATACENTER) {
            return who + "it is in datacenter '" + ask.datacenter() + "', this agent in '" + core.settings.datacenter()
                    + "'";
        }
        if (refused.reason() == Message.Reason.CLUSTER) {
            return who + "it belongs to cluster " + ask.cluster() + ", this agent to cluster " + core.cluster();
        }
        return who + refused.text();
    }

    private Message.Refused refused(Message.Reason reason, String text) {
        return new Message.Refused(reason, text, core.cluster(), core.me.record.address());
    }

    private static String mixed(ClusterRef speaker, ClusterRef listener) {
        return "belongs to cluster " + speaker + ", this agent to cluster " + listener
                + ": members of different clusters do not mix";
    }

    void onLast(long id, Message last) {
        Message.Sync ask = answered.remove(id);
        if (ask == null) {
            return;
        }
        if (last instanceof Message.State state) {
            String twin = twinIn(state);
            if (twin == null) {
                core.speaker = ask.address();
                merge(state, ask.name(), null, false);
            }
        } else if (last instanceof Message.Refused refused) {
            if (refused.cluster() != null) {
                Endpoint address = refused.address();
                core.met(refused.cluster(), address == null ? ask.address() : address);
                Peer named = core.table.find(ask.name());
                if (named != null) {
                    // Whoever opened the connection only says that it is this member: it is asked at its own address.
                    core.doubt(named.record.address());
                }
            }
        } else {
            core.counters.add(Tally.REJECTED_TYPE);
        }
    }

    /** One that is known here says, asked at its address, that it belongs to another cluster. */
    private void foreign(@Nullable Peer peer, ClusterRef theirs) {
        if (peer == null || peer == core.me) {
            return;
        }
        if (core.goesAlongWith(theirs)) {
            Endpoint address = peer.record.address();
            core.dropOthersThan(theirs);
            core.after(SwimSettings.FOLLOW_UP_MS, () -> ask(address, false, hindrance -> {}));
        } else {
            core.forgetMoved(peer, peer.claim);
        }
    }

    private @Nullable Peer peerAt(Endpoint address) {
        for (Peer peer : core.table.all()) {
            if (peer.isAlive() && peer.record.address().equals(address)) {
                return peer;
            }
        }
        return null;
    }

    void onEnded(long id) {
        answered.remove(id);
    }

    private @Nullable String twinIn(Message.State state) {
        PeerRecord me = core.me.record;
        for (Message.Entry entry : state.entries()) {
            if (entry.state().isAlive()
                    && entry.record().id().equals(me.id())
                    && !entry.record().name().equals(me.name())) {
                return "Member '" + entry.record().name() + "' has conflicting node ID '" + me.id()
                        + "' with this agent's ID";
            }
        }
        return null;
    }

    private NodeName speaker(Message.State state, Endpoint address) {
        for (Message.Entry entry : state.entries()) {
            if (entry.record().address().equals(address)) {
                return entry.record().name();
            }
        }
        return core.me.name();
    }

    /** @param asked where it was asked for; absent when it was brought */
    private void merge(Message.State state, NodeName from, @Nullable Endpoint asked, boolean again) {
        witness(state.clock(), asked != null);
        core.counters.add(Tally.SYNC_MERGED);
        Hearing.Merged merged = hearing.merge(state.entries(), from, asked);
        if (asked != null && again && (merged.refuted() || merged.contradicted())) {
            core.after(SwimSettings.FOLLOW_UP_MS, () -> ask(asked, false, true, hindrance -> {}));
        }
    }

    /**
     * All that is known at first hand, and whatever is known of the listener itself. Only the listener can refute what comes from
     * the snapshot file: a wiped agent begins with low incarnations, and would be taken for failed for ever if it never heard of it.
     */
    private Message state(NodeName listener) {
        List<Message.Entry> entries = new ArrayList<>(core.table.size());
        for (Peer peer : core.table.sorted()) {
            boolean told = !peer.hearsay || peer.name().equals(listener);
            if (told && !(peer == core.me && myself.isSilenced())) {
                // As old as can be read: an age that was heard grows here, and one too many would spoil the whole
                // answer.
                long age = peer.isGone() ? Math.min(Leaps.LAST, Math.max(0, core.now() - peer.sinceMs)) : 0;
                entries.add(new Message.Entry(peer.record, peer.state, peer.claim, age));
            }
        }
        return new Message.State(core.clock.time(), entries);
    }

    /** One sync with a random living member. */
    void round() {
        for (Peer peer : core.table.pick(core.random, 1, Peer::isAlive)) {
            ask(peer.record.address(), false, hindrance -> {});
        }
    }

    long intervalMs() {
        long base = Core.ms(core.settings.timings().syncInterval());
        int n = core.table.alive();
        int scale = n <= 32 ? 1 : (int) Math.ceil(Math.log(n) / Math.log(2) - 5) + 1;
        return base * scale;
    }

    /** Failed members come back on their own: this, not a list of seeds, heals partitions. */
    void reconnect() {
        int failed = core.table.count(MemberState.FAILED);
        if (failed == 0 || core.random.nextInt(Math.max(1, core.table.alive())) >= failed) {
            return;
        }
        List<Peer> lost = new ArrayList<>(failed);
        for (Peer peer : core.table.all()) {
            if (peer.state == MemberState.FAILED) {
                lost.add(peer);
            }
        }
        Peer peer = lost.get(core.random.nextInt(lost.size()));
        ask(peer.record.address(), false, hindrance -> {});
    }

    /** Another process answers at an address than the one that was asked: a sync repairs the record, or finds another cluster. */
    void strangeAnswer(Endpoint address) {
        Long before = strange.get(address);
        if (before != null && core.now() - before < SwimSettings.STRANGE_ACK_GAP_MS) {
            return;
        }
        strange.remove(address);
        strange.put(address, core.now());
        if (strange.size() > MAX_STRANGE) {
            strange.remove(strange.keySet().iterator().next());
        }
        ask(address, false, hindrance -> {});
    }

    /** Whoever must be asked before something is believed. */
    private void verify(Endpoint address) {
        if (core.now() - verifyingMs >= SwimSettings.STRANGE_ACK_GAP_MS) {
            verifyingMs = core.now();
            verified = 0;
        }
        if (verified < MAX_VERIFIED) {
            verified++;
            strangeAnswer(address);
        }
    }

    /** After many joins or failures at once, what was not passed on often enough is fetched. */
    void afterStep() {
        core.takeDoubts().forEach(this::verify);
        if (burstPlanned || core.upheavals - upheavalsSeen < SwimSettings.BURST) {
            return;
        }
        if (core.now() < burstMs + SwimSettings.BURST_GAP_MS) {
            return;
        }
        burstPlanned = true;
        long gap = SwimSettings.BURST_GAP_MS / 2;
        core.after(gap + core.random.nextInt((int) gap + 1), () -> {
            burstPlanned = false;
            burstMs = core.now();
            upheavalsSeen = core.upheavals;
            round();
        });
    }
}
