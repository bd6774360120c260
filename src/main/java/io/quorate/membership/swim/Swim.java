package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.membership.Roster;
import io.quorate.membership.swim.Message.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One member's whole protocol: SWIM (Das et al., DSN 2002) with Lifeguard (Dadgar et al., 2017). Each input gives the effects
 * to be carried out, in order. Not safe for several threads; times are milliseconds since the epoch of the settings.
 */
public final class Swim {
    private static final int JOINS_AT_ONCE = 16;

    /**
     * A new process begins below it: no folder of an honest agent comes there, and one whose agent was driven there by forged
     * words begins at 1 again.
     */
    public static final long SPOILT_INCARNATION = Leaps.SPOILT;

    private final Core core;
    private final Myself myself;
    private final Pings pings;
    private final StreamIds streams;
    private final Prober prober;
    private final Departures departures;
    private final Challenges challenges;
    private final Hearing hearing;
    private final Syncer syncer;
    private final NameDispute dispute;
    private final UserEvents events;
    private double gossipTokens = SwimSettings.GOSSIP_BYTES_PER_SECOND;
    private long gossipMs;

    /**
     * @param self at its first incarnation
     * @param bound incarnations below it may be used without asking for more
     */
    public Swim(
            SwimSettings settings,
            PeerRecord self,
            long bound,
            RandomGenerator random,
            GossipCounters counters,
            long nowMs) {
        core = new Core(settings, self, random, counters, nowMs);
        gossipMs = nowMs;
        myself = new Myself(core, bound);
        pings = new Pings(core);
        streams = new StreamIds(core);
        prober = new Prober(core, pings, streams, this::silent, this::strange);
        departures = new Departures(core);
        challenges = new Challenges(core, pings, streams);
        hearing = new Hearing(core, myself, departures, challenges, prober);
        events = new UserEvents(core);
        syncer = new Syncer(core, myself, streams, hearing, events);
        dispute = new NameDispute(core, myself, streams);
        myself.announce();
        repeat(Core.ms(settings.timings().probeInterval()), this::probe);
        repeat(Core.ms(settings.timings().gossipInterval()), this::gossip);
        repeat(Core.ms(settings.timings().reconnectInterval()), this::reconnect);
        repeat(SwimSettings.REAP_INTERVAL_MS, this::reap);
        core.after(1 + random.nextInt((int) Math.min(Integer.MAX_VALUE, syncer.intervalMs())), this::sync);
    }

    private void silent(Peer peer) {
        hearing.silent(peer);
    }

    private void strange(Endpoint address) {
        syncer.strangeAnswer(address);
    }

    /** The first time somewhere within the interval: members started together must not speak together. */
    private void repeat(long intervalMs, Runnable task) {
        core.after(1 + core.random.nextInt((int) Math.min(Integer.MAX_VALUE - 1, intervalMs)), new Runnable() {
            @Override
            public void run() {
                core.after(intervalMs, this);
                task.run();
            }
        });
    }

    private void probe() {
        if (!myself.isSilenced()) {
            prober.tick();
        }
    }

    private void gossip() {
        if (!hasNews()) {
            return;
        }
        gossipTokens = Math.min(
                SwimSettings.GOSSIP_BYTES_PER_SECOND,
                gossipTokens + (core.now() - gossipMs) * SwimSettings.GOSSIP_BYTES_PER_SECOND / 1000.0);
        gossipMs = core.now();
        for (Peer peer : core.table.pick(core.random, core.settings.timings().gossipNodes(), this::isGossipedTo)) {
            if (gossipTokens < core.settings.packetRoom()) {
                core.counters.add(Tally.GOSSIP_OVER_RATE);
                return;
            }
            gossipTokens -= core.settings.packetRoom();
            if (hasNews()) {
                core.send(peer, List.of(), true);
            }
        }
    }

    private boolean hasNews() {
        return core.queue.size() > 0 || core.events.size() > 0;
    }

    private boolean isGossipedTo(Peer peer) {
        return switch (peer.state) {
            case ALIVE, SUSPECT, LEAVING -> true;
            case FAILED -> !peer.hearsay && core.now() - peer.sinceMs < SwimSettings.GOSSIP_TO_DEAD_MS;
            case LEFT -> false;
        };
    }

    private void sync() {
        core.after(syncer.intervalMs(), this::sync);
        syncer.round();
    }

    private void reconnect() {
        syncer.reconnect();
    }

    private void reap() {
        departures.sweep();
        challenges.sweep();
        List<Peer> over = new ArrayList<>();
        for (Peer peer : core.table.all()) {
            if (peer != core.me && core.isTooOld(peer.state, core.now() - peer.sinceMs)) {
                over.add(peer);
            }
        }
        for (Peer peer : over) {
            if (core.isKeptAtAnyAge(peer.record, peer.state)) {
                core.table.exclude(peer);
            } else {
                core.forget(peer);
            }
        }
    }

