package io.quorate.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.remoting.rpc.exception.RpcServerException;
import com.alipay.remoting.serialization.SerializerManager;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.quorate.Await;
import io.quorate.kernel.Endpoint;
import io.quorate.runtime.Ticker;
import io.quorate.testing.Fault;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RpcPortTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final RpcPort port = RpcPort.open(ANY);
    private final Endpoint there = Endpoint.of(port.address());
    private final BoltRpcCaller caller = new BoltRpcCaller(Tls.NONE, Ticker.system());

    @AfterEach
    void close() {
        caller.close();
        port.close();
    }

    private static CompletableFuture<byte[]> now(byte[] answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] call(String method, byte[] body) throws Exception {
        return caller.call(there, method, body, LONG).get(30, TimeUnit.SECONDS);
    }

    private static RpcException failure(CompletableFuture<byte[]> call) throws Exception {
        try {
            byte[] answer = call.get(30, TimeUnit.SECONDS);
            throw new AssertionError("answered with " + answer.length + " bytes");
        } catch (ExecutionException e) {
            return (RpcException) java.util.Objects.requireNonNull(e.getCause());
        }
    }

    @Test
    void aCallIsAnsweredByTheHandlerOfItsMethod() throws Exception {
        port.serve("echo", request -> now(request));
        port.serve(
                "upper",
                request -> now(bytes(new String(request, StandardCharsets.UTF_8).toUpperCase(java.util.Locale.ROOT))));
        assertThat(call("echo", bytes("hello"))).isEqualTo(bytes("hello"));
        assertThat(call("upper", bytes("hello"))).isEqualTo(bytes("HELLO"));
        assertThat(call("echo", new byte[0])).isEmpty();
    }

    @Test
    void anUnknownMethodIsAnsweredAsFailedByName() throws Exception {
        RpcException failure = failure(caller.call(there, "nothing", new byte[0], LONG));
        assertThat(failure.kind()).isEqualTo(RpcException.Kind.FAILED);
        assertThat(failure).hasMessageContaining("unknown method: nothing");
    }

    @Test
    void whatAHandlerThrowsReachesTheCallerAsItsOwnWords() throws Exception {
        port.serve("throws", request -> {
            throw new IllegalStateException("no way");
        });
        port.serve("fails", request -> CompletableFuture.failedFuture(new IOException("disk gone")));
        for (String[] expected : new String[][] {{"throws", "no way"}, {"fails", "disk gone"}}) {
            RpcException failure = failure(caller.call(there, expected[0], new byte[0], LONG));
            assertThat(failure.kind()).isEqualTo(RpcException.Kind.FAILED);
            assertThat(failure).hasMessage(expected[1]);
        }
    }

    @Test
    @Fault(
            line = "B2",
            fault = "a handler of the server port throws an Error",
            seen = "the caller is told, and the request is counted out")
    void aHandlerThatThrowsAnErrorIsAnsweredForAndCountedOut() throws Exception {
        port.serve("throws", request -> {
            throw new NoClassDefFoundError("planted");
        });
        RpcException failure = failure(caller.call(there, "throws", new byte[0], LONG));
        assertThat(failure.kind()).isEqualTo(RpcException.Kind.FAILED);
        assertThat(failure).hasMessage("planted");
        assertThat(port.underWay()).isZero();
    }

    @Test
    @Fault(
            line = "B1",
            fault = "an Error while an address is dialled",
            seen = "that call fails, and the next one reaches the address")
    void anErrorWhileDiallingLeavesTheAddressReachable() throws Exception {
        port.serve("echo", request -> now(request));
        AtomicBoolean planted = new AtomicBoolean();
        Tls failsOnce = new Tls() {
            @Override
            public List<ChannelHandler> server() {
                return List.of();
            }

            @Override
            public List<ChannelHandler> client(String peer) {
                return List.of();
            }

            @Override
            public void awaitProof(Channel channel) {
                if (planted.compareAndSet(false, true)) {
                    throw new NoClassDefFoundError("planted");
                }
            }
        };
        try (BoltRpcCaller dialling = new BoltRpcCaller(failsOnce, Ticker.system())) {
            assertThat(failure(dialling.call(there, "echo", new byte[] {1}, LONG))
                            .kind())
                    .isEqualTo(RpcException.Kind.NOT_SENT);
            assertThat(dialling.call(there, "echo", new byte[] {1}, LONG).get(30, TimeUnit.SECONDS))
                    .containsExactly(1);
        }
    }

    @Test
    void theLargestBodyTravelsBothWaysAndALargerOneIsRefusedUnsent() throws Exception {
        port.serve("echo", request -> now(request));
        byte[] largest = new byte[RpcPort.MAX_BODY_BYTES];
        new Random(1).nextBytes(largest);
        assertThat(call("echo", largest)).isEqualTo(largest);
        RpcException failure = failure(caller.call(there, "echo", new byte[RpcPort.MAX_BODY_BYTES + 1], LONG));
        assertThat(failure.kind()).isEqualTo(RpcException.Kind.NOT_SENT);
    }

    @Test
    void anAnswerThatIsTooLargeFailsTheCallAndNotTheConnection() throws Exception {
        port.serve("large", request -> now(new byte[RpcPort.MAX_BODY_BYTES + 1]));
        port.serve("echo", request -> now(request));
        RpcException failure = failure(caller.call(there, "large", new byte[0], LONG));
        assertThat(failure.kind()).isEqualTo(RpcException.Kind.FAILED);
        assertThat(call("echo", bytes("on"))).isEqualTo(bytes("on"));
    }

    @Test
    void fourHundredCallsShareOneConnectionAndEachGetsItsOwnAnswer() throws Exception {
        port.serve("echo", request -> now(request));
        List<CompletableFuture<byte[]>> calls = new ArrayList<>();
        // Within what the handler pool lets wait.
        for (int i = 0; i < 400; i++) {
            calls.add(caller.call(there, "echo", bytes("n" + i), LONG));
        }
        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(bytes("n" + i));
        }
        assertThat(port.openConnections()).isEqualTo(1);
    }

    @Test
    void whenEveryThreadAndPlaceIsTakenTheCallerIsToldBusy() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (RpcPort small = RpcPort.open(ANY, Tls.NONE, new RpcPort.Limits(1, 1, 100, 1 << 20, LONG))) {
            small.serve("slow", request -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return now(bytes("done"));
            });
            Endpoint to = Endpoint.of(small.address());
            List<CompletableFuture<byte[]>> calls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                calls.add(caller.call(to, "slow", new byte[0], LONG));
            }
            Await.until("one call refused", LONG, () -> calls.stream().anyMatch(CompletableFuture::isDone));
            CompletableFuture<byte[]> refused =
                    calls.stream().filter(CompletableFuture::isDone).findFirst().orElseThrow();
            RpcException failure = failure(refused);
            assertThat(failure.kind()).isEqualTo(RpcException.Kind.BUSY);
            assertThat(failure).hasMessage("busy");
            release.countDown();
            for (CompletableFuture<byte[]> call : calls) {
                if (call != refused) {
                    assertThat(call.get(30, TimeUnit.SECONDS)).isEqualTo(bytes("done"));
                }
            }
        }
    }

    @Test
    void requestsWithoutAnAnswerYetAreBoundedInNumberAndBytes() throws Exception {
        CompletableFuture<byte[]> later = new CompletableFuture<>();
        try (RpcPort small = RpcPort.open(ANY, Tls.NONE, new RpcPort.Limits(2, 8, 2, 100, LONG))) {
            small.serve("later", request -> later);
            Endpoint to = Endpoint.of(small.address());
            CompletableFuture<byte[]> first = caller.call(to, "later", new byte[80], LONG);
            Await.until("the first call arrived", LONG, () -> small.underWay() == 1);
            assertThat(failure(caller.call(to, "later", new byte[80], LONG))).hasMessage("busy");
            CompletableFuture<byte[]> second = caller.call(to, "later", new byte[1], LONG);
            Await.until("the second call arrived", LONG, () -> small.underWay() == 2);
            assertThat(failure(caller.call(to, "later", new byte[1], LONG))).hasMessage("busy");
            later.complete(bytes("x"));
            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(bytes("x"));
            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(bytes("x"));
            assertThat(caller.call(to, "later", new byte[90], LONG).get(30, TimeUnit.SECONDS))
                    .isEqualTo(bytes("x"));
        }
    }

    @Test
    @Fault(
            line = "B2",
            fault = "handlers of the server port never answer, until the bound of unanswered requests is reached",
            seen =
                    "the callers learn that the outcome is unknown, the requests are counted out, and the port takes new ones")
    void requestsThatAreNeverAnsweredDoNotKeepThePortBusy() throws Exception {
        Duration time = Duration.ofMillis(500);
        try (RpcPort small = RpcPort.open(ANY, Tls.NONE, new RpcPort.Limits(2, 8, 2, 100, time))) {
            small.serve("never", request -> new CompletableFuture<>());
            small.serve("echo", request -> now(request));
            Endpoint to = Endpoint.of(small.address());
            List<CompletableFuture<byte[]>> lost =
                    List.of(caller.call(to, "never", new byte[1], time), caller.call(to, "never", new byte[1], time));
            for (CompletableFuture<byte[]> call : lost) {
                assertThat(failure(call).kind()).isEqualTo(RpcException.Kind.UNKNOWN);
            }
            Await.until("counted out", LONG, () -> small.underWay() == 0);
            assertThat(caller.call(to, "echo", bytes("x"), LONG).get(30, TimeUnit.SECONDS))
                    .isEqualTo(bytes("x"));
        }
    }

    @Test
    void withoutAnAnswerInTimeTheOutcomeIsUnknown() throws Exception {
        port.serve("never", request -> new CompletableFuture<>());
        RpcException failure = failure(caller.call(there, "never", new byte[0], Duration.ofMillis(200)));
        assertThat(failure.kind()).isEqualTo(RpcException.Kind.UNKNOWN);
    }

    @Test
    void aPeerThatIsNotThereWasCertainlyNotSentAnything() throws Exception {
        Endpoint nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = Endpoint.of((InetSocketAddress) socket.getLocalSocketAddress());
        }
        RpcException failure = failure(caller.call(nobody, "echo", new byte[0], LONG));
        assertThat(failure.kind()).isEqualTo(RpcException.Kind.NOT_SENT);
        assertThat(failure).hasMessageContaining(nobody.toString());
    }

    @Test
    void aPeerThatGoesWhileACallWaitsLeavesItsOutcomeUnknownAndIsFoundAgain() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        RpcPort leaving = RpcPort.open(ANY);
        leaving.serve("never", request -> {
            arrived.countDown();
            return new CompletableFuture<>();
        });
        Endpoint to = Endpoint.of(leaving.address());
        CompletableFuture<byte[]> call = caller.call(to, "never", new byte[0], LONG);
        assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
        leaving.close();
        assertThat(failure(call).kind()).isEqualTo(RpcException.Kind.UNKNOWN);
        try (RpcPort back = RpcPort.open(to.socketAddress())) {
            back.serve("echo", request -> now(request));
            Await.until("the same address answers again", LONG, () -> {
                try {
                    return caller.call(to, "echo", bytes("x"), LONG).get(30, TimeUnit.SECONDS).length == 1;
                } catch (Exception e) {
                    return false;
                }
            });
        }
    }

    @Test
    void aSilentAddressNeverHoldsTheCallerAndEndsAsNotSent() throws Exception {
        // A listener whose queue is full answers no connect.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> filling = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    Socket socket = new Socket();
                    filling.add(socket);
                    socket.connect(full.getLocalSocketAddress(), 100);
                }
            } catch (SocketTimeoutException e) {
                assertThat(filling).isNotEmpty();
            }
            Endpoint silent = Endpoint.of((InetSocketAddress) full.getLocalSocketAddress());
            long before = System.nanoTime();
            CompletableFuture<byte[]> call = caller.call(silent, "echo", new byte[0], Duration.ofMillis(300));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(100));
            assertThat(failure(call).kind()).isEqualTo(RpcException.Kind.NOT_SENT);
            for (Socket socket : filling) {
                socket.close();
            }
        }
    }

    @Test
    void aCallerThatIsClosedSendsNothingMore() throws Exception {
        BoltRpcCaller closing = new BoltRpcCaller(Tls.NONE, Ticker.system());
        port.serve("never", request -> new CompletableFuture<>());
        CompletableFuture<byte[]> waiting = closing.call(there, "never", new byte[0], LONG);
        Await.until("the call arrived", LONG, () -> port.underWay() == 1);
        closing.close();
        assertThat(failure(waiting).kind()).isEqualTo(RpcException.Kind.UNKNOWN);
        assertThat(failure(closing.call(there, "never", new byte[0], LONG)).kind())
                .isEqualTo(RpcException.Kind.NOT_SENT);
    }

    @Test
    void aPortInUseAndAnAddressThatIsNotOursAreNamed() {
        assertThatThrownBy(() -> RpcPort.open(port.address()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("127.0.0.1:" + port.address().getPort());
        assertThatThrownBy(() -> RpcPort.open(new InetSocketAddress("192.0.2.1", 0)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("192.0.2.1");
    }

    @Test
    void everyGenericSerializerMakesAnInertTextOfAnObject() throws Exception {
        for (int place = 0; place < 5; place++) {
            Object read = SerializerManager.getSerializer(place).deserialize(javaBytes(), Canary.class.getName());
            assertThat(read)
                    .isInstanceOfSatisfying(
                            RpcServerException.class,
                            e -> assertThat(e).hasMessage("generic objects are refused: " + Canary.class.getName()));
        }
        assertThat(Canary.SANG.get()).isFalse();
    }

    @Test
    void aMessageThatNobodyTakesIsAnsweredSoThatTheCallbackComes() throws Exception {
        com.alipay.remoting.rpc.RpcClient stock = new com.alipay.remoting.rpc.RpcClient();
        stock.startup();
        try {
            CompletableFuture<Object> ended = new CompletableFuture<>();
            stock.invokeWithCallback(
                    there.toString(),
                    "nobody takes a string",
                    new com.alipay.remoting.InvokeCallback() {
                        @Override
                        public void onResponse(Object result) {
                            ended.complete(result);
                        }

                        @Override
                        public void onException(Throwable failure) {
                            ended.complete(failure);
                        }

                        @Override
                        public java.util.concurrent.Executor getExecutor() {
                            return Runnable::run;
                        }
                    },
                    10_000);
            assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(Throwable.class);
        } finally {
            stock.shutdown();
        }
    }

    @Test
    void randomBytesCloseTheirConnectionAndNothingElse() throws Exception {
        port.serve("echo", request -> now(request));
        Random random = new Random(7);
        for (int round = 0; round < 20; round++) {
            byte[] noise = new byte[1 + random.nextInt(4000)];
            random.nextBytes(noise);
            if (noise[0] == 1 || noise[0] == 2) {
                noise[0] = 99;
            }
            assertThat(isClosedAfter(noise)).as("round %d", round).isTrue();
        }
        assertThat(call("echo", bytes("alive"))).isEqualTo(bytes("alive"));
    }

    @Test
    void aFrameThatAnnouncesTooMuchIsClosedBeforeItIsGathered() throws Exception {
        assertThat(isClosedAfter(frame(RpcRequest.class.getName(), new byte[0], (byte) 1, 1 << 30)))
                .isTrue();
        assertThat(isClosedAfter(frame(RpcRequest.class.getName(), new byte[0], (byte) 1, -1)))
                .isTrue();
    }

    @Test
    void aSerialisedJavaObjectIsNeverRead() throws Exception {
        port.serve("echo", request -> now(request));
        assertThat(isClosedAfter(javaBytes())).isTrue();
        String[] names = {
            Canary.class.getName(),
            "[B",
            "java.util.HashMap",
            RpcRequest.class.getName(),
            RpcResponse.class.getName(),
            "com.alipay.sofa.jraft.rpc.RpcRequests$PingRequest"
        };
        for (String name : names) {
            for (byte codec = 0; codec < 6; codec++) {
                byte[] body = javaBytes();
                try (Socket socket = new Socket(there.address(), there.port())) {
                    socket.setSoTimeout(300);
                    socket.getOutputStream().write(frame(name, body, codec, body.length));
                    try {
                        int first = socket.getInputStream().read();
                        assertThat(first).isIn(-1, 1, 2);
                    } catch (SocketTimeoutException e) {
                        assertThat(e).isNotNull();
                    }
                }
            }
        }
        assertThat(call("echo", bytes("alive"))).isEqualTo(bytes("alive"));
        assertThat(Canary.SANG.get()).isFalse();
    }

    private boolean isClosedAfter(byte[] sent) throws IOException {
        try (Socket socket = new Socket(there.address(), there.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(sent);
            socket.getOutputStream().flush();
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static byte[] frame(String className, byte[] content, byte codec, int announced) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        byte[] name = bytes(className);
        out.write(new byte[] {2, 1, 1});
        out.writeShort(1);
        out.writeByte(1);
        out.writeInt(77);
        out.write(new byte[] {codec, 0});
        out.writeInt(1000);
        out.writeShort(name.length);
        out.writeShort(0);
        out.writeInt(announced);
        out.write(name);
        out.write(content);
        return bytes.toByteArray();
    }

    private static byte[] javaBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Canary());
        }
        return bytes.toByteArray();
    }

    /** Sings when anybody reads it. */
    private static final class Canary implements Serializable {
        private static final AtomicBoolean SANG = new AtomicBoolean();

        private void readObject(ObjectInputStream in) {
            SANG.set(true);
        }
    }

    @Test
    void theGuardCountsFramesThatComeInPieces() throws Exception {
        port.serve("echo", request -> now(request));
        byte[] body = new byte[300];
        body[0] = 4;
        System.arraycopy(bytes("echo"), 0, body, 1, 4);
        byte[] frame = frame(RpcRequest.class.getName(), body, (byte) 1, body.length);
        byte[] twice = Arrays.copyOf(frame, frame.length * 2);
        System.arraycopy(frame, 0, twice, frame.length, frame.length);
        try (Socket socket = new Socket(there.address(), there.port())) {
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            for (byte one : twice) {
                socket.getOutputStream().write(one);
            }
            // Two answers of 295 bytes and their heads.
            assertThat(socket.getInputStream().readNBytes(2 * 300)).hasSize(600);
        }
    }
}
