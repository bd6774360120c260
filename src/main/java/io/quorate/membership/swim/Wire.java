package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.MemberState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Messages as bytes and back. Numbers of types are never used again for something else; fields are only appended. */
public final class Wire {
    /** Largest encoded tags. */
    public static final int MAX_TAGS = 512;

    public static final int MAX_MEMBERS = 10_000;
    private static final int MAX_TEXT = 1024;
    private static final int MAX_POOL = 128;
    private static final int PING = 1;
    private static final int PING_REQ = 2;
    private static final int ACK = 3;
    private static final int NACK = 4;
    private static final int ALIVE = 5;
    private static final int SUSPECT = 6;
    private static final int FAILED = 7;
    private static final int LEAVE = 8;
    private static final int CONFLICT = 12;
    private static final int SYNC = 20;
    private static final int SAME = 21;
    private static final int STATE = 22;
    private static final int REFUSED = 23;
    private static final int STREAM_PING = 24;
    /** Instance before the first message of a datagram. */
    static final int PACKET_OVERHEAD = 8;
    /** Type and length before a body in a datagram. */
    private static final int FRAME_OVERHEAD = 3;

    private Wire() {}

    /** One datagram: which instance it is for, and what it says. */
    public static byte[] encodePacket(long forInstance, List<Message> messages) {
        WireWriter out = new WireWriter(512).u64(forInstance);
        for (Message message : messages) {
            byte[] body = body(message);
            out.u8(type(message)).u16(body.length).raw(body);
        }
        return out.done();
    }

    /** One message of a stream. */
    public static byte[] encodeStream(Message message) {
        byte[] body = body(message);
        return new WireWriter(body.length + 5)
                .u8(type(message))
                .u32(body.length)
                .raw(body)
                .done();
    }

