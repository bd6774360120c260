package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.membership.MemberState;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
                Extras.of(new byte[] {1, 2, 0, 2, 9, 9, 1, 3, 0, 0}));
    }

    private static List<Message> datagramMessages() throws Exception {
        return List.of(
                new Message.Ping(1, Lab.name("a"), Lab.name("b"), -5),
                new Message.PingReq(-1, 6, Lab.name("a"), Lab.address(3)),
                new Message.Ack(Long.MIN_VALUE, 3),
                new Message.Nack(4),
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
    @ValueSource(ints = {9, 10, 11, 13, 19, 20, 200})
    void unknownTypesAreSkippedByTheirLengthAndCounted(int type) throws Exception {
        byte[] known = Wire.encodePacket(5, List.of(new Message.Nack(4)));
        byte[] with = ByteBuffer.allocate(known.length + 3 + 4 + 3 + 8)
                .put(known)
                .put((byte) type)
                .putShort((short) 4)
                .putInt(99)
                .put((byte) 4)
                .putShort((short) 8)
                .putLong(6)
                .array();
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
        extended[10]++;
        assertThatThrownBy(() -> Wire.decodePacket(ByteBuffer.wrap(extended))).isInstanceOf(MalformedException.class);
    }

    @Test
    void lengthsThatPromiseMoreThanThereIsTakeNoMemory() {
        byte[] huge = ByteBuffer.allocate(1 + 4 + 8 + 4)
                .put((byte) 22)
                .putInt(12)
                .putLong(0)
                .putInt(10_000)
                .array();
        assertThatThrownBy(() -> Wire.decodeStream(ByteBuffer.wrap(huge))).isInstanceOf(MalformedException.class);
        byte[] more =
                ByteBuffer.allocate(5).put((byte) 22).putInt(Integer.MAX_VALUE).array();
        assertThatThrownBy(() -> Wire.decodeStream(ByteBuffer.wrap(more))).isInstanceOf(MalformedException.class);
    }

    @Test
    void tagsAreMeasuredAsTheyTravel() {
        assertThat(Wire.tagsSize(Map.of("é", "ab"))).isEqualTo(4 + 2 + 2);
        assertThat(Wire.tagsSize(new TreeMap<>())).isZero();
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
}
