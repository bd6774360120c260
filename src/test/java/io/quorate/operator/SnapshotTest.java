package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.answer.Answers;
import io.quorate.answer.AskException;
import io.quorate.consensus.RaftStatus;
import io.quorate.http.HttpConfiguration;
import io.quorate.kernel.ReasonCode;
import io.quorate.store.PendingArchive;
import io.quorate.store.StateReader;
import io.quorate.store.StateUnavailableException;
import io.quorate.store.Topic;
import io.quorate.testing.Asked;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** {@code /v1/snapshot}, through the web layer of a server that leads and of a client. */
class SnapshotTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String NOTHING_NEW = "Raft error when taking snapshot: nothing new to snapshot";

    private final HttpClient http = HttpClient.newHttpClient();
    private final FakeServers servers = FakeServers.leading(Fixtures.rpc(Fixtures.S3));
    private final FakeConsensus consensus = new FakeConsensus().confirmingUnderALeader();
    private final FakeServers known = FakeServers.client(Fixtures.rpc(Fixtures.S3));
    private final State state = new State();
    private Answers answers;
    private Answers asking;
    private Path folder;
    private ConfigurableApplicationContext server;
    private ConfigurableApplicationContext client;

    /** A state that is so many bytes when it is written, the same each time. */
    private static final class State implements StateReader {
        private volatile long index = 41;
        private volatile int bytes = 3000;
        private final AtomicInteger closed = new AtomicInteger();
        private volatile String failure = "";

        byte[] content() {
            byte[] content = new byte[bytes];
            new Random(7).nextBytes(content);
            return content;
        }

        @Override
        public PendingArchive beginArchive() {
            long at = index;
            return new PendingArchive() {
                @Override
                public long index() {
                    return at;
                }

                @Override
                public long term() {
                    return 3;
                }

                @Override
                public void write(Path file) {
                    if (!failure.isEmpty()) {
                        throw new StateUnavailableException(failure);
                    }
                    try {
                        Files.write(file, content());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }

        @Override
        public long appliedIndex() {
            return index;
        }

        @Override
        public <T> Snapshot<T> read(Query<T> query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Boolean> await(Set<Topic> topics, long from, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long changed(Set<Topic> topics) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long changed(Set<Topic> topics, Connection transaction) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long generation() {
            return 1;
        }
    }

    @BeforeEach
    void start() throws IOException {
        FakeRpc rpc = new FakeRpc();
        AgentParts parts = Fixtures.server(
                Fixtures.everybody("s3", Fixtures.S3),
                servers,
                rpc,
                Fixtures.FakeFounding.member(ReasonCode.READY),
                consensus);
        consensus.state = state;
        folder = parts.identity().dataFolder().resolve("snapshots");
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("9.archive"), "left by a process that was killed");
        answers = Asked.by(parts, new MemoryState(), rpc, Duration.ofMillis(300));
        answers.handlers().forEach((method, handler) -> rpc.serve(Fixtures.rpc(Fixtures.S3), method, handler));
        server = WebAgent.run(parts, answers);
        AgentParts ofClient = Fixtures.client(Fixtures.everybody("c1", Fixtures.S3), known, rpc);
        asking = Asked.by(ofClient, null, rpc, Duration.ofMillis(300));
        client = WebAgent.silentAtMost(Duration.ofSeconds(3), ofClient, asking);
        consensus.become(FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
        asking.close();
        answers.close();
    }

    private static int port(ConfigurableApplicationContext agent) {
        return Integer.parseInt(Objects.requireNonNull(agent.getEnvironment().getProperty("local.server.port")));
    }

    private <T> HttpResponse<T> send(
            ConfigurableApplicationContext agent,
            String method,
            String path,
            HttpRequest.BodyPublisher body,
            HttpResponse.BodyHandler<T> handler)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(agent) + path))
                .method(method, body)
                .header("Accept-Encoding", "gzip")
                .timeout(LONG)
                .build();
        return http.send(request, handler);
    }

    private HttpResponse<byte[]> get(ConfigurableApplicationContext agent, String path) throws Exception {
        return send(agent, "GET", path, HttpRequest.BodyPublishers.noBody(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> answer) throws IOException {
        boolean packed = answer.headers().firstValue("Content-Encoding").isPresent();
        byte[] plain =
                packed ? new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes() : answer.body();
        return new String(plain, StandardCharsets.UTF_8);
    }

    private void nothingIsLeft() {
        Await.until("every file is deleted, and the state let go", LONG, () -> {
            try (var files = Files.list(folder)) {
                return files.findAny().isEmpty() && state.closed.get() > 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Read by the rules of the format, not by our own code. */
    private static Map<String, byte[]> untar(byte[] archive) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(archive))) {
            for (byte[] header = in.readNBytes(512); header[0] != 0; header = in.readNBytes(512)) {
                int sum = 0;
                for (int i = 0; i < 512; i++) {
                    sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
                }
                assertThat(octal(header, 148, 6)).isEqualTo(sum);
                String name = new String(header, 0, 100, StandardCharsets.US_ASCII).replace("\0", "");
                int size = octal(header, 124, 11);
                files.put(name, in.readNBytes(size));
                in.skipNBytes((512 - size % 512) % 512);
            }
            assertThat(in.readAllBytes()).hasSize(512).containsOnly((byte) 0);
        }
        return files;
    }

    private static int octal(byte[] header, int at, int length) {
        return Integer.parseInt(new String(header, at, length, StandardCharsets.US_ASCII), 8);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void aSnapshotThatMightFillTheDiskIsNotBegun() {
        Snapshots.refuseWithoutRoom(100 << 20, 100 << 20);
        assertThatThrownBy(() -> Snapshots.refuseWithoutRoom(99 << 20, 100 << 20))
                .isInstanceOf(AskException.class)
                .hasMessageContaining("99 MB are free")
                .hasMessageContaining("100 MB");
    }

    @Test
    void anArchiveHasTheStateAndItsChecksumsWhoeverIsAsked() throws Exception {
        for (ConfigurableApplicationContext agent : List.of(server, client)) {
            for (int bytes : List.of(1, 512, 3000, 1 << 20)) {
                state.bytes = bytes;
                HttpResponse<byte[]> answer = get(agent, "/v1/snapshot");
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-gzip");
                assertThat(answer.headers().firstValue("Content-Encoding"))
                        .as("as it is")
                        .isEmpty();
                assertThat(answer.headers().firstValue("X-Consul-Index")).contains("41");
                assertThat(answer.headers().firstValue("X-Consul-Knownleader")).contains("true");
                assertThat(answer.headers().firstValue("X-Consul-Lastcontact")).contains("0");
                Map<String, byte[]> files = untar(answer.body());
                assertThat(files.keySet()).containsExactly("meta.json", "state.bin", "SHA256SUMS");
                byte[] meta = Objects.requireNonNull(files.get("meta.json"));
                assertThat(files.get("state.bin")).isEqualTo(state.content());
                assertThat(new String(Objects.requireNonNull(files.get("SHA256SUMS")), StandardCharsets.US_ASCII))
                        .isEqualTo(sha256(meta) + "  meta.json\n" + sha256(state.content()) + "  state.bin\n");
                JsonNode said = NativeJson.mapper().readTree(meta);
                assertThat(said.path("Version").intValue()).isEqualTo(1);
                assertThat(said.path("ID").stringValue()).startsWith("3-41-");
                assertThat(said.path("Index").longValue()).isEqualTo(41);
                assertThat(said.path("Term").longValue()).isEqualTo(3);
                assertThat(said.path("Size").longValue()).isEqualTo(bytes);
                assertThat(said.at("/Configuration/Servers").size()).isEqualTo(3);
            }
        }
        nothingIsLeft();
    }

    @Test
    void withoutALeaderItIsRefusedAtOnceAndStaleGivesWhatIsThere() throws Exception {
        servers.leads = false;
        servers.leader = java.util.Optional.empty();
        servers.lastContactMs = 700;
        for (ConfigurableApplicationContext agent : List.of(server, client)) {
            HttpResponse<byte[]> refused = get(agent, "/v1/snapshot");
            assertThat(refused.statusCode()).isEqualTo(500);
            assertThat(text(refused)).isEqualTo("No cluster leader");
            HttpResponse<byte[]> stale = get(agent, "/v1/snapshot?stale");
            assertThat(stale.statusCode()).isEqualTo(200);
            assertThat(stale.headers().firstValue("X-Consul-Knownleader")).contains("false");
            assertThat(stale.headers().firstValue("X-Consul-Lastcontact")).contains("700");
            assertThat(untar(stale.body()).get("state.bin")).isEqualTo(state.content());
        }
        state.index = 0;
        HttpResponse<byte[]> fresh = get(client, "/v1/snapshot?stale");
        assertThat(fresh.statusCode()).isEqualTo(500);
        assertThat(text(fresh)).isEqualTo(NOTHING_NEW);
        assertThat(text(get(client, "/v1/snapshot?dc=nowhere"))).isEqualTo("No path to datacenter");
    }

    @Test
    void restoringIsRefusedInWordsWhateverIsSent() throws Exception {
        for (ConfigurableApplicationContext agent : List.of(server, client)) {
            for (byte[] body : List.of(new byte[0], new byte[] {1, 2, 3})) {
                HttpResponse<byte[]> answer = send(
                        agent,
                        "PUT",
                        "/v1/snapshot",
                        HttpRequest.BodyPublishers.ofByteArray(body),
                        HttpResponse.BodyHandlers.ofByteArray());
                assertThat(answer.statusCode()).isEqualTo(501);
                assertThat(text(answer)).startsWith("restoring a snapshot is not supported");
            }
        }
        // A body that is too large for any route is not even begun to be read.
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(server))) {
            socket.getOutputStream()
                    .write("PUT /v1/snapshot HTTP/1.1\r\nHost: x\r\nContent-Length: 500000000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout((int) LONG.toMillis());
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 501")
                    .contains("restoring a snapshot is not supported");
        }
    }

    @Test
    @Fault(
            line = "A10",
            fault = "The server that gives a snapshot stops in the middle of it",
            seen = "The connection breaks: no client takes what it has for the whole.")
    void anArchiveThatBreaksOffNeverLooksWhole() throws Exception {
        state.bytes = 64 << 20;
        HttpResponse<InputStream> answer = send(
                client,
                "GET",
                "/v1/snapshot",
                HttpRequest.BodyPublishers.noBody(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        try (InputStream in = answer.body()) {
            assertThat(in.readNBytes(1000)).hasSize(1000);
            answers.close();
            assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(IOException.class);
        }
        nothingIsLeft();
    }

    @Test
    void aStateThatCannotBeReadIsAnsweredWithTheReason() throws Exception {
        state.failure = "the database is damaged";
        for (ConfigurableApplicationContext agent : List.of(server, client)) {
            HttpResponse<byte[]> answer = get(agent, "/v1/snapshot");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(text(answer)).contains("the stream broke off: the database is damaged");
        }
        nothingIsLeft();
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "A client asks for a snapshot and takes nothing of it, or goes away in the middle",
            seen = "Its connection ends after 10 s without a byte taken, and everything that was held for it is freed.")
    void whoTakesNothingIsLetGo() throws Exception {
        Connector usual = new Connector();
        HttpConfiguration.takeConsulPaths(usual);
        assertThat(usual.getProperty("connectionTimeout"))
                .as("the test has a shorter one")
                .isEqualTo(10_000);
        state.bytes = 64 << 20;
        try (Socket stands = asks(client)) {
            try (Socket goes = asks(client)) {
                assertThat(goes.getInputStream().readNBytes(1000)).hasSize(1000);
            }
            assertThat(stands.getInputStream().readNBytes(1000)).hasSize(1000);
            nothingIsLeft();
        }
    }

    private static Socket asks(ConfigurableApplicationContext agent) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(agent));
        socket.getOutputStream()
                .write("GET /v1/snapshot HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout((int) LONG.toMillis());
        return socket;
    }
}
