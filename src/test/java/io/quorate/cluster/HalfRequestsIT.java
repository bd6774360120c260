package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
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
                    "thirty connections to a leader with 64 MB of direct memory, each with half a frame of 8 MB, kept open",
            seen =
                    "it leads on in the same term, its followers keep in contact, and its process grows by less than 100 MB")
    void halfFramesUnseatNoLeader() {
        AgentProcess leader = ALL.leader();
        long term = leader.raft("term");
        long before = ProcessFigures.residentMb(leader.pid());
        byte[] half = new byte[FRAME / 2];
        byte[] head = head();
        System.arraycopy(head, 0, half, 0, head.length);
        for (int i = 0; i < CONNECTIONS; i++) {
            send(leader, leader.place().rpc(), half);
        }
        unharmed(leader, term);
        assertThat(ProcessFigures.residentMb(leader.pid()) - before)
                .as("MB that the process grew by")
                .isLessThan(100);
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
        unharmed(leader, term);
    }

    private static void unharmed(AgentProcess leader, long term) {
        Patience.throughout("it leads, and answers what needs its followers", Duration.ofSeconds(8), () -> {
            leader.get("/v1/catalog/nodes?consistent").expect(200);
            assertThat(leader.isLeader()).isTrue();
            assertThat(leader.raft("term")).isEqualTo(term);
        });
        assertThat(leader.log()).doesNotContain("OutOfMemoryError").doesNotContain("OutOfDirectMemoryError");
        ALL.await(AGENTS);
    }

    /** Connects and sends, and does not care whether anybody listens to the end. */
    private void send(AgentProcess to, int port, byte[] bytes) {
        Socket socket = new Socket();
        open.add(socket);
        try {
            socket.connect(new InetSocketAddress(to.place().address(), port), 5000);
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException refused) {
            assertThat(to.isAlive()).isTrue();
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
