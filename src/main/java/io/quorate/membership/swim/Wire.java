package io.quorate.membership.swim;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.kernel.NodeName;
import io.quorate.membership.MemberState;
import io.quorate.membership.UserEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Messages as bytes and back. Numbers of types are never used again for something else; fields are only appended, together with another
 * version of the packets, which stands in their headers.
 */
public final class Wire {
    /*
     * A datagram holds 1400 bytes, so in it a message is a number, a length and its fields, and no field repeats what another says. The
     * length lets a reader go past what it does not know; on a stream there is one message alone, which needs none.
     *
     * A counter is written as it is and held against its bound by the reader only: a member whose incarnation was driven to the edge by
     * somebody hostile is not listened to, but its own loop goes on.
     */

    /** Largest encoded tags. */
    public static final int MAX_TAGS = 512;

    public static final int MAX_MEMBERS = 10_000;
    /** Instance before the first message of a datagram. */
    static final int PACKET_OVERHEAD = 8;

    private static final int MAX_TEXT = 1024;
    private static final int MAX_POOL = 128;
    /** Of one message in a datagram. */
    private static final int MAX_BODY = 0xffff;
    /** Of what a later version may say in an answer: coordinates. */
    private static final int MAX_LATER = 256;

    private static final Form<MemberState> STATE_OF_MEMBER = Form.coded(MemberState.values(), Wire::code);
    private static final Form<Message.Phase> PHASE = Form.coded(Message.Phase.values(), Message.Phase::code);
    private static final Form<Message.Reason> REASON = Form.coded(Message.Reason.values(), Message.Reason::code);
    private static final Form<Message.Entry> ENTRY = Form.of(Wire::entry, Wire::entry);
    static final Form<List<Message.Entry>> ENTRIES = ENTRY.listOf(MAX_MEMBERS);

    private static final Kind<Message.Ping> PING = new Kind<>(
            1,
            (m, out) -> question(out, m.seq(), m.target(), m.source(), m.sourceInstance()),
            in -> new Message.Ping(in.i64(), name(in), name(in), in.i64()));
    private static final Kind<Message.PingReq> PING_REQ = new Kind<>(
            2,
            (m, out) ->
                    name(out.i64(m.seq()).i64(m.sourceInstance()), m.target()).endpoint(m.address()),
            in -> new Message.PingReq(in.i64(), in.i64(), name(in), in.endpoint()));
    private static final Kind<Message.Ack> ACK =
            new Kind<>(3, (m, out) -> out.i64(m.seq()).i64(m.instance()).count(0, MAX_LATER), Wire::ack);
    private static final Kind<Message.Nack> NACK =
            new Kind<>(4, (m, out) -> out.i64(m.seq()), in -> new Message.Nack(in.i64()));
    private static final Kind<Message.Alive> ALIVE = new Kind<>(
            5, (m, out) -> out.value(m.record(), PeerRecord.FORM), in -> new Message.Alive(in.value(PeerRecord.FORM)));
    private static final Kind<Message.Suspect> SUSPECT = new Kind<>(
            6,
            (m, out) -> claim(out, m.name(), m.incarnation(), m.accuser()),
            in -> new Message.Suspect(name(in), in.counter(), name(in)));
    private static final Kind<Message.Failed> FAILED = new Kind<>(
            7,
            (m, out) -> claim(out, m.name(), m.incarnation(), m.accuser()),
            in -> new Message.Failed(name(in), in.counter(), name(in)));
    private static final Kind<Message.Leave> LEAVE = new Kind<>(
            8,
            (m, out) -> name(out.value(m.phase(), PHASE), m.name())
                    .i64(m.incarnation())
                    .i64(m.instance())
                    .flag(m.prune()),
            in -> new Message.Leave(in.value(PHASE), name(in), in.counter(), in.i64(), in.flag()));
    private static final Kind<Message.Conflict> CONFLICT = new Kind<>(
            12, (m, out) -> name(out, m.name()).i64(m.instance()), in -> new Message.Conflict(name(in), in.i64()));
    private static final Kind<Message.Event> EVENT = new Kind<>(
            13,
            (m, out) -> out.i64(m.event().time())
                    .uuid(m.event().id())
                    .blob(m.event().body(), UserEvent.MAX_BODY),
            in -> new Message.Event(new UserEvent(in.counter(), in.uuid(), in.blob(UserEvent.MAX_BODY))));
    private static final Kind<Message.Sync> SYNC = new Kind<>(20, Wire::sync, Wire::sync);
    private static final Kind<Message.Same> SAME =
            new Kind<>(21, (m, out) -> out.i64(m.clock()), in -> new Message.Same(in.counter()));
    private static final Kind<Message.State> STATE = new Kind<>(
            22,
            (m, out) -> out.i64(m.clock()).value(m.entries(), ENTRIES),
            in -> new Message.State(in.counter(), in.value(ENTRIES)));
    private static final Kind<Message.Refused> REFUSED = new Kind<>(
            23,
            (m, out) -> out.value(m.reason(), REASON)
                    .text(cut(m.text()), MAX_TEXT)
                    .optional(m.cluster(), KernelForms.CLUSTER)
                    .optional(m.address(), KernelForms.ENDPOINT),
            in -> new Message.Refused(
                    in.value(REASON),
                    in.text(MAX_TEXT),
                    in.optional(KernelForms.CLUSTER),
                    in.optional(KernelForms.ENDPOINT)));
    private static final Kind<Message.StreamPing> STREAM_PING = new Kind<>(
            24,
            (m, out) -> question(out, m.seq(), m.target(), m.source(), m.sourceInstance()),
            in -> new Message.StreamPing(in.i64(), name(in), name(in), in.i64()));

