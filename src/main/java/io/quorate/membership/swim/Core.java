package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.AgentTags;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.Meeting;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What all rules of one member share: its roster, its news, its timers, and the effects of the present step. */
final class Core {
    private static final int MAX_FOREIGN = 16;
    private static final int MAX_MOVED = 1024;
    private static final int MAX_DOUBTS = 64;

    final SwimSettings settings;
    final RandomGenerator random;
    final GossipCounters counters;
    final TimerQueue timers = new TimerQueue();
    final PeerTable table;
    final Broadcasts<NodeName> queue = new Broadcasts<>();
    /** What members say to all, after what is said of members. */
    final Broadcasts<UUID> events = new Broadcasts<>();

    final LocalHealth health = new LocalHealth(SwimSettings.HEALTH_MAX);
    final LamportClock clock = new LamportClock();
    final Peer me;
    /** Joins and failures so far: many at once ask for one more sync. */
    long upheavals;

    private final Map<ClusterRef, ForeignCluster> foreign = new LinkedHashMap<>();
    /** Members that went over to another cluster: what others still say of their time before is not believed. */
    private final Map<NodeName, Moved> moved = new LinkedHashMap<>();

    private final Set<Endpoint> doubts = new LinkedHashSet<>();
    /** From where the present input came; absent for a timer or a command. */
    @Nullable
    Endpoint speaker;

    private List<Effect> effects = new ArrayList<>();
    private long nowMs;

    Core(SwimSettings settings, PeerRecord self, RandomGenerator random, GossipCounters counters, long nowMs) {
        this.settings = settings;
        this.random = random;
        this.counters = counters;
        this.nowMs = nowMs;
        me = new Peer(self, MemberState.ALIVE, self.incarnation(), nowMs);
        table = new PeerTable(me);
    }

    long now() {
        return nowMs;
    }

    void at(long ms) {
        // Time from outside never runs backwards for the rules.
        nowMs = Math.max(nowMs, ms);
    }

    TimerQueue.Entry after(long delayMs, Runnable task) {
        return timers.at(nowMs + delayMs, task);
    }

    void emit(Effect effect) {
        effects.add(effect);
    }

    List<Effect> drain() {
        if (effects.isEmpty()) {
            return List.of();
        }
        List<Effect> drained = effects;
        effects = new ArrayList<>();
        return drained;
    }

    Member view(Peer peer) {
        return peer.view(settings.epoch());
    }

    void publish(MemberEvent event) {
        if (event.match(new Upsets())) {
            upheavals++;
        }
        emit(new Effect.Publish(event));
    }

    /** Whether somebody came or went without a word. */
    private static final class Upsets implements MemberEvent.Cases<Boolean> {
        @Override
        public Boolean joined(MemberEvent.Joined event) {
            return true;
        }

        @Override
        public Boolean updated(MemberEvent.Updated event) {
            return false;
        }

        @Override
        public Boolean suspected(MemberEvent.Suspected event) {
            return false;
        }

        @Override
        public Boolean left(MemberEvent.Left event) {
            return false;
        }

        @Override
        public Boolean failed(MemberEvent.Failed event) {
            return true;
        }

        @Override
        public Boolean reaped(MemberEvent.Reaped event) {
            return false;
        }

        @Override
        public Boolean conflict(MemberEvent.Conflict event) {
            return false;
        }
    }

    int retransmits() {
        return settings.timings().retransmitMult() * (int) Math.ceil(Math.log10(table.alive() + 1.0));
    }

    static long ms(Duration duration) {
        return duration.toMillis();
    }

    /** What was heard is not believed as it is: whoever is there is to be asked, on a connection that is opened here. */
    void doubt(Endpoint address) {
        if (doubts.size() < MAX_DOUBTS && !address.equals(me.record.address())) {
            doubts.add(address);
        }
    }

    /** As {@link #doubt}: whoever said it, if it is a member. */
    void doubtSpeaker() {
        if (speaker != null && table.knows(speaker)) {
            doubt(speaker);
        }
    }

    List<Endpoint> takeDoubts() {
        if (doubts.isEmpty()) {
            return List.of();
        }
        List<Endpoint> taken = List.copyOf(doubts);
        doubts.clear();
        return taken;
    }

    /** Asks for a comparison of rosters. */
    Message.Sync question(boolean join) {
        PeerRecord self = me.record;
        return new Message.Sync(
                join,
                settings.pool(),
                settings.datacenter(),
                self.id(),
                self.name(),
                self.address(),
                cluster(),
                self.protocols().min(),
                self.protocols().max(),
                table.digest(),
                table.digested());
    }

    /** A packet for a member, filled up with news. */
    void send(Peer to, List<Message> messages, boolean counting) {
        send(to.record.address(), to.record.instance(), messages, counting);
    }

    void send(Endpoint to, long forInstance, List<Message> messages, boolean counting) {
        int room = settings.packetRoom() - Wire.PACKET_OVERHEAD;
        for (Message message : messages) {
            room -= Wire.size(message);
        }
        List<Message> packet = new ArrayList<>(messages);
        int left = queue.fill(packet, room, retransmits(), counting);
        events.fill(packet, left, retransmits(), counting);
        emit(new Effect.SendPacket(to, forInstance, packet));
    }

    /** A packet with nothing but this: to one who is not known, nothing else is told. */
    void sendBare(Endpoint to, long forInstance, Message... messages) {
        emit(new Effect.SendPacket(to, forInstance, List.of(messages)));
    }

