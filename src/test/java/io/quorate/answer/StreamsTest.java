package io.quorate.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.Await;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.consensus.NotCommittedException;
import io.quorate.kernel.Endpoint;
import io.quorate.rpc.BoltRpcCaller;
import io.quorate.rpc.RpcPort;
import io.quorate.runtime.Chance;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Ticker;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streamed answers over the real server port: how much is held, and how each of them ends. */
class StreamsTest {
    private static final Form<String> TEXT = Form.of((text, out) -> out.text(text), In::text);
    private static final Operation<String, String> LARGE =
            Operation.reads("test.large", Operation.Place.LEADER, TEXT, TEXT);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final OpenStreams.Limits USUAL =
            new OpenStreams.Limits(2, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofSeconds(5));
    private static final int PIECES = 800;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final FakeConsensus consensus = new FakeConsensus();
    private final AtomicReference<Numbers> source = new AtomicReference<>();

    /** So many pieces, each full of its number; blocks before a piece as long as a test wants. */
    private static final class Numbers implements Source {
        private final int pieces;
        private final CRC32C checksum = new CRC32C();
        private final AtomicInteger made = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();
        private volatile @Nullable CountDownLatch hanging;
        private volatile int failingAt = -1;

        Numbers(int pieces) {
            this.pieces = pieces;
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            CountDownLatch latch = hanging;
            if (latch != null) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    throw new IOException("interrupted", e);
                }
            }
            if (made.get() == failingAt) {
                throw new IOException("the disk is gone");
            }
            if (made.get() == pieces) {
                return null;
            }
            byte[] piece = new byte[PIECE];
            Arrays.fill(piece, made.byteValue());
            checksum.update(piece);
            made.incrementAndGet();
            return piece;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    /** A server that leads, at a port of its own. */
    private final class Leader {
        private final RpcPort port = RpcPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        private final Endpoint at = Endpoint.of(port.address());
        private final FakeServers servers = FakeServers.leading(at);
        private final Answers answers;

        Leader(OpenStreams.Limits limits) {
            answers = new Answers(
                    parts(servers, opened(new BoltRpcCaller()), true),
                    offers(),
                    Ticker.system(),
                    Chance.secure(),
                    limits);
            answers.handlers().forEach(port::serve);
            open.push(port);
            open.push(answers);
        }

        OpenStreams streams() {
            return Objects.requireNonNull(answers.streams);
        }
    }

    private List<Offer<?, ?>> offers() {
        return List.of(Offer.streams(LARGE, question -> {
            Numbers made = Objects.requireNonNull(source.get());
            return new Streamed<>("head of " + question, 7, made);
        }));
    }

