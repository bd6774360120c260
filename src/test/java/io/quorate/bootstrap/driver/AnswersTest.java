package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcHandler;
import io.quorate.testing.Fault;
import io.quorate.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proposal is answered with what came of it, and only once that is on disk. The test is the server that asks. */
@NullMarked
class AnswersTest {
    private static final Datacenter DC = new Datacenter("dc1");
    private static final ServerId ASKER = new ServerId(new UUID(0x4000, 0x8000000000000001L));

    @TempDir
    Path root;

    @SuppressWarnings("NullAway.Init")
    private DiskWorld world;

    @SuppressWarnings("NullAway.Init")
    private FakeWorld.Server asked;

    @SuppressWarnings("NullAway.Init")
    private RecordingDisk disk;

    @BeforeEach
    void start() throws IOException {
        world = new DiskWorld(root);
        asked = world.subject(2, false);
        disk = world.startSubject();
        asked.start();
        world.until(() -> asked.view().state().equals("blank"));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static Word word(Word.Kind kind, Charter charter) {
        return new Word(ASKER, new NodeName("z"), DC, new Expect(2), 1, kind, charter, null, false, null, null);
    }

    private Charter charter(int founders) {
        List<Founder> all = new java.util.ArrayList<>();
        all.add(new Founder(ASKER, new NodeName("z")));
        all.add(new Founder(asked.view().self(), asked.name));
        for (int i = 2; i < founders; i++) {
            all.add(new Founder(new ServerId(new UUID(0x4000, i)), new NodeName("y" + i)));
        }
        return new Charter(new ClusterId(new UUID(3, founders)), DC, all);
    }

    /** The answer, checked against the disk at the moment when it came. */
    private Word answer(Charter charter) throws Exception {
        Message question = new Message(
                Message.Purpose.ASK,
                word(Word.Kind.PLEDGED, charter),
                asked.view().self(),
                charter.id(),
                null);
        RpcHandler founding = Objects.requireNonNull(asked.service().handlers().get(Conversation.METHOD));
        return founding.handle(question.encode())
                .thenApply(bytes -> {
                    world.overheard(asked, bytes);
                    return bytes;
                })
                .thenApply(AnswersTest::decoded)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static Word decoded(byte[] answer) {
        try {
            return Message.decodeWord(answer);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private FoundingRecord onDisk() throws IOException {
        List<byte[]> durable = disk.everDurable(asked.folder.resolve(RecordFile.NAME));
        return RecordFile.decode(durable.get(durable.size() - 1));
    }

    @Fault(
            line = "C",
            fault = "a server that is asked to pledge answers before its pledge is on disk",
            seen = "the answer is the pledge itself, and it is on disk when it is sent")
    @Test
    void whoAsksForAPledgeHearsThePledgeOnceItIsOnDisk() throws Exception {
        Charter charter = charter(2);
        Word answer = answer(charter);
        assertThat(answer.kind()).isEqualTo(Word.Kind.PLEDGED);
        assertThat(answer.charter()).isEqualTo(charter);
        assertThat(world.broken()).isEmpty();
        assertThat(onDisk().standing()).isEqualTo(new Standing.Pledged(charter));
    }

    @Test
    void whoProposesWhatCannotBeHearsTheRefusalOnceItIsOnDisk() throws Exception {
        Charter charter = charter(3);
        Word answer = answer(charter);
        assertThat(answer.kind()).isEqualTo(Word.Kind.BLANK);
        assertThat(answer.dead()).isEqualTo(charter.id());
        assertThat(world.broken()).isEmpty();
        assertThat(onDisk().refused()).containsExactly(charter.id());
    }

    @Test
    void aPledgeThatCannotBeWrittenIsNotTold() {
        disk.fail("Input/output error", step -> step.startsWith("force founding"));
        Charter charter = charter(2);
        assertThatThrownBy(() -> answer(charter)).isInstanceOf(ExecutionException.class);
        assertThatThrownBy(() -> answer(charter))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("Input/output error");
        assertThat(asked.view().state()).isEqualTo("failed");
        assertThat(world.broken()).isEmpty();
    }
}
