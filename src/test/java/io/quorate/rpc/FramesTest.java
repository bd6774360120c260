package io.quorate.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quorate.Await;
import io.quorate.kernel.Endpoint;
import io.quorate.runtime.Ticker;
import io.quorate.testing.Fault;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What connections may take of a port that have not said a whole frame. */
class FramesTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final FrameLimits SMALL =
            new FrameLimits(1 << 20, 2 << 20, Duration.ofMillis(500), Duration.ofSeconds(3), 20, 5);

    private long nanos;

    /** A request of Bolt's second protocol with so much content. */
    private static byte[] frame(int content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(new byte[] {2, 1, 1, 0, 1, 1});
            out.writeInt(7);
            out.writeByte(1);
            out.writeByte(0);
            out.writeInt(3000);
            out.writeShort(0);
            out.writeShort(0);
            out.writeInt(content);
            out.write(new byte[content]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** As if it came from there. */
    private static final class From extends EmbeddedChannel {
        private final SocketAddress remote;

        From(String address, FrameGuard guard) {
            super(false, false);
            remote = new InetSocketAddress(address, 40_000);
            pipeline().addLast(guard);
            try {
                register();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return remote == null ? super.remoteAddress0() : remote;
        }
    }

    private From from(String address, Incomplete incomplete, Admission admission) {
        return new From(address, new FrameGuard(SMALL, incomplete, admission, () -> nanos));
    }

    @Test
    void whateverThePiecesBoltSeesWholeFramesInTheirOrder() {
        Random random = new Random(8417);
        for (int round = 0; round < 300; round++) {
            Incomplete incomplete = new Incomplete(SMALL.incompleteBytes());
            From channel = from("10.0.0.1", incomplete, new Admission(20, 5));
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            List<Integer> ends = new ArrayList<>(List.of(0));
            int frames = 1 + random.nextInt(6);
            for (int i = 0; i < frames; i++) {
                sent.writeBytes(frame(random.nextInt(3) == 0 ? 0 : random.nextInt(3000)));
                ends.add(sent.size());
            }
            byte[] all = sent.toByteArray();
            for (int at = 0; at < all.length; ) {
                int piece = Math.min(all.length - at, 1 + random.nextInt(random.nextBoolean() ? 20 : 4000));
                channel.writeInbound(Unpooled.wrappedBuffer(all, at, piece));
                at += piece;
            }
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
                byte[] bytes = new byte[part.readableBytes()];
                part.readBytes(bytes);
                part.release();
                got.writeBytes(bytes);
                assertThat(ends).as("ends of frames").contains(got.size());
            }
            assertThat(got.toByteArray()).isEqualTo(all);
            assertThat(incomplete.bytes()).isZero();
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void whatIsOnlyAnnouncedTakesNoMemoryAndWhatHasComeIsCounted() {
        Incomplete incomplete = new Incomplete(SMALL.incompleteBytes());
        From channel = from("10.0.0.1", incomplete, new Admission(20, 5));
        byte[] frame = frame(1_000_000);
        channel.writeInbound(Unpooled.wrappedBuffer(frame, 0, 100));
        assertThat(incomplete.bytes()).isBetween(100L, 1000L);
        channel.writeInbound(Unpooled.wrappedBuffer(frame, 100, 400_000));
        assertThat(incomplete.bytes()).isBetween(400_000L, 1_000_100L);
        var unused = channel.close();
        assertThat(incomplete.bytes()).isZero();
    }

    @Test
    void roomIsMadeByTheAddressThatHoldsMostAndThereByTheOldestFrame() {
        Incomplete incomplete = new Incomplete(SMALL.incompleteBytes());
        Admission admission = new Admission(20, 5);
        From peer = from("10.0.0.1", incomplete, admission);
        peer.writeInbound(Unpooled.wrappedBuffer(frame(600_000), 0, 500_000));
        List<From> strangers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            From stranger = from("10.0.0.66", incomplete, admission);
            strangers.add(stranger);
            stranger.writeInbound(Unpooled.wrappedBuffer(frame(600_000), 0, 500_000));
            strangers.forEach(From::runPendingTasks);
            assertThat(incomplete.bytes()).isLessThanOrEqualTo(SMALL.incompleteBytes());
        }
        assertThat(peer.isOpen()).isTrue();
        assertThat(strangers.stream().map(From::isOpen)).containsExactly(false, false, true, true, true);
    }

    @Test
    void aFrameThatPausesOrNeverEndsIsClosed() {
        Incomplete incomplete = new Incomplete(SMALL.incompleteBytes());
        From pausing = from("10.0.0.1", incomplete, new Admission(20, 5));
        From trickling = from("10.0.0.2", incomplete, new Admission(20, 5));
        byte[] frame = frame(1000);
        pausing.freezeTime();
        trickling.freezeTime();
        pausing.writeInbound(Unpooled.wrappedBuffer(frame, 0, 10));
        trickling.writeInbound(Unpooled.wrappedBuffer(frame, 0, 10));
        for (int i = 0; i < 8; i++) {
            nanos += Duration.ofMillis(400).toNanos();
            trickling.writeInbound(Unpooled.wrappedBuffer(frame, 10 + i, 1));
            for (From channel : List.of(pausing, trickling)) {
                channel.advanceTimeBy(400, TimeUnit.MILLISECONDS);
                channel.runScheduledPendingTasks();
            }
            assertThat(pausing.isOpen()).as("after %s pauses of 400 ms", i + 1).isEqualTo(i < 1);
        }
        assertThat(trickling.isOpen()).as("3 s after its first byte").isFalse();
        assertThat(incomplete.bytes()).isZero();
    }

    @Test
    void aNewConnectionTakesThePlaceOfTheOldestThatNeverSaidAnything() {
        Incomplete incomplete = new Incomplete(SMALL.incompleteBytes());
        Admission admission = new Admission(6, 3);
        From proven = from("10.0.0.1", incomplete, admission);
        proven.writeInbound(Unpooled.wrappedBuffer(frame(10)));
        List<From> silent = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            silent.add(from("10.0.1." + i, incomplete, admission));
            silent.forEach(From::runPendingTasks);
        }
        assertThat(silent.get(0).isOpen()).isFalse();
        assertThat(silent.subList(1, 6)).allMatch(From::isOpen);
        assertThat(proven.isOpen()).isTrue();
        assertThat(admission.open()).isEqualTo(6);
    }

    @Test
    void oneAddressGetsItsShareAndWhereAllHaveSpokenTheNewOneIsRefused() {
        Incomplete incomplete = new Incomplete(SMALL.incompleteBytes());
        Admission admission = new Admission(6, 3);
        List<From> same = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            From channel = from("10.0.0.1", incomplete, admission);
            same.add(channel);
            channel.runPendingTasks();
            if (channel.isOpen()) {
                channel.writeInbound(Unpooled.wrappedBuffer(frame(10)));
            }
        }
        assertThat(same.stream().map(From::isOpen)).containsExactly(true, true, true, false);
        assertThat(from("10.0.0.2", incomplete, admission).isOpen()).isTrue();
    }

    @Test
    void ofIpv6TheNetworkCounts() {
        assertThat(Admission.source(new InetSocketAddress("2001:db8::1", 1)))
                .isEqualTo(Admission.source(new InetSocketAddress("2001:db8::2", 2)))
                .isNotEqualTo(Admission.source(new InetSocketAddress("2001:db8:0:1::1", 1)));
        assertThat(Admission.source(new InetSocketAddress("10.0.0.1", 1)))
                .isNotEqualTo(Admission.source(new InetSocketAddress("10.0.0.2", 1)));
    }

    @Test
    @Fault(
            line = "A11",
            fault =
                    "forty connections that send half a frame of 600 kB each and stay, on a port that allows 2 MB of them",
            seen = "the memory of what is incomplete stays below 2 MB, calls are answered, and all forty are closed")
    void halfFramesTakeBoundedMemoryAndNobodysTurn() throws Exception {
        RpcPort port = RpcPort.open(ANY, Tls.NONE, RpcPort.Limits.DEFAULT, SMALL);
        BoltRpcCaller caller = new BoltRpcCaller(Tls.NONE, Ticker.system());
        List<Socket> halves = new ArrayList<>();
        try {
            port.serve("echo", CompletableFuture::completedFuture);
            byte[] frame = frame(600_000);
            for (int i = 0; i < 40; i++) {
                Socket socket =
                        new Socket(port.address().getAddress(), port.address().getPort());
                halves.add(socket);
                try {
                    socket.getOutputStream().write(frame, 0, frame.length / 2);
                } catch (IOException closedAlready) {
                    assertThat(i).as("frames that found room").isGreaterThan(0);
                }
                assertThat(port.incompleteBytes()).isLessThanOrEqualTo(SMALL.incompleteBytes());
                byte[] answer = caller.call(Endpoint.of(port.address()), "echo", new byte[] {1}, LONG)
                        .get(30, TimeUnit.SECONDS);
                assertThat(answer).containsExactly(1);
            }
            Await.until("all halves are closed", LONG, () -> port.openConnections() == 1, port::openConnections);
            assertThat(port.incompleteBytes()).isZero();
        } finally {
            for (Socket socket : halves) {
                socket.close();
            }
            caller.close();
            port.close();
        }
    }
}
