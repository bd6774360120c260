package io.quorate.membership.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.codec.Out;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Incarnation;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.MemberState;
import io.quorate.membership.swim.Extras;
import io.quorate.membership.swim.Message;
import io.quorate.membership.swim.PeerRecord;
import io.quorate.membership.swim.Snapshots;
import io.quorate.membership.swim.Swim;
import io.quorate.membership.swim.Wire;
import io.quorate.runtime.Disk;
import io.quorate.testing.Fault;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As many members as are ever kept, each as large as it may be, are sent, written and read again. */
class GossipBoundsTest {
    private static final ClusterRef CLUSTER =
            new ClusterRef(new ClusterId(new UUID(1, 1)), new Incarnation(Integer.MAX_VALUE, new UUID(2, 2)));

    private static Endpoint address() throws Exception {
        return new Endpoint(InetAddress.getByName("fd00::1"), 65535);
    }

    private static PeerRecord largest() throws Exception {
        TreeMap<String, String> tags = new TreeMap<>(Map.of("k", "v".repeat(Wire.MAX_TAGS - 1 - 2 - 2)));
        assertThat(Wire.tagsSize(tags)).isEqualTo(Wire.MAX_TAGS);
        byte[] extras = new Out()
                .u16(1)
                .blob(new byte[Extras.MAX_BYTES - 4], Extras.MAX_BYTES)
                .bytes();
        assertThat(extras).hasSize(Extras.MAX_BYTES);
        return new PeerRecord(
                new NodeName("\uD83D\uDE80".repeat(32)),
                new NodeId(new UUID(3, 3)),
                Long.MAX_VALUE,
                (1L << 62) - 1,
                address(),
                CLUSTER,
                tags,
                new PeerRecord.Protocols(1, 255, 255),
                Extras.of(extras));
    }

    private static List<Message.Entry> fullHouse() throws Exception {
        return Collections.nCopies(
                Wire.MAX_MEMBERS, new Message.Entry(largest(), MemberState.FAILED, (1L << 62) - 1, (1L << 62) - 1));
    }

    @Fault(
            line = "B4",
            fault = "gossip holds as many members as it may, each as large as it may be",
            seen = "they fit in one message of a stream and in the file of known members, and are read as they were")
    @Test
    void aFullHouseOfTheLargestMembersIsSentAndKept(@TempDir Path folder) throws Exception {
        Message.State state = new Message.State((1L << 62) - 1, fullHouse());
        byte[] sent = Wire.encodeStream(state);
        assertThat(sent.length).isLessThanOrEqualTo(PacketCodec.MAX_STREAM_MESSAGE);
        assertThat(Wire.decodeStream(ByteBuffer.wrap(sent))).isEqualTo(state);
        Snapshots all = new Snapshots(Collections.nCopies(Wire.MAX_MEMBERS, address()), fullHouse());
        try (GossipFolder files = new GossipFolder(Disk.real(), folder)) {
            files.keep(all);
        }
        try (GossipFolder files = new GossipFolder(Disk.real(), folder)) {
            assertThat(files.members()).isEqualTo(all);
        }
    }

    @Fault(
            line = "A6",
            fault = "the file of incarnations holds a number that forged gossip drove up, from an earlier version",
            seen = "the agent begins at 1 again, and a warning says why")
    @Test
    void aSpoiltIncarnationOnDiskIsHealedByARestart(@TempDir Path folder) throws Exception {
        try (GossipFolder files = new GossipFolder(Disk.real(), folder)) {
            for (long spoilt : new long[] {Swim.SPOILT_INCARNATION, (1L << 62) - 1, 1L << 62, Long.MAX_VALUE}) {
                files.raise(spoilt);
                assertThat(files.firstIncarnation()).isEqualTo(1);
            }
            files.raise(Swim.SPOILT_INCARNATION - 1);
            assertThat(files.firstIncarnation()).isEqualTo(Swim.SPOILT_INCARNATION - 1);
        }
    }

    @Fault(
            line = "A8",
            fault = "the files of gossip, which hold no promise, are empty or damaged",
            seen =
                    "the agent starts as if they were missing: members are found again, and its incarnation is corrected by them")
    @Test
    void damagedFilesOfGossipRefuseNoStart(@TempDir Path folder) throws Exception {
        for (String content : List.of("", "\n", "x", "-5", "99999999999999999999")) {
            Files.writeString(folder.resolve("incarnation"), content);
            Files.writeString(folder.resolve("members"), content);
            try (GossipFolder files = new GossipFolder(Disk.real(), folder)) {
                assertThat(files.firstIncarnation()).as(content).isEqualTo(1);
                assertThat(files.members()).as(content).isEqualTo(Snapshots.EMPTY);
                files.raise(7);
                assertThat(files.firstIncarnation()).isEqualTo(7);
            }
        }
    }

    @Test
    void aRefusalThatIsTooLongIsCutAtACharacter() throws Exception {
        Message.Refused refused =
                new Message.Refused(Message.Reason.CLUSTER, "x" + "\uD83D\uDE80".repeat(700), CLUSTER, address());
        Message read = Wire.decodeStream(ByteBuffer.wrap(Wire.encodeStream(refused)));
        assertThat(read)
                .isEqualTo(new Message.Refused(
                        Message.Reason.CLUSTER, "x" + "\uD83D\uDE80".repeat(255), CLUSTER, address()));
    }
}
