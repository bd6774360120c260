package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What founding writes to disk and to others is read back as it was, and nothing else is read at all. */
class CodecTest {
    private static final ClusterId CLUSTER = new ClusterId(new UUID(1, 2));

    private static Charter charter(int founders) {
        return new Charter(
                CLUSTER,
                new Datacenter("dc1"),
                IntStream.range(0, founders)
                        .mapToObj(i -> new Founder(new ServerId(new UUID(9, i)), new NodeName("n".repeat(128))))
                        .toList());
    }

    private static List<Standing> standings() {
        ClusterRef ref = ClusterRef.founded(CLUSTER);
        return List.of(
                new Standing.Blank(null),
                new Standing.Blank(ref),
                new Standing.Pledged(charter(3)),
                new Standing.Withdrawn(charter(64)),
                new Standing.Member(ref, "token", false, charter(1)),
                new Standing.Member(ref, "token", true, null));
    }

    private static FoundingRecord record(Standing standing) {
        SortedSet<ClusterId> refused = new TreeSet<>(List.of(new ClusterId(new UUID(5, 5)), CLUSTER));
        return new FoundingRecord(new ServerId(new UUID(9, 0)), new NodeName("a"), 7, refused, standing);
    }

    private static Word word(Charter charter) {
        return new Word(
                charter.founders().get(0).id(),
                new NodeName("a"),
                new Datacenter("dc1"),
                charter.expect(),
                7,
                Word.Kind.PLEDGED,
                charter,
                null,
                false,
                ClusterRef.founded(CLUSTER),
                CLUSTER);
    }

    @Test
    void everyRecordIsReadAsItWasWritten() throws IOException {
        for (Standing standing : standings()) {
            assertThat(RecordFile.decode(RecordFile.encode(record(standing)))).isEqualTo(record(standing));
        }
    }

    @Test
    void aRecordThatIsCutOrChangedAnywhereIsRefused() {
        byte[] bytes = RecordFile.encode(record(new Standing.Pledged(charter(2))));
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 0x40;
            assertThatThrownBy(() -> RecordFile.decode(changed)).isInstanceOf(IOException.class);
            byte[] cut = Arrays.copyOf(bytes, i);
            assertThatThrownBy(() -> RecordFile.decode(cut)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anUnreadableRecordNamesTheFileAndTheWayOut(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve(RecordFile.NAME), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> new RecordFile(folder).read())
                .isInstanceOf(FoundingException.class)
                .hasMessageContaining(folder.resolve(RecordFile.NAME).toString())
                .hasMessageContaining("move the whole data directory away");
    }

    @Test
    void everyMessageIsReadAsItWasSentAndTheLargestFits() throws IOException {
        for (int founders : new int[] {1, 3, 64}) {
            Word word = word(charter(founders));
            assertThat(Message.decodeWord(Message.encode(word))).isEqualTo(word);
            for (Message.Purpose purpose : Message.Purpose.values()) {
                ClusterRef cluster = purpose == Message.Purpose.ASK ? null : ClusterRef.founded(CLUSTER);
                Message message = new Message(purpose, word, new ServerId(new UUID(3, 3)), CLUSTER, cluster);
                byte[] bytes = message.encode();
                assertThat(bytes.length).isLessThanOrEqualTo(Message.MAX_BYTES);
                assertThat(Message.decode(bytes)).isEqualTo(message);
            }
        }
    }

    @Test
    void randomAndDamagedBytesAreRefusedAndNeverMoreThanThat() {
        Random random = new Random(1);
        byte[] good =
                new Message(Message.Purpose.ASK, word(charter(3)), new ServerId(new UUID(3, 3)), null, null).encode();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(300)] : good.clone();
            if (i % 2 == 0) {
                random.nextBytes(bytes);
            } else {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Message.decode(bytes);
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
        assertThatThrownBy(() -> Message.decode(new byte[Message.MAX_BYTES + 1]))
                .hasMessageContaining("too many");
    }

    @Test
    void aWordThatContradictsItselfCannotBeMade() {
        Charter charter = charter(2);
        assertThatThrownBy(() -> new Word(
                        new ServerId(new UUID(8, 8)),
                        new NodeName("a"),
                        new Datacenter("dc1"),
                        new Expect(2),
                        1,
                        Word.Kind.PLEDGED,
                        charter,
                        null,
                        false,
                        null,
                        null))
                .hasMessageContaining("not a founder");
    }
}
