package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.codec.MalformedException;
import io.quorate.codec.OtherVersionException;
import io.quorate.codec.Out;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.membership.MemberState;
import io.quorate.membership.UserEvent;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {
    private static final ClusterRef CLUSTER = ClusterRef.founded(ClusterId.of("11111111-1111-1111-1111-111111111111"));

    private static PeerRecord full(long incarnation) throws Exception {
        PeerRecord plain = Lab.record("näme", 7, incarnation, 9, CLUSTER, Map.of("ключ", "wert", "b", ""));
        return new PeerRecord(
                plain.name(),
                plain.id(),
                plain.instance(),
                incarnation,
                new Endpoint(InetAddress.getByName("fd00::1"), 65535),
                CLUSTER,
                plain.tags(),
                new PeerRecord.Protocols(1, 4, 2),
                Extras.of(new byte[] {1, 2, 2, 9, 9, 1, 3, 0}));
    }

    private static List<Message> datagramMessages() throws Exception {
        return List.of(
                new Message.Ping(1, Lab.name("a"), Lab.name("b"), -5),
                new Message.PingReq(-1, 6, Lab.name("a"), Lab.address(3)),
                new Message.Ack(Long.MIN_VALUE, 3),
                new Message.Nack(4),
                new Message.Event(new UserEvent(7, new UUID(-1, 1), new byte[] {1, 0, -1})),
                new Message.Alive(full(3)),
                new Message.Suspect(Lab.name("a"), 4, Lab.name("b")),
                new Message.Failed(Lab.name("a"), 5, Lab.name("b")),
                new Message.Leave(Message.Phase.FORCED, Lab.name("a"), 6, 7, true),
                new Message.Conflict(Lab.name("a"), 8));
    }

    private static List<Message> streamMessages() throws Exception {
        return List.of(
                new Message.Sync(
                        true, "lan", "dc1", full(1).id(), Lab.name("a"), Lab.address(1), CLUSTER, 1, 3, -9, 10_000),
                new Message.Sync(false, "", "", full(1).id(), Lab.name("a"), Lab.address(1), null, 1, 1, 0, 0),
                new Message.Same(9),
                new Message.State(
                        3,
                        List.of(
                                new Message.Entry(full(3), MemberState.LEAVING, 4, 0),
                                new Message.Entry(full(4), MemberState.FAILED, 4, 99))),
                new Message.Refused(Message.Reason.CLUSTER, "because", CLUSTER, Lab.address(2)),
                new Message.Refused(Message.Reason.POOL, "", null, null),
                new Message.StreamPing(1, Lab.name("a"), Lab.name("b"), 2),
                new Message.Ack(1, 2));
    }

    @Test
    void everyMessageComesBackAsItWas() throws Exception {
        Set<Class<?>> here = new HashSet<>();
        datagramMessages().forEach(message -> here.add(message.getClass()));
        streamMessages().forEach(message -> here.add(message.getClass()));
        assertThat(here).containsExactlyInAnyOrder(Message.class.getPermittedSubclasses());
        byte[] packet = Wire.encodePacket(77, datagramMessages());
        Wire.Packet read = Wire.decodePacket(ByteBuffer.wrap(packet));
        assertThat(read).isEqualTo(new Wire.Packet(77, datagramMessages(), 0));
        int sizes = datagramMessages().stream().mapToInt(Wire::size).sum();
        assertThat(packet).hasSize(Wire.PACKET_OVERHEAD + sizes);
        for (Message message : streamMessages()) {
            assertThat(Wire.decodeStream(ByteBuffer.wrap(Wire.encodeStream(message))))
                    .isEqualTo(message);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10, 11, 14, 19, 20, 200})
    void unknownTypesAreSkippedByTheirLengthAndCounted(int type) throws Exception {
        byte[] known = Wire.encodePacket(5, List.of(new Message.Nack(4)));
        byte[] with = new Out()
                .raw(known)
                .u8(type)
                .blob(new byte[] {0, 0, 0, 99}, 4)
                .u8(4)
                .blob(new Out().i64(6).bytes(), 8)
                .bytes();
        assertThat(Wire.decodePacket(ByteBuffer.wrap(with)))
                .isEqualTo(new Wire.Packet(5, List.of(new Message.Nack(4), new Message.Nack(6)), 1));
    }

    @Test
    void oneBadBodySpoilsTheWholePacket() throws Exception {
        for (Message bad : List.of(
                new Message.Suspect(Lab.name("a"), 1L << 62, Lab.name("b")),
                new Message.Alive(full(-1)),
                new Message.Failed(Lab.name("a"), Long.MAX_VALUE, Lab.name("b")))) {
            byte[] bytes = Wire.encodePacket(5, List.of(new Message.Nack(4), bad));
            assertThatThrownBy(() -> Wire.decodePacket(ByteBuffer.wrap(bytes))).isInstanceOf(MalformedException.class);
        }
        byte[] longer = Wire.encodePacket(5, List.of(new Message.Nack(4)));
        byte[] extended = Arrays.copyOf(longer, longer.length + 1);
        extended[9]++;
        assertThatThrownBy(() -> Wire.decodePacket(ByteBuffer.wrap(extended))).isInstanceOf(MalformedException.class);
    }

    @Test
    void lengthsThatPromiseMoreThanThereIsTakeNoMemory() {
        byte[] huge = new Out().u8(22).i64(0).count(10_000, 10_000).bytes();
        assertThatThrownBy(() -> Wire.decodeStream(ByteBuffer.wrap(huge)))
                .isInstanceOf(MalformedException.class)
                .hasMessage("cut off");
        byte[] more = new Out().u8(22).i64(0).count(10_001, 10_001).bytes();
        assertThatThrownBy(() -> Wire.decodeStream(ByteBuffer.wrap(more)))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("at most 10000");
        byte[] body = new Out().i64(5).u8(4).count(0xffff, 0xffff).bytes();
        assertThatThrownBy(() -> Wire.decodePacket(ByteBuffer.wrap(body)))
                .isInstanceOf(MalformedException.class)
                .hasMessage("cut off");
    }

    /** Every record and every name is shorter than in format 1: no packet carries less news than before. */
    @Test
    void anOrdinaryMembersNewsFitsMoreOftenThanBefore() throws Exception {
        PeerRecord server = Lab.record(
                "server-1.rack-7.example",
                7,
                3,
                9,
                CLUSTER,
                Map.of("role", "server", "expect", "3", "id", "11111111-1111-1111-1111-111111111111"));
        int before = 3 + 2 + 2 + 23 + 16 + 8 + 8 + 7 + 37 + 3 + 2 + (4 + 4 + 6) + (4 + 6 + 1) + (4 + 2 + 36);
        assertThat(Wire.size(new Message.Alive(server))).isLessThan(before);
        assertThat(Wire.size(new Message.Suspect(server.name(), 3, server.name())))
                .isEqualTo(1 + 1 + 24 + 8 + 24);
    }

    @Test
    void aPacketCutAnywhereWithinAMessageIsRefused() throws Exception {
        for (Message message : datagramMessages()) {
            byte[] whole = Wire.encodePacket(1, List.of(message));
            for (int length = 0; length < whole.length; length++) {
                byte[] part = Arrays.copyOf(whole, length);
                if (length != Wire.PACKET_OVERHEAD) {
                    assertThatThrownBy(() -> Wire.decodePacket(ByteBuffer.wrap(part)))
                            .as("%s bytes of %s", part.length, message)
                            .isInstanceOf(MalformedException.class);
                }
            }
        }
        for (Message message : streamMessages()) {
            byte[] whole = Wire.encodeStream(message);
            for (int length = 0; length < whole.length; length++) {
                byte[] part = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> Wire.decodeStream(ByteBuffer.wrap(part)))
                        .as("%s bytes of %s", part.length, message)
                        .isInstanceOf(MalformedException.class);
            }
        }
    }

    @Test
    void tagsAndLaterFieldsBeyondTheirBoundsAreRefused() throws Exception {
        PeerRecord plain = full(1);
        PeerRecord tagged = new PeerRecord(
                plain.name(),
                plain.id(),
                plain.instance(),
                1,
                plain.address(),
                null,
                new TreeMap<>(Map.of("k", "v".repeat(Wire.MAX_TAGS))),
                plain.protocols(),
                Extras.NONE);
        assertThatThrownBy(() -> Wire.encodeStream(
                        new Message.State(0, List.of(new Message.Entry(tagged, MemberState.ALIVE, 1, 0)))))
                .isInstanceOf(IllegalArgumentException.class);
        byte[] later = new byte[Extras.MAX_BYTES + 1];
        assertThatThrownBy(() -> Extras.FORM.of(later))
                .isInstanceOf(MalformedException.class)
                .hasMessage("257 bytes of later fields, at most 256 are allowed");
        assertThatThrownBy(() -> Extras.FORM.of(new byte[] {0, 1, 5, 1})).isInstanceOf(MalformedException.class);
    }

    @Test
    void tagsAreMeasuredAsTheyTravel() {
        assertThat(Wire.tagsSize(Map.of("é", "ab"))).isEqualTo(1 + 3 + 3);
        assertThat(Wire.tagsSize(new TreeMap<>())).isEqualTo(1);
    }

    @Test
    void aHundredThousandBrokenMessagesAreRefusedWithNothingElse() throws Exception {
        Random random = new Random(11);
        byte[] packet = Wire.encodePacket(77, datagramMessages());
        List<byte[]> streams = new ArrayList<>();
        for (Message message : streamMessages()) {
            streams.add(Wire.encodeStream(message));
        }
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] base = random.nextBoolean() ? packet : streams.get(random.nextInt(streams.size()));
            byte[] bytes = switch (random.nextInt(3)) {
                case 0 -> Arrays.copyOf(base, random.nextInt(base.length));
                case 1 -> flipped(base, random);
                default -> random(random);
            };
            refused += refused(bytes, true) + refused(bytes, false);
        }
        assertThat(refused).isGreaterThan(100_000);
    }

    private static int refused(byte[] bytes, boolean stream) {
        try {
            if (stream) {
                Wire.decodeStream(ByteBuffer.wrap(bytes));
            } else {
                Wire.decodePacket(ByteBuffer.wrap(bytes));
            }
            return 0;
        } catch (MalformedException e) {
            return 1;
        }
    }

    private static byte[] flipped(byte[] base, Random random) {
        byte[] bytes = base.clone();
        for (int i = 0; i <= random.nextInt(4); i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static byte[] random(Random random) {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void aSnapshotComesBackAsItWasAndABrokenOneIsRefused() throws Exception {
        Snapshots snapshot = new Snapshots(
                List.of(Lab.address(1), Lab.address(2)), List.of(new Message.Entry(full(3), MemberState.FAILED, 3, 0)));
        byte[] bytes = snapshot.encode();
        assertThat(Snapshots.decode(bytes)).isEqualTo(snapshot);
        for (int i = 0; i < bytes.length; i++) {
            byte[] broken = bytes.clone();
            broken[i] ^= 4;
            assertThatThrownBy(() -> Snapshots.decode(broken)).isInstanceOf(MalformedException.class);
        }
        assertThatThrownBy(() -> Snapshots.decode(new byte[2])).isInstanceOf(MalformedException.class);
    }

    @Test
    void aSnapshotOfTheFirstFormatIsRefusedByItsVersion() {
        byte[] body = new Out().raw(new byte[] {'Q', 'G', 'S', '1'}).i32(0).bytes();
        CRC32C crc = new CRC32C();
        crc.update(body);
        byte[] first = new Out().raw(body).i32((int) crc.getValue()).bytes();
        assertThatThrownBy(() -> Snapshots.decode(first))
                .isInstanceOf(OtherVersionException.class)
                .hasMessage("a list of known members of format 1, this version of the agent reads format 2");
    }
}
