package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Testimony;
import io.quorate.bootstrap.Word;
import io.quorate.codec.MalformedException;
import io.quorate.codec.OtherVersionException;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
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
                new Standing.Blank(ref, charter(2), "raft/log is missing"),
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
                FoundingState.PLEDGED,
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
                        FoundingState.PLEDGED,
                        charter,
                        null,
                        false,
                        null,
                        null))
                .hasMessageContaining("not a founder");
    }

    private static final ServerId ONE = new ServerId(new UUID(9, 0));

    private static Attestation attestation(boolean full) {
        return new Attestation(
                ONE,
                new UUID(4, 4),
                Attestation.Phase.RUNNING,
                7,
                full ? ClusterRef.founded(CLUSTER) : null,
                full ? Collections.nCopies(255, ONE) : List.of(),
                full,
                full ? Testimony.Place.EXPELLED : Testimony.Place.NONE,
                full ? new Endpoint(InetAddress.getLoopbackAddress(), 8300) : null,
                full ? ONE : null,
                full ? "f".repeat(64) : FolderProof.NONE);
    }

    private interface Reader {
        Object read(byte[] bytes) throws IOException;
    }

    private static void isReadWholeOrNotAtAllAndInOneVersionOnly(byte[] bytes, Reader reader, Object value)
            throws IOException {
        assertThat(reader.read(bytes)).isEqualTo(value);
        for (int length = 0; length <= bytes.length + 1; length++) {
            byte[] other = Arrays.copyOf(bytes, length);
            if (length != bytes.length) {
                assertThatThrownBy(() -> reader.read(other))
                        .as("%s bytes of %s", length, value)
                        .isInstanceOf(MalformedException.class);
            }
        }
        byte[] old = bytes.clone();
        old[0] = 1;
        assertThatThrownBy(() -> reader.read(old))
                .isInstanceOf(OtherVersionException.class)
                .hasMessageContaining("of format 1, this version of the agent reads format 2");
    }

    @Test
    void whatGoesOverTheServerPortIsReadWholeOrNotAtAll() throws IOException {
        Message message =
                new Message(Message.Purpose.ADOPT, word(charter(3)), ONE, CLUSTER, ClusterRef.founded(CLUSTER));
        isReadWholeOrNotAtAllAndInOneVersionOnly(message.encode(), Message::decode, message);
        Word word = word(charter(3));
        isReadWholeOrNotAtAllAndInOneVersionOnly(Message.encode(word), Message::decodeWord, word);
        for (UUID request : Arrays.asList(new UUID(2, 2), null)) {
            Attestation.Question question = new Attestation.Question(ONE, new UUID(1, 1), request);
            isReadWholeOrNotAtAllAndInOneVersionOnly(question.encode(), Attestation.Question::decode, question);
        }
        for (boolean full : new boolean[] {true, false}) {
            Attestation answer = attestation(full);
            isReadWholeOrNotAtAllAndInOneVersionOnly(answer.encode(), Attestation::decode, answer);
        }
    }

    /** Format 1 was never released: its file is refused with the way out, and nothing of it is guessed at. */
    @Test
    void aRecordOfTheFirstFormatIsRefusedByItsVersion(@TempDir Path folder) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(256)
                .putInt(0x51464E44)
                .putShort((short) 1)
                .putLong(9)
                .putLong(0)
                .putShort((short) 1)
                .put((byte) 'a')
                .putLong(7)
                .putInt(0)
                .put((byte) 1)
                .put((byte) 0);
        CRC32C crc = new CRC32C();
        crc.update(first.array(), 0, first.position());
        first.putInt((int) crc.getValue());
        Files.write(folder.resolve(RecordFile.NAME), Arrays.copyOf(first.array(), first.position()));
        assertThatThrownBy(() -> new RecordFile(folder).read())
                .isInstanceOf(FoundingException.class)
                .hasMessageContaining("a founding record of format 1, this version of the agent reads format 2")
                .hasMessageContaining("move the whole data directory away");
    }

    @Test
    void aCharterAndAListOfRefusalsHaveOneForm() {
        byte[] charter = FoundingForms.CHARTER.bytes(charter(2));
        byte[] turned = charter.clone();
        int founder = 16 + 2 + 128;
        int first = 16 + 4 + 1;
        System.arraycopy(charter, first, turned, first + founder, founder);
        System.arraycopy(charter, first + founder, turned, first, founder);
        assertThatThrownBy(() -> FoundingForms.CHARTER.of(turned)).hasMessage("founders that do not ascend");
        byte[] record = FoundingForms.RECORD.bytes(record(new Standing.Blank(null)));
        byte[] mixed = record.clone();
        int refusals = 16 + 2 + 8 + 1;
        System.arraycopy(record, refusals, mixed, refusals + 16, 16);
        System.arraycopy(record, refusals + 16, mixed, refusals, 16);
        assertThatThrownBy(() -> FoundingForms.RECORD.of(mixed)).hasMessage("refused charters that do not ascend");
    }
}