    private static final Map<Integer, Kind<?>> IN_DATAGRAMS =
            byNumber(PING, PING_REQ, ACK, NACK, ALIVE, SUSPECT, FAILED, LEAVE, CONFLICT, EVENT);
    private static final Map<Integer, Kind<?>> ON_STREAMS = byNumber(SYNC, SAME, STATE, REFUSED, STREAM_PING, ACK);

    private Wire() {}

    /** One datagram: which instance it is for, and what it says. */
    public static byte[] encodePacket(long forInstance, List<Message> messages) {
        Out out = new Out().i64(forInstance);
        for (Message message : messages) {
            Body body = message.match(new Bodies());
            out.u8(body.number).blob(body.bytes, MAX_BODY);
        }
        return out.bytes();
    }

    /** One message of a stream. */
    public static byte[] encodeStream(Message message) {
        Body body = message.match(new Bodies());
        return new Out().u8(body.number).raw(body.bytes).bytes();
    }

    /**
     * @throws MalformedException when any message in it is not whole and well-formed: then none of it counts
     */
    public static Packet decodePacket(ByteBuffer bytes) throws MalformedException {
        In in = new In(bytes);
        long forInstance = in.i64();
        List<Message> messages = new ArrayList<>();
        int unknown = 0;
        while (in.remaining() > 0) {
            Kind<?> kind = IN_DATAGRAMS.get(in.u8());
            In body = in.part(MAX_BODY);
            if (kind == null) {
                unknown++;
            } else {
                messages.add(kind.read(body));
            }
        }
        return new Packet(forInstance, messages, unknown);
    }

    /**
     * Null for a type that this version does not know.
     *
     * @throws MalformedException when it is not whole and well-formed
     */
    public static @Nullable Message decodeStream(ByteBuffer bytes) throws MalformedException {
        In in = new In(bytes);
        Kind<?> kind = ON_STREAMS.get(in.u8());
        return kind == null ? null : kind.read(in);
    }

    /** What was read from a datagram. */
    public record Packet(long forInstance, List<Message> messages, int unknownTypes) {}

    /** Bytes that it takes in a datagram. */
    static int size(Message message) {
        // News of records is weighed over and over, and a record knows its size.
        int body = message instanceof Message.Alive alive
                ? alive.record().size()
                : message.match(new Bodies()).bytes.length;
        return 1 + Out.bytesOfCount(body) + body;
    }

    /** Size of the tags as they travel. */
    public static int tagsSize(Map<String, String> tags) {
        return new Out().map(new TreeMap<>(tags)).length();
    }

    /** One type of message: its number, and its fields. */
    private record Kind<T extends Message>(int number, Form<T> form) {
        Kind(int number, Form.Writing<T> writing, Form.Reading<T> reading) {
            this(number, Form.of(writing, reading));
        }

        Body body(T message) {
            return new Body(number, form.bytes(message));
        }

        T read(In in) throws MalformedException {
            T message = in.value(form);
            in.end();
            return message;
        }
    }

    private static Map<Integer, Kind<?>> byNumber(Kind<?>... kinds) {
        return Arrays.stream(kinds).collect(Collectors.toUnmodifiableMap(Kind::number, Function.identity()));
    }

    /** The number of its type, and its fields. */
    private static final class Body {
        private final int number;
        private final byte[] bytes;

