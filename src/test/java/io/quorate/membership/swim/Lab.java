package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipTimings;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One member alone on the bench: what is said to it is written by the test, what it does is collected. */
final class Lab {
    static final long INSTANCE = 1000;
    final GossipCounters counters = new GossipCounters();
    final List<Effect> effects = new ArrayList<>();
    final Swim swim;
    long nowMs;

    Lab() {
        this("me", null, new TreeMap<>());
    }

    Lab(String name, @Nullable ClusterRef cluster, Map<String, String> tags) {
        this(record(name, INSTANCE, 1, 1, cluster, tags), GossipTimings.LAN);
    }

    Lab(PeerRecord self, GossipTimings timings) {
        swim = new Swim(
                new SwimSettings("lan", "dc1", timings, 1350, Instant.EPOCH),
                self,
                self.incarnation(),
                new Random(5),
                counters,
                0);
        effects.addAll(swim.start());
    }

    static Endpoint address(int last) {
        try {
            return new Endpoint(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last}), 8301);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    static PeerRecord record(
            String name,
            long instance,
            long incarnation,
            int address,
            @Nullable ClusterRef cluster,
            Map<String, String> tags) {
        SortedMap<String, String> sorted = new TreeMap<>(tags);
        return new PeerRecord(
                new NodeName(name),
                new NodeId(new UUID(3, name.hashCode())),
                instance,
                incarnation,
                address(address),
                cluster,
                sorted,
                PeerRecord.Protocols.OURS,
                Extras.NONE);
    }

    /** Instance and last byte of the address are the same small number. */
    static PeerRecord record(String name, int number, long incarnation) {
        return record(name, number, incarnation, number, null, Map.of());
    }

    static NodeName name(String name) {
        return new NodeName(name);
    }

    Lab hear(Message... messages) {
        return hearAs(INSTANCE, messages);
    }

    Lab hearAs(long forInstance, Message... messages) {
        return hearFrom(address(99), forInstance, messages);
    }

    Lab hearFrom(Endpoint from, long forInstance, Message... messages) {
        effects.addAll(swim.onPacket(nowMs, from, forInstance, Arrays.asList(messages)));
        return this;
    }

    Lab hearAlive(String name, int number, long incarnation) {
        return hear(new Message.Alive(record(name, number, incarnation)));
    }

    Lab suspect(String name, long incarnation, String accuser) {
        return hear(new Message.Suspect(name(name), incarnation, name(accuser)));
    }

    Lab failed(String name, long incarnation) {
        return hear(new Message.Failed(name(name), incarnation, name("x")));
    }

    /** Said of the process that is known here. */
    Lab leave(Message.Phase phase, String name, long incarnation) {
        PeerRecord record = swim.recordOf(name(name));
        return leave(phase, name, record == null ? 0 : record.instance(), incarnation);
    }

    Lab leave(Message.Phase phase, String name, long instance, long incarnation) {
        return hear(new Message.Leave(phase, name(name), incarnation, instance, false));
    }

    /** As if a sync with a peer had brought these. */
    Lab merge(String peer, Message.Entry... entries) {
        long id = -77 - nowMs;
        List<Effect> asked = swim.onStreamAsk(nowMs, id, sync(peer, 50, null));
        effects.addAll(asked);
        effects.addAll(swim.onStreamLast(nowMs, id, new Message.State(0, List.of(entries))));
        return this;
    }

    static Message.Sync sync(String name, int number, @Nullable ClusterRef cluster) {
        PeerRecord asker = record(name, number, 1);
        return new Message.Sync(
                false, "lan", "dc1", asker.id(), asker.name(), asker.address(), cluster, 2, 2, 12345, 3);
    }

    static Message.Entry entry(PeerRecord record, MemberState state, long ageMs) {
        return new Message.Entry(record, state, record.incarnation(), ageMs);
    }

    /** Time goes by, with nobody answering. */
    Lab pass(long ms) {
        long end = nowMs + ms;
        while (swim.nextDeadlineMs() <= end) {
            nowMs = Math.max(nowMs, swim.nextDeadlineMs());
            effects.addAll(swim.advance(nowMs));
        }
        nowMs = end;
        effects.addAll(swim.advance(nowMs));
        return this;
    }

    @Nullable
    MemberState state(String name) {
        return swim.stateOf(name(name));
    }

    PeerRecord known(String name) {
        PeerRecord record = swim.recordOf(name(name));
        if (record == null) {
            throw new AssertionError(name + " is not known");
        }
        return record;
    }

    long incarnation() {
        return swim.roster().self().incarnation();
    }

    <E extends Effect> List<E> did(Class<E> type) {
        return effects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <M extends Message> List<M> sent(Class<M> type) {
        return did(Effect.SendPacket.class).stream()
                .flatMap(p -> p.messages().stream())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    <E extends MemberEvent> List<E> told(Class<E> type) {
        return did(Effect.Publish.class).stream()
                .map(Effect.Publish::event)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    Effect.SendPacket lastPacket() {
        List<Effect.SendPacket> packets = did(Effect.SendPacket.class);
        return packets.get(packets.size() - 1);
    }

    Message answer(Message ask) {
        int before = effects.size();
        effects.addAll(swim.onStreamAsk(nowMs, -5, ask));
        for (Effect effect : effects.subList(before, effects.size())) {
            if (effect instanceof Effect.AnswerStream answer) {
                return answer.answer();
            }
        }
        throw new AssertionError("no answer");
    }

    Lab forgetEffects() {
        effects.clear();
        return this;
    }
}
