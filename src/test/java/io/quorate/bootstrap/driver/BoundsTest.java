package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Effect;
import io.quorate.bootstrap.Event;
import io.quorate.bootstrap.Folder;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingCore;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Fresh;
import io.quorate.bootstrap.Later;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Terms;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.Incarnation;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer takes the reader takes, up to the largest; what is over a bound is refused before anything is lost. */
class BoundsTest {
    private static final Datacenter DC = new Datacenter("d".repeat(64));
    /** 128 bytes, four to a character. */
    private static final NodeName LONGEST = new NodeName("\uD83D\uDE80".repeat(32));

    private static final ServerId ME = new ServerId(new UUID(0x4000, 1));

    @TempDir
    Path folder;

    private static Charter charter(int number) {
        List<Founder> founders = new ArrayList<>();
        founders.add(new Founder(ME, LONGEST));
        for (int i = 1; i < Charter.MAX_FOUNDERS; i++) {
            founders.add(new Founder(new ServerId(new UUID(0x5000, i)), LONGEST));
        }
        return new Charter(new ClusterId(new UUID(7, number)), DC, founders);
    }

    private static SortedSet<ClusterId> refused(int count) {
        SortedSet<ClusterId> refused = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            refused.add(new ClusterId(new UUID(3, i)));
        }
        return refused;
    }

    private static FoundingRecord record(int refused, Standing standing) {
        return new FoundingRecord(ME, LONGEST, Long.MAX_VALUE, refused(refused), standing);
    }

    @Fault(
            line = "B4",
            fault = "a server has refused 10 000 charters, and the one that it has pledged to turns out to be dead",
            seen = "the record with one more refusal is written and read again, and it promises nothing more")
    @Test
    void theRecordOfAServerThatRefusedAsManyChartersAsItMayIsReadAgain() throws IOException {
        FoundingCore core = new FoundingCore(
                new Terms(LONGEST, DC, new Expect(Charter.MAX_FOUNDERS), List.of(), false),
                Later.TIMING,
                Fresh.from(new Random(1)));
        RecordFile file = new RecordFile(folder);
        file.write(new FoundingRecord(
                ME, LONGEST, 1, refused(FoundingRecord.MAX_REFUSED), new Standing.Pledged(charter(1))));
        FoundingCore.Step start = core.start(file.read(), Folder.NONE);
        Word dead = new Word(
                charter(1).founders().get(1).id(),
                LONGEST,
                DC,
                new Expect(Charter.MAX_FOUNDERS),
                1,
                FoundingState.BLANK,
                null,
                null,
                false,
                null,
                charter(1).id());
        FoundingCore.Step released = core.on(start.state(), new Event.Heard(dead), 0);
        FoundingRecord written = persisted(released).orElseThrow();
        assertThat(written.standing()).isInstanceOf(Standing.Blank.class);
        assertThat(written.refused()).hasSize(FoundingRecord.MAX_STORED_REFUSED);
        file.write(written);
        assertThat(file.read()).contains(written);
        Word proposal = new Word(
                charter(2).founders().get(1).id(),
                LONGEST,
                DC,
                new Expect(Charter.MAX_FOUNDERS),
                1,
                FoundingState.PLEDGED,
                charter(2),
                null,
                false,
                null,
                null);
        assertThat(persisted(core.on(released.state(), new Event.Heard(proposal), 0)))
                .isEmpty();
        List<Word> all = charter(3).founders().stream()
                .filter(founder -> !founder.id().equals(ME))
                .map(BoundsTest::blank)
                .toList();
        assertThat(persisted(Later.stable(core, released.state(), all)))
                .as("no charter of its own either")
                .isEmpty();
        FoundingCore.Step fresh = core.start(
                Optional.of(new FoundingRecord(ME, LONGEST, 1, refused(1), new Standing.Blank(null))), Folder.NONE);
        assertThat(persisted(Later.stable(core, fresh.state(), all)))
                .as("with room it would have made one")
                .isPresent();
    }

    private static Word blank(Founder founder) {
        return new Word(
                founder.id(),
                new NodeName("n" + founder.id().value().getLeastSignificantBits()),
                DC,
                new Expect(Charter.MAX_FOUNDERS),
                1,
                FoundingState.BLANK,
                null,
                null,
                false,
                null,
                null);
    }

    private static Optional<FoundingRecord> persisted(FoundingCore.Step step) {
        return step.effects().stream()
                .filter(Effect.Persist.class::isInstance)
                .map(effect -> ((Effect.Persist) effect).record())
                .findFirst();
    }

    @Test
    void theLargestRecordOfEachStandingIsReadAsItWasWritten() throws IOException {
        ClusterRef ref =
                new ClusterRef(new ClusterId(new UUID(1, 1)), new Incarnation(Integer.MAX_VALUE, new UUID(2, 2)));
        for (Standing standing : List.of(
                new Standing.Blank(ref),
                new Standing.Pledged(charter(1)),
                new Standing.Withdrawn(charter(1)),
                new Standing.Member(ref, "t".repeat(256), true, charter(1)))) {
            FoundingRecord largest = record(FoundingRecord.MAX_STORED_REFUSED, standing);
            new RecordFile(folder).write(largest);
            assertThat(new RecordFile(folder).read()).contains(largest);
            assertThat(Files.size(folder.resolve(RecordFile.NAME))).isLessThan(RecordFile.MAX_BYTES / 4);
        }
    }

    @Fault(
            line = "B4",
            fault = "a record that the next start could not read is to be written",
            seen = "the write fails with the reason, and the record on disk stays as it was")
    @Test
    void whatIsOverABoundIsNotWrittenAndNothingIsLost() throws IOException {
        RecordFile file = new RecordFile(folder);
        FoundingRecord before = record(1, new Standing.Pledged(charter(1)));
        file.write(before);
        FoundingRecord tooLong =
                record(1, new Standing.Member(charter(1).cluster(), "t".repeat(257), true, charter(1)));
        assertThatThrownBy(() -> file.write(tooLong))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("257 bytes");
        FoundingRecord half = record(1, new Standing.Member(charter(1).cluster(), "\uD83D", true, null));
        assertThatThrownBy(() -> file.write(half))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another one");
        assertThat(file.read()).contains(before);
        assertThatThrownBy(() -> record(FoundingRecord.MAX_STORED_REFUSED + 1, new Standing.Blank(null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10002 refused");
    }

    @Test
    void aNameIsWholeCharactersOfAtMost128Bytes() {
        assertThat(LONGEST.value().getBytes(StandardCharsets.UTF_8)).hasSize(128);
        assertThatThrownBy(() -> new NodeName(LONGEST.value() + "a")).hasMessageContaining("128 bytes");
        assertThatThrownBy(() -> new NodeName("a\uD83D")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLargestMessageIsReadAndALargerExpectIsNotSent() throws IOException {
        Word largest = word(charter(1), Charter.MAX_FOUNDERS);
        ClusterRef ref =
                new ClusterRef(new ClusterId(new UUID(1, 1)), new Incarnation(Integer.MAX_VALUE, new UUID(2, 2)));
        Message message =
                new Message(Message.Purpose.ADOPT, largest, ME, charter(1).id(), ref);
        assertThat(Message.decode(message.encode())).isEqualTo(message);
        assertThat(Message.decodeWord(Message.encode(largest))).isEqualTo(largest);
        assertThat(Message.decodeWord(Message.encode(word(charter(1), 1_000_000)))
                        .expect()
                        .servers())
                .isEqualTo(1_000_000);
        assertThatThrownBy(() -> Message.encode(word(charter(1), 1_000_001)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Word word(Charter charter, int expect) {
        return new Word(
                ME,
                LONGEST,
                DC,
                new Expect(expect),
                Long.MAX_VALUE,
                FoundingState.PLEDGED,
                charter,
                null,
                true,
                charter.cluster(),
                charter.id());
    }
}