        Body(int number, byte[] bytes) {
            this.number = number;
            this.bytes = bytes;
        }
    }

    /** What each message is written as. */
    private static final class Bodies implements Message.Cases<Body> {
        @Override
        public Body ping(Message.Ping message) {
            return PING.body(message);
        }

        @Override
        public Body pingReq(Message.PingReq message) {
            return PING_REQ.body(message);
        }

        @Override
        public Body ack(Message.Ack message) {
            return ACK.body(message);
        }

        @Override
        public Body nack(Message.Nack message) {
            return NACK.body(message);
        }

        @Override
        public Body alive(Message.Alive message) {
            return ALIVE.body(message);
        }

        @Override
        public Body suspect(Message.Suspect message) {
            return SUSPECT.body(message);
        }

        @Override
        public Body failed(Message.Failed message) {
            return FAILED.body(message);
        }

        @Override
        public Body leave(Message.Leave message) {
            return LEAVE.body(message);
        }

        @Override
        public Body conflict(Message.Conflict message) {
            return CONFLICT.body(message);
        }

        @Override
        public Body event(Message.Event message) {
            return EVENT.body(message);
        }

        @Override
        public Body sync(Message.Sync message) {
            return SYNC.body(message);
        }

        @Override
        public Body same(Message.Same message) {
            return SAME.body(message);
        }

        @Override
        public Body state(Message.State message) {
            return STATE.body(message);
        }

        @Override
        public Body refused(Message.Refused message) {
            return REFUSED.body(message);
        }

        @Override
        public Body streamPing(Message.StreamPing message) {
            return STREAM_PING.body(message);
        }
    }

    private static Out name(Out out, NodeName name) {
        return out.value(name, KernelForms.NODE_NAME);
    }

    private static NodeName name(In in) throws MalformedException {
        return in.value(KernelForms.NODE_NAME);
    }

    private static void question(Out out, long seq, NodeName target, NodeName source, long sourceInstance) {
        name(name(out.i64(seq), target), source).i64(sourceInstance);
    }

    private static void claim(Out out, NodeName name, long incarnation, NodeName accuser) {
        name(name(out, name).i64(incarnation), accuser);
    }

    private static Message.Ack ack(In in) throws MalformedException {
        Message.Ack ack = new Message.Ack(in.i64(), in.i64());
        in.part(MAX_LATER);
        return ack;
    }

    private static void sync(Message.Sync m, Out out) {
        out.flag(m.join())
                .text(m.pool(), MAX_POOL)
                .text(m.datacenter(), MAX_POOL)
                .value(m.id(), KernelForms.NODE_ID);
        name(out, m.name()).endpoint(m.address()).optional(m.cluster(), KernelForms.CLUSTER);
        out.u8(m.protocolMin()).u8(m.protocolMax()).i64(m.digest()).count(m.count(), MAX_MEMBERS);
    }

    private static Message.Sync sync(In in) throws MalformedException {
        return new Message.Sync(
                in.flag(),
                in.text(MAX_POOL),
                in.text(MAX_POOL),
                in.value(KernelForms.NODE_ID),
                name(in),
                in.endpoint(),
                in.optional(KernelForms.CLUSTER),
                in.u8(),
                in.u8(),
                in.i64(),
                in.count(MAX_MEMBERS));
    }

    private static void entry(Message.Entry entry, Out out) {
        out.value(entry.state(), STATE_OF_MEMBER)
                .i64(entry.incarnation())
                .i64(entry.ageMs())
                .part(entry.record(), PeerRecord.FORM, PeerRecord.MAX_BYTES);
    }

    private static Message.Entry entry(In in) throws MalformedException {
        MemberState state = in.value(STATE_OF_MEMBER);
        long incarnation = in.counter();
        long age = in.counter();
        PeerRecord record = in.part(PeerRecord.FORM, PeerRecord.MAX_BYTES);
        if (incarnation < record.incarnation()) {
            throw new MalformedException("a claim below the record");
        }
        return new Message.Entry(record, state, incarnation, age);
    }

    /** Ends at a character that is whole. */
    private static String cut(String text) {
        String shorter = text;
        while (shorter.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT) {
            shorter = shorter.substring(0, shorter.offsetByCodePoints(shorter.length(), -1));
        }
        return shorter;
    }

    /** Number of a state on the wire. */
    static int code(MemberState state) {
        return switch (state) {
            case ALIVE -> 0;
            case SUSPECT -> 1;
            case LEAVING -> 2;
            case FAILED -> 3;
            case LEFT -> 4;
        };
    }
}
