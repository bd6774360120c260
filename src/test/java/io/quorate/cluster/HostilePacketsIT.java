package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Strangers may send what they like to any port: the agent goes on, and no object of theirs is ever read. */
class HostilePacketsIT {
    private static final long SEED = Long.getLong("quorate.seed", 8417);
    private static final int PACKETS = Boolean.getBoolean("quorate.long") ? 2000 : 200;

    @RegisterExtension
    static final Agents AGENTS = new Agents();

    private static final AgentProcess S1 = AGENTS.server("s1", "-bootstrap");
    private static final AgentProcess C1 = AGENTS.client("c1", FoundingIT.retryJoin(S1));
    private static final Whole BOTH = Whole.of(S1, C1);
    private static String cluster = "";

    @BeforeAll
    static void found() {
        Agents.startAll(S1, C1);
        cluster = BOTH.await(AGENTS);
    }

    @AfterEach
    void goesOn() {
        assertThat(BOTH.await(AGENTS, Duration.ofSeconds(20))).isEqualTo(cluster);
        // Gossip and the server port still take in somebody new: a client that left and comes back needs both.
        C1.terminate();
        assertThat(C1.exitCode(Duration.ofSeconds(15))).isZero();
        C1.start();
        assertThat(BOTH.await(AGENTS)).isEqualTo(cluster);
        assertThat(S1.log()).doesNotContain("OutOfMemoryError").doesNotContain("StackOverflowError");
    }

    @Test
    void randomBytesAtEveryPortChangeNothing() {
        System.out.println("random bytes: -Dquorate.seed=" + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < PACKETS; i++) {
            byte[] junk = new byte[1 + random.nextInt(i % 10 == 0 ? 60_000 : 1400)];
            random.nextBytes(junk);
            if (i % 3 == 0) {
                // Past the first check: the first byte of our own gossip packets, then of Bolt's frames.
                junk[0] = i % 2 == 0 ? (byte) 'Q' : (byte) (1 + i % 2);
            }
            datagram(junk);
            if (i % 4 == 0) {
                for (int port : tcpPorts()) {
                    stream(port, junk);
                }
            }
        }
    }

    @Test
    void aSerialisedJavaObjectIsNeverReadAtAnyPort() {
        byte[] bomb = bomb();
        long before = cpuTicks();
        for (int port : tcpPorts()) {
            stream(port, bomb);
        }
        datagram(bomb);
        stream(S1.place().rpc(), boltRequest(bomb, (byte) 1));
        stream(S1.place().rpc(), boltRequest(bomb, (byte) 2));
        Patience.throughout(
                "it is not busy with reading it",
                Duration.ofSeconds(4),
                () -> S1.get("/info").expect(200));
        // Whoever reads it is busy for ever; 4 s of one core are 400 ticks, answering 40 requests a few.
        assertThat(cpuTicks() - before).as("ticks of CPU in 4 s").isLessThan(250);
    }

    @Test
    void connectionsThatSayNothingKeepNobodyOut() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                for (int port : tcpPorts()) {
                    Socket socket = new Socket();
                    silent.add(socket);
                    socket.connect(new InetSocketAddress(S1.place().address(), port), 2000);
                }
            }
            assertThat(BOTH.await(AGENTS, Duration.ofSeconds(20))).isEqualTo(cluster);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static List<Integer> tcpPorts() {
        Place place = S1.place();
        return List.of(place.http(), place.gossip(), place.rpc());
    }

    /** Sends, and does not care whether anybody listens to the end. */
    private static void stream(int port, byte[] bytes) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(S1.place().address(), port), 2000);
            socket.setSoTimeout(50);
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            int answer = socket.getInputStream().read();
            assertThat(answer).isBetween(-1, 255);
        } catch (IOException refusedOrSilent) {
            assertThat(S1.isAlive()).as("alive after bytes at port %s", port).isTrue();
        }
    }

    private static void datagram(byte[] bytes) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(
                    bytes,
                    bytes.length,
                    InetAddress.getByName(S1.place().address()),
                    S1.place().gossip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets in sets: small to write, and reading it computes 2^40 hash codes. */
    private static byte[] bomb() {
        Set<Object> root = new HashSet<>();
        Set<Object> left = root;
        Set<Object> right = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            Set<Object> nextLeft = new HashSet<>();
            Set<Object> nextRight = new HashSet<>();
            nextLeft.add("a");
            left.add(nextLeft);
            left.add(nextRight);
            right.add(nextLeft);
            right.add(nextRight);
            left = nextLeft;
            right = nextRight;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A well-formed Bolt request (protocol 1) that claims its body to be an object of the given serializer. */
    private static byte[] boltRequest(byte[] body, byte serializer) {
        byte[] type = "java.util.HashSet".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(1);
            out.writeByte(1);
            out.writeShort(1);
            out.writeByte(1);
            out.writeInt(7);
            out.writeByte(serializer);
            out.writeInt(3000);
            out.writeShort(type.length);
            out.writeShort(0);
            out.writeInt(body.length);
            out.write(type);
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static long cpuTicks() {
        return ProcessFigures.cpuTicks(S1.pid());
    }
}
