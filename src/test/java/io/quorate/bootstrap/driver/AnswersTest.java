package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcException;
import io.quorate.rpc.RpcHandler;
import io.quorate.testing.Fault;
import io.quorate.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A proposal is looked into, and what comes of it is told only once it is on disk. The test is the server that proposes: it asks, and
 * is asked back.
 */
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

    /** What the asked server said of itself when it asked back. */
    private final List<Word> heard = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        world = new DiskWorld(root);
        asked = world.subject(2, false);
        disk = world.startSubject();
        asked.start();
        world.until(() -> asked.view().state() == FoundingState.BLANK);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static Word word(FoundingState kind, Charter charter) {
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
                word(FoundingState.PLEDGED, charter),
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

    /** The proposer, in gossip and at the address that it gives; the answers are its pledge. */
    private void proposes(Charter charter) {
        Founding.View view = asked.view();
        Founding.View own = new Founding.View(
                ASKER,
                new NodeName("z"),
                FoundingState.PLEDGED,
                null,
                false,
                charter.id().toString(),
                false,
                view.expect(),
                List.of(),
                1,
                view.known(),
                view.missing(),
                view.why());
        world.puppet(new FakeWorld.Puppet(new NodeName("z"), own, (method, request) -> {
            if (!method.equals(Conversation.METHOD)) {
                return CompletableFuture.failedFuture(new RpcException(RpcException.Kind.FAILED, "no"));
            }
            try {
                heard.add(Message.decode(request).sender());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return CompletableFuture.completedFuture(Message.encode(word(FoundingState.PLEDGED, charter)));
        }));
    }

    private FoundingRecord onDisk() throws IOException {
        List<byte[]> durable = disk.everDurable(asked.folder.resolve(RecordFile.NAME));
        return RecordFile.decode(durable.get(durable.size() - 1));
    }

    @Fault(
            line = "A6",
            fault = "somebody says in a message that he pledged, and does not say so when he is asked",
            seen = "no pledge: he is not known, or answers otherwise")
    @Test
    void aProposalOfNobodyKnownIsAnsweredAndChangesNothing() throws Exception {
        Charter charter = charter(2);
        assertThat(answer(charter).kind()).isEqualTo(FoundingState.BLANK);
        assertThat(answer(charter).dead()).isNull();
        assertThat(onDisk().standing()).isEqualTo(new Standing.Blank(null));
        assertThat(onDisk().refused()).isEmpty();
    }

    @Fault(
            line = "C",
            fault = "a server that is asked to pledge answers before its pledge is on disk",
            seen = "the pledge is on disk when it is sent")
    @Test
    void whoAsksForAPledgeHearsThePledgeOnceItIsOnDisk() throws Exception {
        Charter charter = charter(2);
        proposes(charter);
        world.until(() -> heard.stream().anyMatch(w -> charter.equals(w.charter())));
        assertThat(answer(charter).charter()).isEqualTo(charter);
        assertThat(world.broken()).isEmpty();
        assertThat(RecordFile.decode(firstPledge()).standing()).isEqualTo(new Standing.Pledged(charter));
    }

    private byte[] firstPledge() {
        return disk.everDurable(asked.folder.resolve(RecordFile.NAME)).stream()
                .filter(AnswersTest::isPledge)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isPledge(byte[] record) {
        try {
            return RecordFile.decode(record).standing() instanceof Standing.Pledged;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoProposesWhatCannotBeHearsTheRefusalOnceItIsOnDisk() throws Exception {
        Charter charter = charter(3);
        proposes(charter);
        world.until(() -> isRefused(charter));
        assertThat(world.broken()).isEmpty();
        assertThat(onDisk().refused()).containsExactly(charter.id());
    }

    private boolean isRefused(Charter charter) {
        try {
            Word answer = answer(charter);
            return answer.kind() == FoundingState.BLANK && charter.id().equals(answer.dead());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Fault(
            line = "A1b",
            fault = "the founding record cannot be written, at the moment of a pledge",
            seen =
                    "DISK with the system's words; the pledge is told to nobody until it is on disk, by itself, once the disk works")
    @Test
    void aPledgeThatCannotBeWrittenIsNotToldBeforeItIs() throws Exception {
        disk.fail("Input/output error", step -> step.startsWith("force founding"));
        Charter charter = charter(2);
        proposes(charter);
        world.until(() -> asked.view().why().code() == ReasonCode.DISK);
        assertThat(asked.view().why().message()).contains("founding", "Input/output error");
        // It answers meanwhile, from what is on disk.
        assertThat(answer(charter).charter()).isNull();
        assertThat(heard).noneMatch(w -> w.charter() != null);
        assertThat(world.broken()).isEmpty();
        disk.fail("", step -> false);
        // Perhaps it is a member already: the other one's pledge is there.
        world.until(() -> isBound(charter) || heard.stream().anyMatch(w -> charter.equals(w.charter())));
        world.until(() -> asked.view().why().code() != ReasonCode.DISK);
        assertThat(world.broken()).isEmpty();
    }

    private boolean isBound(Charter charter) {
        try {
            return charter.equals(onDisk().standing().charter());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