    /**
     * @throws MalformedException when any message in it is not whole and well-formed: then none of it counts
     */
    public static Packet decodePacket(ByteBuffer bytes) throws MalformedException {
        WireReader in = new WireReader(bytes);
        long forInstance = in.u64();
        List<Message> messages = new ArrayList<>();
        int unknown = 0;
        while (in.remaining() > 0) {
            int type = in.u8();
            WireReader body = in.part(in.u16());
            Message message = type < SYNC ? decode(type, body) : null;
            if (message == null) {
                unknown++;
            } else {
                body.end();
                messages.add(message);
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
        WireReader in = new WireReader(bytes);
        int type = in.u8();
        WireReader body = in.part(in.count(Integer.MAX_VALUE));
        in.end();
        Message message = type >= SYNC || type == ACK ? decode(type, body) : null;
        if (message != null) {
            body.end();
        }
        return message;
    }

    /** What was read from a datagram. */
    public record Packet(long forInstance, List<Message> messages, int unknownTypes) {}

    /** Bytes that it takes in a datagram. */
    static int size(Message message) {
        if (message instanceof Message.Alive alive) {
            return FRAME_OVERHEAD + 2 + alive.record().size();
        }
        return FRAME_OVERHEAD + body(message).length;
    }

    static byte[] encode(PeerRecord record) {
        WireWriter out = new WireWriter(256)
                .name(record.name())
                .uuid(record.id().value())
                .u64(record.instance())
                .u64(record.incarnation())
                .endpoint(record.address())
                .cluster(record.cluster())
                .u8(record.protocols().min())
                .u8(record.protocols().max())
                .u8(record.protocols().current())
                .u16(record.tags().size());
        record.tags().forEach((key, value) -> out.text(key).text(value));
        return out.raw(record.extras().bytes()).done();
    }

    /** Size of the tags as they travel. */
    public static int tagsSize(Map<String, String> tags) {
        int size = 0;
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            size += 4
                    + tag.getKey().getBytes(StandardCharsets.UTF_8).length
                    + tag.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        return size;
    }

    private static int type(Message message) {
        if (message instanceof Message.Ping) {
            return PING;
        } else if (message instanceof Message.PingReq) {
            return PING_REQ;
        } else if (message instanceof Message.Ack) {
            return ACK;
        } else if (message instanceof Message.Nack) {
            return NACK;
        } else if (message instanceof Message.Alive) {
            return ALIVE;
        } else if (message instanceof Message.Suspect) {
            return SUSPECT;
        } else if (message instanceof Message.Failed) {
            return FAILED;
        } else if (message instanceof Message.Leave) {
            return LEAVE;
        } else if (message instanceof Message.Conflict) {
            return CONFLICT;
        } else if (message instanceof Message.Sync) {
            return SYNC;
        } else if (message instanceof Message.Same) {
            return SAME;
        } else if (message instanceof Message.State) {
            return STATE;
        } else if (message instanceof Message.Refused) {
            return REFUSED;
        }
        return STREAM_PING;
    }

    private static byte[] body(Message message) {
        WireWriter out = new WireWriter(128);
        if (message instanceof Message.Ping m) {
            out.u64(m.seq()).name(m.target()).name(m.source()).u64(m.sourceInstance());
        } else if (message instanceof Message.PingReq m) {
            out.u64(m.seq()).u64(m.sourceInstance()).name(m.target()).endpoint(m.address());
        } else if (message instanceof Message.Ack m) {
            out.u64(m.seq()).u64(m.instance()).u16(0);
        } else if (message instanceof Message.Nack m) {
            out.u64(m.seq());
        } else if (message instanceof Message.Alive m) {
            record(out, m.record());
        } else if (message instanceof Message.Suspect m) {
            out.name(m.name()).u64(m.incarnation()).name(m.accuser());
        } else if (message instanceof Message.Failed m) {
            out.name(m.name()).u64(m.incarnation()).name(m.accuser());
        } else if (message instanceof Message.Leave m) {
            out.u8(m.phase().code()).name(m.name()).u64(m.incarnation()).u64(m.instance());
            out.flag(m.prune());
        } else if (message instanceof Message.Conflict m) {
            out.name(m.name()).u64(m.instance());
        } else if (message instanceof Message.Sync m) {
            sync(out, m);
        } else if (message instanceof Message.Same m) {
            out.u64(m.clock());
        } else if (message instanceof Message.State m) {
            out.u64(m.clock()).u32(m.entries().size());
            for (Message.Entry entry : m.entries()) {
                out.u8(code(entry.state())).u64(entry.incarnation()).u64(entry.ageMs());
                record(out, entry.record());
            }
        } else if (message instanceof Message.Refused m) {
            out.u8(m.reason().code()).text(cut(m.text())).cluster(m.cluster()).flag(m.address() != null);
            if (m.address() != null) {
                out.endpoint(m.address());
            }
        } else if (message instanceof Message.StreamPing m) {
            out.u64(m.seq()).name(m.target()).name(m.source()).u64(m.sourceInstance());
        }
        return out.done();
    }

    /** Ends at a character that is whole. */
    private static String cut(String text) {
        String shorter = text;
        while (shorter.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT) {
            shorter = shorter.substring(0, shorter.offsetByCodePoints(shorter.length(), -1));
        }
        return shorter;
    }

    private static void record(WireWriter out, PeerRecord record) {
        byte[] encoded = encode(record);
        out.u16(encoded.length).raw(encoded);
    }

    private static void sync(WireWriter out, Message.Sync m) {
        out.flag(m.join()).text(m.pool()).text(m.datacenter()).uuid(m.id().value());
        out.name(m.name()).endpoint(m.address()).cluster(m.cluster());
        out.u8(m.protocolMin()).u8(m.protocolMax()).u64(m.digest()).u32(m.count());
    }

    private static @Nullable Message decode(int type, WireReader in) throws MalformedException {
        return switch (type) {
            case PING -> new Message.Ping(in.u64(), in.name(), in.name(), in.u64());
            case PING_REQ -> new Message.PingReq(in.u64(), in.u64(), in.name(), in.endpoint());
            case ACK -> ack(in);
            case NACK -> new Message.Nack(in.u64());
            case ALIVE -> new Message.Alive(record(in));
            case SUSPECT -> new Message.Suspect(in.name(), in.counter(), in.name());
            case FAILED -> new Message.Failed(in.name(), in.counter(), in.name());
            case LEAVE -> new Message.Leave(phase(in.u8()), in.name(), in.counter(), in.u64(), in.flag());
            case CONFLICT -> new Message.Conflict(in.name(), in.u64());
            case SYNC ->
                new Message.Sync(
                        in.flag(),
                        in.text(MAX_POOL),
                        in.text(MAX_POOL),
                        new NodeId(in.uuid()),
                        in.name(),
                        in.endpoint(),
                        in.cluster(),
                        in.u8(),
                        in.u8(),
                        in.u64(),
                        in.count(MAX_MEMBERS));
            case SAME -> new Message.Same(in.counter());
            case STATE -> state(in);
            case REFUSED -> refused(in);
            case STREAM_PING -> new Message.StreamPing(in.u64(), in.name(), in.name(), in.u64());
            default -> null;
        };
    }

    private static Message ack(WireReader in) throws MalformedException {
        long seq = in.u64();
        long instance = in.u64();
        // Coordinates of a later version travel here.
        in.part(in.u16());
        return new Message.Ack(seq, instance);
    }

    private static Message state(WireReader in) throws MalformedException {
        long clock = in.counter();
        int count = in.count(MAX_MEMBERS);
        List<Message.Entry> entries = new ArrayList<>(Math.min(count, in.remaining() / 64 + 1));
        for (int i = 0; i < count; i++) {
            MemberState state = memberState(in.u8());
            long incarnation = in.counter();
            long age = in.counter();
            PeerRecord record = record(in);
            if (incarnation < record.incarnation()) {
                throw new MalformedException("claim below the record");
            }
            entries.add(new Message.Entry(record, state, incarnation, age));
        }
        return new Message.State(clock, entries);
    }

    private static Message refused(WireReader in) throws MalformedException {
        return new Message.Refused(reason(in.u8()), in.text(MAX_TEXT), in.cluster(), in.flag() ? in.endpoint() : null);
    }

    private static PeerRecord record(WireReader outer) throws MalformedException {
        WireReader in = outer.part(outer.u16());
        NodeName name = in.name();
        NodeId id = new NodeId(in.uuid());
        long instance = in.u64();
        long incarnation = in.counter();
        Endpoint address = in.endpoint();
        var cluster = in.cluster();
        var protocols = new PeerRecord.Protocols(in.u8(), in.u8(), in.u8());
        int count = in.u16();
        int before = in.remaining();
        SortedMap<String, String> tags = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            tags.put(in.text(MAX_TAGS), in.text(MAX_TAGS));
            if (before - in.remaining() > MAX_TAGS) {
                throw new MalformedException("tags too large");
            }
        }
        if (tags.size() != count || instance == 0 || protocols.min() < 1 || protocols.min() > protocols.max()) {
            throw new MalformedException("record");
        }
        if (in.remaining() > Extras.MAX_BYTES) {
            throw new MalformedException("extras of " + in.remaining() + " bytes");
        }
        byte[] extras = in.bytes(in.remaining());
        WireReader check = new WireReader(ByteBuffer.wrap(extras));
        while (check.remaining() > 0) {
            check.u16();
            check.part(check.u16());
        }
        return new PeerRecord(name, id, instance, incarnation, address, cluster, tags, protocols, Extras.of(extras));
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

    private static MemberState memberState(int code) throws MalformedException {
        for (MemberState state : MemberState.values()) {
            if (code(state) == code) {
                return state;
            }
        }
        throw new MalformedException("state " + code);
    }

    private static Message.Phase phase(int code) throws MalformedException {
        for (Message.Phase phase : Message.Phase.values()) {
            if (phase.code() == code) {
                return phase;
            }
        }
        throw new MalformedException("phase " + code);
    }

    private static Message.Reason reason(int code) throws MalformedException {
        for (Message.Reason reason : Message.Reason.values()) {
            if (reason.code() == code) {
                return reason;
            }
        }
        throw new MalformedException("reason " + code);
    }
}