    void forget(Peer peer) {
        calm(peer);
        queue.forget(peer.name());
        table.remove(peer);
        publish(new MemberEvent.Reaped(view(peer)));
    }

    void calm(Peer peer) {
        peer.suspicion = null;
        if (peer.suspicionTimer != null) {
            peer.suspicionTimer.cancel();
            peer.suspicionTimer = null;
        }
    }

    /** The cluster whose records are kept: one's own, else the first that was heard of and is still there. */
    @Nullable
    ClusterRef cluster() {
        ClusterRef own = me.record.cluster();
        return own != null ? own : table.clusterOfOthers(me);
    }

    /**
     * Whether a record may come into the roster. Records of two clusters never stand side by side: a member that carried both
     * would lead them into each other.
     */
    boolean admits(PeerRecord record, @Nullable Peer known) {
        if (!Addresses.areSomebodys(record.address())) {
            counters.add(Tally.REJECTED_ADDRESS);
            return false;
        }
        if (isOfMoved(record)) {
            counters.add(Tally.REJECTED_CLUSTER);
            return false;
        }
        ClusterRef theirs = record.cluster();
        ClusterRef kept = theirs == null ? null : cluster();
        if (theirs == null || kept == null || theirs.equals(kept)) {
            return true;
        }
        if (goesAlongWith(theirs) && !anybodyAliveIs(kept)) {
            dropOthersThan(theirs);
            return true;
        }
        counters.add(Tally.REJECTED_CLUSTER);
        met(theirs, record.address());
        if (known != null && known.record.id().equals(record.id()) && record.isNewerThan(known.record)) {
            // The very member that is known may have changed sides. Anybody could say so: it is asked.
            doubt(known.record.address());
        }
        return false;
    }

    /** Recovered from a lost majority: whoever belongs to no cluster goes along with the later life of the one that it keeps. */
    boolean goesAlongWith(ClusterRef theirs) {
        ClusterRef kept = cluster();
        return me.record.cluster() == null && kept != null && isLaterLifeOf(theirs, kept);
    }

    private boolean anybodyAliveIs(ClusterRef kept) {
        return table.all().stream().anyMatch(p -> p != me && p.isAlive() && kept.equals(p.record.cluster()));
    }

    private record Moved(long instance, long incarnation, long untilMs) {}

    /** It belongs to another cluster now. */
    void forgetMoved(Peer peer, long incarnation) {
        moved.remove(peer.name());
        moved.put(peer.name(), new Moved(peer.record.instance(), incarnation, nowMs + SwimSettings.INTENT_MEMORY_MS));
        if (moved.size() > MAX_MOVED) {
            moved.remove(moved.keySet().iterator().next());
        }
        if (peer != me && table.find(peer.name()) == peer) {
            forget(peer);
        }
    }

    /** Whether this is an old word of a member that has gone over to another cluster. */
    boolean isOfMoved(PeerRecord record) {
        Moved gone = moved.get(record.name());
        return gone != null
                && gone.untilMs > nowMs
                && gone.instance == record.instance()
                && record.incarnation() <= gone.incarnation;
    }

    boolean hasMoved(NodeName name) {
        Moved gone = moved.get(name);
        return gone != null && gone.untilMs > nowMs;
    }

    void dropOthersThan(ClusterRef kept) {
        for (Peer peer : table.sorted()) {
            ClusterRef theirs = peer.record.cluster();
            if (peer != me && theirs != null && !theirs.equals(kept)) {
                counters.add(Tally.REJECTED_CLUSTER);
                met(theirs, peer.record.address());
                forgetMoved(peer, peer.claim);
            }
        }
    }

    void met(ClusterRef theirs, Endpoint address) {
        foreign.remove(theirs);
        foreign.put(theirs, new ForeignCluster(theirs, address, settings.epoch().plusMillis(nowMs)));
        if (foreign.size() > MAX_FOREIGN) {
            foreign.remove(foreign.keySet().iterator().next());
        }
        emit(new Effect.Warn(
                "foreign-cluster",
                "a member of another cluster was met at " + address + ": it belongs to " + theirs + ", this one to "
                        + cluster() + ". Nothing of it is merged; one of them was joined by mistake"));
    }

    Effect.Met met(Endpoint address, boolean asked, Meeting.Outcome outcome, String text) {
        return new Effect.Met(new Meeting(
                address.toString(), asked, outcome, text, settings.epoch().plusMillis(nowMs)));
    }

    List<ForeignCluster> foreign() {
        return List.copyOf(foreign.values());
    }

    private static boolean isLaterLifeOf(ClusterRef one, ClusterRef other) {
        return one.id().equals(other.id())
                && one.incarnation().number() > other.incarnation().number();
    }

    /** Whether a dead record is kept at any age: it may name a voter, or to a blank server the cluster that it belongs to. */
    boolean isKeptAtAnyAge(PeerRecord record, MemberState state) {
        if (state != MemberState.FAILED) {
            return false;
        }
        AgentTags other = record.agent();
        AgentTags own = me.record.agent();
        boolean blankServer = me.record.cluster() == null && own != null && own.isServer();
        return (other != null && other.voter()) || (blankServer && record.cluster() != null);
    }

    boolean isTooOld(MemberState state, long ageMs) {
        return switch (state) {
            case FAILED -> ageMs > ms(settings.timings().reconnectTimeout());
            case LEFT -> ageMs > ms(settings.timings().tombstoneTimeout());
            default -> false;
        };
    }
}
