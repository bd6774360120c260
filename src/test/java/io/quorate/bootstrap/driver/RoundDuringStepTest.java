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
import io.quorate.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that would propose next, and a disk that holds up a step of it. The test is the other server: it says that it is blank, and
 * while the answer is under way it pledges elsewhere.
 */
@NullMarked
class RoundDuringStepTest {
    private static final NodeName Z = new NodeName("z");
    private static final Datacenter DC = new Datacenter("dc1");
    /** Greater than any other, so that the other one proposes. */
    private static final ServerId OTHER = new ServerId(new UUID(0xffffffffffff4fffL, 0xbfffffffffffffffL));

    private final AtomicInteger asked = new AtomicInteger();
    private final CompletableFuture<byte[]> underWay = new CompletableFuture<>();

    @TempDir
    Path root;

    @SuppressWarnings("NullAway.Init")
    private DiskWorld world;

    @AfterEach
    void close() {
        world.close();
    }

    private static Word word(FoundingState kind, Charter charter) {
        return new Word(
                OTHER,
                Z,
                DC,
                new Expect(2),
                1,
                kind,
                kind == FoundingState.PLEDGED ? charter : null,
                null,
                false,
                null,
                null);
    }

    /** With a third founder, so that the other one cannot but refuse it, and writes that down. */
    private static Charter elsewhere(FakeWorld.Server other) {
        return new Charter(
                new ClusterId(new UUID(3, 3)),
                DC,
                List.of(
                        new Founder(OTHER, Z),
                        new Founder(other.view().self(), other.name),
                        new Founder(new ServerId(new UUID(0x4000, 2)), new NodeName("y"))));
    }

    private void joins(Charter charter, FakeWorld.Server beside) {
        Founding.View view = beside.view();
        Founding.View own = new Founding.View(
                OTHER,
                Z,
                FoundingState.BLANK,
                null,
                false,
                null,
                false,
                view.expect(),
                List.of(),
                1,
                view.known(),
                view.missing(),
                view.why());
        world.puppet(new FakeWorld.Puppet(Z, own, (method, request) -> {
            if (!method.equals(Conversation.METHOD)) {
                return CompletableFuture.failedFuture(new RpcException(RpcException.Kind.FAILED, "no"));
            }
            return switch (asked.incrementAndGet()) {
                case 1 -> CompletableFuture.completedFuture(Message.encode(word(FoundingState.BLANK, charter)));
                case 2 -> underWay;
                default -> CompletableFuture.completedFuture(Message.encode(word(FoundingState.PLEDGED, charter)));
            };
        }));
    }

    @Test
    void nobodyProposesOnAnswersThatCameBeforeAStepThatTookLong() throws Exception {
        world = new DiskWorld(root);
        FakeWorld.Server server = world.subject(2, true);
        RecordingDisk disk = world.startSubject();
        server.start();
        world.until(() -> server.view().state() == FoundingState.BLANK);
        Charter charter = elsewhere(server);
        disk.fail("Input/output error", step -> step.startsWith("force founding"));
        joins(charter, server);
        world.until(() -> asked.get() == 2);

        // It asks back, hears of the pledge, and writes its refusal, which its disk does not take.
        RpcHandler founding = Objects.requireNonNull(server.service().handlers().get(Conversation.METHOD));
        var unused = founding.handle(new Message(
                        Message.Purpose.ASK,
                        word(FoundingState.PLEDGED, charter),
                        server.view().self(),
                        null,
                        null)
                .encode());
        world.until(() -> server.view().why().code() == ReasonCode.DISK);
        int before = asked.get();
        underWay.complete(Message.encode(word(FoundingState.BLANK, charter)));
        disk.fail("", step -> false);

        world.until(() -> asked.get() >= before + 2);
        FoundingRecord onDisk = onDisk(server, disk);
        assertThat(onDisk.standing()).isEqualTo(new Standing.Blank(null));
        assertThat(onDisk.refused()).containsExactly(charter.id());
    }

    private static FoundingRecord onDisk(FakeWorld.Server server, RecordingDisk disk) throws IOException {
        List<byte[]> durable = disk.everDurable(server.folder.resolve(RecordFile.NAME));
        return RecordFile.decode(durable.get(durable.size() - 1));
    }
}