    private List<Effect> step() {
        syncer.afterStep();
        core.speaker = null;
        return core.drain();
    }

    /** When {@link #advance} has something to do next; {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineMs() {
        return core.timers.next();
    }

    /** Runs what has become due. Every packet that waits must have been handed over before. */
    public List<Effect> advance(long nowMs) {
        core.at(nowMs);
        core.timers.run(nowMs);
        return step();
    }

    /** A datagram came in. */
    public List<Effect> onPacket(long nowMs, Endpoint from, long forInstance, List<Message> messages) {
        core.at(nowMs);
        core.speaker = from;
        boolean forThis = forInstance == core.me.record.instance();
        Arrived arrived = new Arrived(core, prober, pings, hearing, dispute, events, from, forThis);
        for (Message message : messages) {
            message.match(arrived).run();
        }
        return step();
    }

    /** Somebody opened a stream and asked. The number is below 0. */
    public List<Effect> onStreamAsk(long nowMs, long id, Message ask) {
        core.at(nowMs);
        if (ask instanceof Message.Sync sync) {
            syncer.onAsk(id, sync);
        } else if (ask instanceof Message.StreamPing ping && ping.target().equals(core.me.name())) {
            core.emit(new Effect.AnswerStream(id, new Message.Ack(ping.seq(), core.me.record.instance()), false));
        } else {
            core.emit(new Effect.CloseStream(id, null));
        }
        return step();
    }

    /** The last word on a stream that somebody else opened. */
    public List<Effect> onStreamLast(long nowMs, long id, Message last) {
        core.at(nowMs);
        syncer.onLast(id, last);
        return step();
    }

    /** The answer on a stream that was opened here. */
    public List<Effect> onStreamAnswer(long nowMs, long id, Message answer) {
        core.at(nowMs);
        StreamIds.Answers asked = streams.finish(id);
        core.emit(new Effect.CloseStream(id, asked == null ? null : asked.answered(answer)));
        return step();
    }

    /** A stream broke, timed out or was refused, whoever opened it. */
    public List<Effect> onStreamFailed(long nowMs, long id, Hindrance hindrance) {
        core.at(nowMs);
        StreamIds.Answers asked = streams.finish(id);
        if (asked == null) {
            syncer.onEnded(id);
        } else {
            asked.failed(hindrance);
        }
        return step();
    }

    /** One address to join, and how it was named. */
    public record Target(String label, Endpoint address) {}

    /** Syncs with each, some at a time; {@link Effect.JoinDone} tells how it went. */
    public List<Effect> join(long nowMs, long command, List<Target> targets) {
        core.at(nowMs);
        Joining joining = new Joining(command, targets);
        for (int i = 0; i < JOINS_AT_ONCE; i++) {
            joining.next();
        }
        joining.finishIfDone();
        return step();
    }

    private final class Joining {
        private final long command;
        private final Deque<Target> waiting;
        private final List<JoinReport.Failure> failures = new ArrayList<>();
        private int open;
        private int contacted;

        private Joining(long command, List<Target> targets) {
            this.command = command;
            this.waiting = new ArrayDeque<>(targets);
        }

        private void next() {
            Target target = waiting.poll();
            if (target == null) {
                return;
            }
            open++;
            syncer.ask(target.address(), true, hindrance -> {
                open--;
                if (hindrance == null) {
                    contacted++;
                    core.emit(core.met(target.address(), true, Meeting.Outcome.JOINED, "joined"));
                } else {
                    failures.add(new JoinReport.Failure(target.label(), hindrance.reason()));
                    core.emit(core.met(target.address(), true, hindrance.outcome(), syncer.told(hindrance)));
                }
                next();
                finishIfDone();
            });
        }

        private void finishIfDone() {
            if (open == 0 && waiting.isEmpty()) {
                core.emit(new Effect.JoinDone(command, new JoinReport(contacted, failures)));
            }
        }
    }

    public List<Effect> setTags(long nowMs, SortedMap<String, String> tags) {
        core.at(nowMs);
        myself.setTags(tags);
        return step();
    }

    public List<Effect> setCluster(long nowMs, @Nullable ClusterRef cluster) {
        core.at(nowMs);
        myself.setCluster(cluster);
        return step();
    }

    /** Says that this member is leaving; {@link Effect.LeaveDone} when it was told. */
    public List<Effect> beginLeave(long nowMs, long command) {
        core.at(nowMs);
        tellLeave(Phase.LEAVING, command, 0);
        return step();
    }

    /** Says that this member has left; {@link Effect.LeaveDone} a second after it was told, to let the last packets out. */
    public List<Effect> finishLeave(long nowMs, long command) {
        core.at(nowMs);
        tellLeave(Phase.LEFT, command, SwimSettings.LEAVE_LINGER_MS);
        return step();
    }