    private AnswerParts parts(FakeServers servers, BoltRpcCaller rpc, boolean server) {
        AnswerParts.Server side = server ? new AnswerParts.Server(consensus, new TestState()) : null;
        return new AnswerParts(Fixtures.DC1, servers, rpc, side, Duration.ofMillis(1500), 0);
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private Answers client(Endpoint... servers) {
        return opened(new Answers(parts(FakeServers.client(servers), opened(new BoltRpcCaller()), false), List.of()));
    }

    private Numbers source(int pieces) {
        Numbers made = new Numbers(pieces);
        source.set(made);
        return made;
    }

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private static Answer<String> ask(Answers agent, Terms terms) throws Exception {
        return agent.ask(LARGE, "question", terms).get(30, TimeUnit.SECONDS);
    }

    private Body read(Answers agent) throws Exception {
        return opened(agent.body(ask(agent, Terms.DEFAULT)));
    }

    private static byte @Nullable [] next(Body body) throws Exception {
        return body.next().get(30, TimeUnit.SECONDS);
    }

    private static AskException failure(CompletableFuture<?> asked) {
        ExecutionException failed =
                catchThrowableOfType(ExecutionException.class, () -> asked.get(30, TimeUnit.SECONDS));
        assertThat(failed).isNotNull();
        assertThat(failed.getCause()).isInstanceOf(AskException.class);
        return (AskException) Objects.requireNonNull(failed.getCause());
    }

    private static void isFreed(Leader leader, Numbers source) {
        Await.until(
                "everything is freed",
                LONG,
                () -> leader.streams().open() == 0 && source.closed.get() == 1,
                () -> leader.streams().open() + " open, closed " + source.closed + " times");
        assertThat(leader.streams().inFlightBytes()).isZero();
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "200 MB are asked for by a client that reads slowly",
            seen =
                    "Each piece is made when it is asked for: of each stream the server has one piece of 256 KiB in memory.")
    void ofTwoHundredMegabytesOnePieceIsInFlightHoweverSlowlyTheyAreRead() throws Exception {
        Leader leader = new Leader(USUAL);
        Numbers numbers = source(PIECES);
        Answers client = client(leader.at);
        Answer<String> answer = ask(client, Terms.DEFAULT);
        assertThat(answer.value()).isEqualTo("head of question");
        assertThat(answer.index()).isEqualTo(7);
        assertThat(numbers.made.get())
                .as("nothing is made before it is asked for")
                .isZero();
        CRC32C read = new CRC32C();
        int count = 0;
        try (Body body = client.body(answer)) {
            for (byte[] piece = next(body); piece != null; piece = next(body)) {
                read.update(piece);
                count++;
                if (count % 100 == 0) {
                    // Stands still: whoever made pieces by himself would go on now.
                    LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                }
                assertThat(numbers.made.get()).isEqualTo(count);
                assertThat(leader.streams().inFlightBytes()).isEqualTo(Source.PIECE);
            }
        }
        assertThat(count).isEqualTo(PIECES);
        assertThat((long) count * Source.PIECE).isGreaterThan(200_000_000);
        assertThat(read.getValue()).isEqualTo(numbers.checksum.getValue());
        isFreed(leader, numbers);
    }

    @Test
    void theLeadersPiecesAreReadPastTheFollowerThatPassedTheQuestionOn() throws Exception {
        Leader leader = new Leader(USUAL);
        Leader follower = new Leader(USUAL);
        follower.servers.leads = false;
        follower.servers.leader = Optional.of(leader.at);
        Numbers numbers = source(3);
        Answers client = client(follower.at);
        Body body = read(client);
        for (int i = 0; i < 3; i++) {
            assertThat(next(body)).hasSize(Source.PIECE).containsOnly((byte) i);
        }
        assertThat(follower.streams().open()).isZero();
        assertThat(next(body)).isNull();
        body.close();
        isFreed(leader, numbers);
        assertThat(consensus.barriers).as("the leader made sure that it leads").hasValue(1);
    }

    @Test
    void whatALeaderCannotConfirmIsNotGivenUnlessAnyStateWillDo() throws Exception {
        Leader leader = new Leader(USUAL);
        Leader follower = new Leader(USUAL);
        follower.servers.leads = false;
        follower.servers.leader = Optional.empty();
        source(1);
        consensus.barrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        Terms atOnce = Terms.DEFAULT.with(Patience.NONE);
        assertThat(failure(leader.answers.ask(LARGE, "question", atOnce)).kind())
                .isEqualTo(AskException.Kind.NOT_COMMITTED);
        assertThat(failure(client(follower.at).ask(LARGE, "question", atOnce)).kind())
                .isEqualTo(AskException.Kind.NO_LEADER);
        assertThat(leader.streams().open()).isZero();
        Terms stale = new Terms(Mode.STALE, Duration.ZERO, 0, Duration.ZERO, "");
        Answers client = client(follower.at);
        Body body = opened(client.body(ask(client, stale)));
        assertThat(next(body)).hasSize(Source.PIECE);
        assertThat(follower.streams().open()).isEqualTo(1);
    }

    @Test
    @Fault(
            line = "A4",
            fault = "The connection breaks in the middle of a streamed answer, and the next one holds",
            seen =
                    "The reader asks for the piece again and gets that very piece; nothing is made twice, and the whole is right.")
    void aConnectionThatBreaksInTheMiddleCostsNothingButTime() throws Exception {
        Leader leader = new Leader(USUAL);
        Relay relay = opened(new Relay(leader.at));
        Numbers numbers = source(40);
        Body body = read(client(relay.at));
        for (int i = 0; i < 40; i++) {
            if (i % 10 == 5) {
                relay.cut();
            }
            assertThat(next(body)).containsOnly((byte) i);
        }
        assertThat(next(body)).isNull();
        assertThat(numbers.made.get()).isEqualTo(40);
    }

    @Test
    @Fault(
            line = "A4",
            fault = "The connection breaks in the middle of a streamed answer, and there is no other one",
            seen =
                    "The reader is told that it broke off; the server frees what it held when nobody has read for a while.")
    void aConnectionThatStaysBrokenEndsTheStreamOnBothSides() throws Exception {
        Leader leader = new Leader(
                new OpenStreams.Limits(2, Duration.ofSeconds(2), Duration.ofHours(1), Duration.ofSeconds(5)));
        Relay relay = opened(new Relay(leader.at));
        Numbers numbers = source(40);
        Body body = read(client(relay.at));
        assertThat(next(body)).containsOnly((byte) 0);
        relay.close();
        assertThat(failure(body.next())).hasMessageStartingWith("the stream broke off: ");
        isFreed(leader, numbers);
        assertThat(failure(body.next())).hasMessage("the stream broke off: it is over");
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "Whoever asked for a streamed answer goes away without a word, or stands still",
            seen =
                    "After 30 s without a question the server ends the stream and frees everything; a reader that comes back is told.")
    void whatNobodyReadsIsFreedAndTheReaderThatComesBackIsTold() throws Exception {
        Leader leader = new Leader(
                new OpenStreams.Limits(2, Duration.ofMillis(200), Duration.ofHours(1), Duration.ofSeconds(5)));
        Numbers numbers = source(40);
        Body body = read(client(leader.at));
        isFreed(leader, numbers);
        assertThat(failure(body.next())).hasMessageContaining("it was not read for too long");
    }

    @Test
    void aStreamThatTakesTooLongInAllIsEnded() throws Exception {
        Leader leader = new Leader(
                new OpenStreams.Limits(2, Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofSeconds(5)));
        Numbers numbers = source(Integer.MAX_VALUE);
        Body body = read(client(leader.at));
        AskException ended = null;
        for (long end = System.nanoTime() + LONG.toNanos(); ended == null && System.nanoTime() < end; ) {
            CompletableFuture<?> asked = body.next();
            try {
                Object unused = asked.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                ended = failure(asked);
            }
        }
        assertThat(ended).isNotNull();
        isFreed(leader, numbers);
    }

    @Test
    void whoReadsNoFurtherFreesItAtOnce() throws Exception {
        Leader leader = new Leader(USUAL);
        Numbers numbers = source(40);
        Body body = read(client(leader.at));
        assertThat(next(body)).isNotNull();
        body.close();
        isFreed(leader, numbers);
    }

    @Test
    void tooManyStreamsAreRefusedAtOnceAndOneThatEndsMakesRoom() throws Exception {
        Leader leader = new Leader(USUAL);
        Answers client = client(leader.at);
        source(40);
        Body first = read(client);
        source(40);
        Body second = read(client);
        AskException busy = failure(client.ask(LARGE, "question", Terms.DEFAULT));
        assertThat(busy.kind()).isEqualTo(AskException.Kind.BUSY);
        assertThat(busy).hasMessageContaining("2 streams are open");
        first.close();
        Await.until("there is room", LONG, () -> leader.streams().open() == 1);
        source(1);
        assertThat(next(read(client))).isNotNull();
        assertThat(next(second)).isNotNull();
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "A server stops in the middle of a streamed answer",
            seen = "The reader is told so with an error, and what was held is freed before the server is gone.")
    void aServerThatStopsTellsWhoeverReads() throws Exception {
        Leader leader = new Leader(USUAL);
        Numbers numbers = source(40);
        Body body = read(client(leader.at));
        assertThat(next(body)).isNotNull();
        CountDownLatch hangs = new CountDownLatch(1);
        numbers.hanging = hangs;
        var waiting = body.next();
        Await.until("the piece is being made", LONG, () -> leader.streams().inFlightBytes() == 0);
        assertThat(waiting).isNotDone();
        Thread release = new Thread(() -> {
            // What hangs with a disk is freed when the disk comes back.
            Await.until("the reader is told", LONG, waiting::isDone);
            hangs.countDown();
        });
        release.start();
        leader.answers.close();
        assertThat(failure(waiting)).hasMessageContaining("this server is stopping");
        release.join(LONG.toMillis());
        isFreed(leader, numbers);
    }

    @Test
    void whatTakesLongIsAskedForAgainUntilItIsThere() throws Exception {
        Leader leader = new Leader(
                new OpenStreams.Limits(2, Duration.ofSeconds(20), Duration.ofHours(1), Duration.ofMillis(20)));
        Numbers numbers = source(2);
        CountDownLatch hangs = new CountDownLatch(1);
        numbers.hanging = hangs;
        Body body = read(client(leader.at));
        var waiting = body.next();
        assertThatThrownBy(() -> waiting.get(300, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        hangs.countDown();
        assertThat(waiting.get(30, TimeUnit.SECONDS)).containsOnly((byte) 0);
        assertThat(next(body)).containsOnly((byte) 1);
        assertThat(next(body)).isNull();
    }

    @Test
    void aSourceThatFailsInTheMiddleIsToldAndFreed() throws Exception {
        Leader leader = new Leader(USUAL);
        Numbers numbers = source(40);
        numbers.failingAt = 3;
        Body body = read(client(leader.at));
        for (int i = 0; i < 3; i++) {
            assertThat(next(body)).isNotNull();
        }
        assertThat(failure(body.next())).hasMessage("the stream broke off: the disk is gone");
        assertThat(numbers.closed.get()).isEqualTo(1);
        body.close();
        isFreed(leader, numbers);
    }

    @Test
    @Fault(
            line = "A10",
            fault = "The end of a streamed answer comes although pieces are missing, or a piece is not what was sent",
            seen = "The reader is told that it is not the whole; it is never taken for it.")
    void whatIsCutOffOrChangedIsNeverTakenForTheWhole() throws Exception {
        byte[] piece = {1, 2, 3};
        CRC32C checksum = new CRC32C();
        checksum.update(piece);
        long sum = checksum.getValue();
        StreamFrame first = new StreamFrame.Piece(1, piece);
        assertThat(readAll(first, new StreamFrame.End(2, 3, sum))).isEqualTo("3 bytes");
        for (StreamFrame wrong : List.of(
                new StreamFrame.End(2, 4, sum),
                new StreamFrame.End(2, 3, sum ^ 1),
                new StreamFrame.End(3, 3, sum),
                new StreamFrame.Piece(1, piece),
                new StreamFrame.Piece(3, piece),
                new StreamFrame.Broken("over"))) {
            assertThat(readAll(first, wrong)).startsWith("the stream broke off: ");
        }
        assertThat(readAll(new StreamFrame.Piece(1, new byte[] {1, 2, 4}), new StreamFrame.End(2, 3, sum)))
                .startsWith("the stream broke off: 3 bytes came, and they are not the 3");
    }

    private static String readAll(StreamFrame... frames) throws Exception {
        Deque<StreamFrame> left = new ArrayDeque<>(List.of(frames));
        try (EventLoop loop = new EventLoop("reader")) {
            Body body = new Body(
                    new UUID(1, 2),
                    question -> CompletableFuture.completedFuture(
                            StreamFrame.FORM.bytes(left.isEmpty() ? new StreamFrame.Broken("closed") : left.pop())),
                    loop);
            int length = 0;
            try {
                for (byte[] piece = next(body); piece != null; piece = next(body)) {
                    length += piece.length;
                }
            } catch (ExecutionException e) {
                return String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
            }
            return length + " bytes";
        }
    }

    @Test
    void whoeverAsksForWhatHeCannotWantIsToldSo() throws Exception {
        Leader leader = new Leader(USUAL);
        source(3);
        Answer<String> answer = ask(leader.answers, Terms.DEFAULT);
        UUID stream = Objects.requireNonNull(answer.ticket()).stream();
        assertThat(frame(leader, stream, 2)).isEqualTo(new StreamFrame.Broken("piece 2 was asked for after piece 0"));
        assertThat(frame(leader, stream, 1)).isInstanceOf(StreamFrame.Piece.class);
        assertThat(frame(leader, stream, 1)).as("again").isInstanceOf(StreamFrame.Piece.class);
        assertThat(frame(leader, stream, 5)).isEqualTo(new StreamFrame.Broken("piece 5 was asked for after piece 1"));
        assertThat(frame(leader, new UUID(7, 7), 1)).isInstanceOf(StreamFrame.Broken.class);
        assertThat(leader.streams().answer(new byte[] {9, 9}).toCompletableFuture())
                .isCompletedExceptionally();
    }

    private static StreamFrame frame(Leader leader, UUID stream, long number) throws Exception {
        return StreamFrame.FORM.of(leader.streams()
                .answer(StreamFrame.WANTED.bytes(new StreamFrame.Wanted(stream, number)))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS));
    }

    /** Stands between two agents and breaks their connections. */
    private static final class Relay implements AutoCloseable {
        private final ServerSocket accepting;
        private final Endpoint to;
        private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
        final Endpoint at;

        Relay(Endpoint to) throws IOException {
            this.to = to;
            accepting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            at = new Endpoint(InetAddress.getLoopbackAddress(), accepting.getLocalPort());
            run(() -> {
                while (true) {
                    Socket near = accepting.accept();
                    Socket far = new Socket(this.to.address(), this.to.port());
                    sockets.addAll(List.of(near, far));
                    run(() -> near.getInputStream().transferTo(far.getOutputStream()));
                    run(() -> far.getInputStream().transferTo(near.getOutputStream()));
                }
            });
        }

        private interface Work {
            void run() throws IOException;
        }

        private void run(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (IOException e) {
                    cut();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        void cut() {
            for (Socket socket : List.copyOf(sockets)) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            sockets.clear();
        }

        @Override
        public void close() throws IOException {
            accepting.close();
            cut();
        }
    }
}
