package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Strangers that begin and never end: the leader keeps its memory for the others. */
class HalfRequestsIT {
    private static final int FRAME = 8_000_000;
    private static final int PIECE = 64 * 1024;
    private static final int CONNECTIONS = 30;
    /** On a machine that is busy with other tests a second passes without a heartbeat anyway. */
    private static final String CALM = "-performance.raft-multiplier=3";

    @RegisterExtension
    static final Agents AGENTS = new Agents();

    private static final AgentProcess S1 = AGENTS.server("s1", "-bootstrap-expect=3", CALM);
    private static final AgentProcess S2 = AGENTS.server("s2", "-bootstrap-expect=3", CALM, FoundingIT.retryJoin(S1));
    private static final AgentProcess S3 = AGENTS.server("s3", "-bootstrap-expect=3", CALM, FoundingIT.retryJoin(S1));
    private static final Whole ALL = Whole.of(S1, S2, S3);

    private final List<Socket> open = new ArrayList<>();

    @BeforeAll
    static void found() {
        List<String> small = new ArrayList<>(AgentProcess.SMALL_JVM);
        small.addAll(List.of("-XX:MaxDirectMemorySize=64m", "-jar", AgentProcess.JAR.toString()));
        ALL.servers().forEach(server -> server.launchWith(small));
        Agents.startAll(S1, S2, S3);
        ALL.await(AGENTS);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Test
    @Fault(
            line = "A11",
            fault =
                    "thirty connections to a leader with 64 MB of direct memory that send half a frame of 8 MB each, piece by piece"
                            + " in turn, and go on with a byte at a time",
            seen = "it leads on in the same term, its followers keep in contact, and it closes each of them")
    void halfFramesUnseatNoLeader() {
        AgentProcess leader = ALL.leader();
        long term = leader.raft("term");
        List<Socket> strangers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            strangers.add(send(leader, leader.place().rpc(), head()));
        }
        // In turn, so that what is freed where one of them is closed is taken by the others at once.
        byte[] piece = new byte[PIECE];
        for (int sent = 0; sent < FRAME / 2; sent += PIECE) {
            strangers.forEach(stranger -> write(stranger, piece));
        }
        unharmed(leader, term, () -> strangers.forEach(stranger -> write(stranger, new byte[1])));
        // Silent from here on.
        Patience.until(
                "the leader has closed all of them",
                Duration.ofSeconds(40),
                () -> assertThat(strangers).allMatch(HalfRequestsIT::isClosedThere));
    }

    @Test
    @Fault(
            line = "A11",
            fault =
                    "more silent connections to the gossip port than it takes, and more half bodies over HTTP than it has threads",
            seen = "gossip takes in a new member, and HTTP answers at once")
    void silentConnectionsAndHalfBodiesKeepNobodyOut() {
        AgentProcess leader = ALL.leader();
        long term = leader.raft("term");
        byte[] body = "PUT /v1/kv/half HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nhalf"
                .getBytes(StandardCharsets.US_ASCII);
        byte[] json =
                "PUT /join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000\r\n\r\n{"
                        .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 250; i++) {
            send(leader, leader.place().http(), body);
            send(leader, leader.place().http(), json);
            send(leader, leader.place().gossip(), new byte[0]);
        }
        leader.get("/v1/status/leader").expect(200);
        AgentProcess follower = ALL.followers().get(0);
        follower.terminate();
        assertThat(follower.exitCode(Duration.ofSeconds(15))).isZero();
        follower.setFlags("-bootstrap-expect=3", CALM, FoundingIT.retryJoin(leader));
        follower.start();
        ALL.await(AGENTS);
        unharmed(leader, term, () -> {});
    }

    private static void unharmed(AgentProcess leader, long term, Runnable meanwhile) {
        Patience.throughout("it leads, and answers what needs its followers", Duration.ofSeconds(8), () -> {
            meanwhile.run();
            leader.get("/v1/catalog/nodes?consistent").expect(200);
            assertThat(leader.isLeader()).isTrue();
            assertThat(leader.raft("term")).isEqualTo(term);
        });
        assertThat(leader.log()).doesNotContain("OutOfMemoryError").doesNotContain("OutOfDirectMemoryError");
        ALL.await(AGENTS);
    }

    /** Connects and sends, and does not care whether anybody listens to the end. */
    private Socket send(AgentProcess to, int port, byte[] bytes) {
        Socket socket = new Socket();
        open.add(socket);
        try {
            socket.connect(new InetSocketAddress(to.place().address(), port), 5000);
        } catch (IOException refused) {
            assertThat(to.isAlive()).isTrue();
        }
        write(socket, bytes);
        return socket;
    }

    /** Into the void where it is closed at the other end. */
    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException closed) {
            assertThat(socket.isClosed()).as("closed here").isFalse();
        }
    }

    private static boolean isClosedThere(Socket socket) {
        try {
            socket.setSoTimeout(20);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Of a request of Bolt's second protocol. */
    private static byte[] head() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(new byte[] {2, 1, 1, 0, 1, 1});
            out.writeInt(7);
            out.writeByte(1);
            out.writeByte(0);
            out.writeInt(3000);
            out.writeShort(0);
            out.writeShort(0);
            out.writeInt(FRAME);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