    private void tellLeave(Phase phase, long command, long lingerMs) {
        boolean[] done = {false};
        Runnable told = () -> {
            if (!done[0]) {
                done[0] = true;
                core.after(lingerMs, () -> core.emit(new Effect.LeaveDone(command)));
            }
        };
        myself.leave(phase, told);
        if (core.table.alive() + core.table.count(MemberState.LEAVING) <= (phase == Phase.LEAVING ? 1 : 0)) {
            core.emit(new Effect.LeaveDone(command));
            done[0] = true;
        } else {
            core.after(SwimSettings.LEAVE_SPREAD_MS, told);
        }
    }

    /**
     * Says something to all members; {@link Effect.Tell} tells it here as well.
     *
     * @param fired told its time
     */
    public List<Effect> fire(long nowMs, UUID id, byte[] body, LongConsumer fired) {
        core.at(nowMs);
        fired.accept(events.fire(id, body));
        return step();
    }

    /** Null when nobody has that name. */
    public @Nullable List<Effect> forceLeave(long nowMs, NodeName name, boolean prune) {
        core.at(nowMs);
        Peer peer = core.table.find(name);
        if (peer == null) {
            return null;
        }
        departures.force(peer, prune, hearing);
        return step();
    }

    /** Takes members from the snapshot file as failed, and believes anything that is heard later. To be called first. */
    public void remember(List<Message.Entry> servers) {
        for (Message.Entry entry : servers) {
            PeerRecord record = entry.record();
            if (core.table.find(record.name()) == null && core.admits(record, null)) {
                // Kept by an earlier version after an attack: nobody could go above it.
                boolean spoilt = entry.incarnation() >= Leaps.SPOILT;
                Peer peer = new Peer(
                        spoilt ? record.at(1) : record,
                        MemberState.FAILED,
                        spoilt ? 1 : entry.incarnation(),
                        core.now());
                peer.hearsay = true;
                core.table.add(peer);
            }
        }
    }

    /** Effects that came up before the first input: the incarnations that are used must be durable. */
    public List<Effect> start() {
        return step();
    }

    /** Where living members are, for the next start after a crash. */
    public List<Endpoint> livingAddresses() {
        List<Endpoint> addresses = new ArrayList<>();
        for (Peer peer : core.table.sorted()) {
            if (peer != core.me && peer.isAlive()) {
                addresses.add(peer.record.address());
            }
        }
        return addresses;
    }

    /** Members that belong to a cluster: a restart must not forget that there is one. */
    public List<Message.Entry> clusterMembers() {
        List<Message.Entry> entries = new ArrayList<>();
        for (Peer peer : core.table.sorted()) {
            if (peer != core.me && peer.record.cluster() != null && peer.state != MemberState.LEFT) {
                entries.add(new Message.Entry(peer.record, MemberState.FAILED, peer.claim, 0));
            }
        }
        return entries;
    }

    /** Grows with each change of the roster. */
    public long version() {
        return core.table.version();
    }

    /** A frozen copy; costs a walk over the roster. */
    public Roster roster() {
        List<Member> members = new ArrayList<>(core.table.size());
        for (Peer peer : core.table.sorted()) {
            members.add(core.view(peer));
        }
        return new Roster(core.view(core.me), members);
    }

    public List<ForeignCluster> foreignClusters() {
        return core.foreign();
    }

    /** A sentence while another process owns this member's name; else absent. */
    public @Nullable String nameConflict() {
        return myself.conflict();
    }

    /** State of one member; absent when it is not known. */
    public @Nullable MemberState stateOf(NodeName name) {
        Peer peer = core.table.find(name);
        return peer == null ? null : peer.state;
    }

    /** Record of one member; absent when it is not known. */
    public @Nullable PeerRecord recordOf(NodeName name) {
        Peer peer = core.table.find(name);
        return peer == null ? null : peer.record;
    }

    public int aliveCount() {
        return core.table.alive();
    }

    public int size() {
        return core.table.size();
    }

    public long digest() {
        return core.table.digest();
    }

    /** Numbers of the moment. */
    public Map<String, Object> gauges() {
        Map<String, Object> gauges = new TreeMap<>();
        gauges.put("members", core.table.size());
        gauges.put("alive", core.table.alive());
        gauges.put("suspect", core.table.count(MemberState.SUSPECT));
        gauges.put("leaving", core.table.count(MemberState.LEAVING));
        gauges.put("failed", core.table.count(MemberState.FAILED));
        gauges.put("left", core.table.count(MemberState.LEFT));
        gauges.put("health_score", core.health.score());
        gauges.put("member_time", core.me.claim);
        gauges.put("event_time", core.clock.time());
        gauges.put("query_time", core.clock.time());
        gauges.put("intent_queue", core.queue.size());
        gauges.put("event_queue", core.events.size());
        gauges.put("query_queue", 0);
        return gauges;
    }
}
