package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.testing.Asked;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import io.quorate.testing.JavaForms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/** Requests that no route is asked about, or that a route does not take: short words in the form of the dialect, never a page. */
class RefusedRequestsTest {
    /** Tomcat has 200 for requests. */
    private static final int MORE_THAN_THREADS = 260;

    private static final String LARGE = "a".repeat(9000);

    private static Fixtures.FakeControl control;
    private static ConfigurableApplicationContext agent;

    @BeforeAll
    static void start() {
        AgentParts parts = Fixtures.client(Fixtures.everybody("c1", Fixtures.S3), FakeServers.client(), new FakeRpc());
        control = (Fixtures.FakeControl) parts.control();
        agent = WebAgent.run(parts, Asked.by(parts, null, new FakeRpc(), Duration.ofMillis(300)));
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    private record Answer(int status, String head, String body) {
        private boolean isProblem() {
            return head.contains("Content-Type: application/problem+json");
        }
    }

    /** @param request to which the end of its head, host and close are added at {@code @} */
    private static Answer send(String request) {
        String port = String.valueOf(agent.getEnvironment().getProperty("local.server.port"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
            socket.setSoTimeout(20_000);
            String text =
                    request.replace("@", "\r\nHost: x\r\nConnection: close").replace("#", LARGE);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            assertThat(end).as(answer).isPositive();
            return new Answer(
                    Integer.parseInt(answer.substring(9, 12)), answer.substring(0, end), answer.substring(end + 4));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer get(String path) {
        return send("GET " + path + " HTTP/1.1@\r\n\r\n");
    }

    private static Answer put(String path, String body) {
        return send("PUT " + path + " HTTP/1.1@\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /why%00 HTTP/1.1@\r\n\r\n",
                "GET /why%zz HTTP/1.1@\r\n\r\n",
                "GET /why%ff HTTP/1.1@\r\n\r\n",
                "GET /% HTTP/1.1@\r\n\r\n",
                "GET /../x HTTP/1.1@\r\n\r\n",
                "GET why HTTP/1.1@\r\n\r\n",
                "GET /a b HTTP/1.1@\r\n\r\n",
                "GET /actuator/health/a%00 HTTP/1.1@\r\n\r\n",
                "GET /# HTTP/1.1@\r\n\r\n",
                "GET /?v1=/v1/# HTTP/1.1@\r\n\r\n",
                "GET /v1/kv/# HTTP/1.1@\r\n\r\n",
                "GET /v1/agent/self?x=# HTTP/1.1@\r\n\r\n",
                "GET /why?pretty=%zz&address=# HTTP/1.1@\r\n\r\n",
                "PUT /join?address=%zz HTTP/1.1@\r\n\r\n",
                "DELETE /peers/x?force=%zz HTTP/1.1@\r\n\r\n",
                "GET /v1/kv/%zz HTTP/1.1@\r\n\r\n",
                "GET /v1/kv/a%00b HTTP/1.1@\r\n\r\n",
                "G(T /why HTTP/1.1@\r\n\r\n",
                "GET /why HTTP/9.1@\r\n\r\n",
                "GET /why HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET /why HTTP/1.1\r\nHost: y@\r\n\r\n",
                "GET /why HTTP/1.1@\r\nBad Header: y\r\n\r\n",
                "GET /why HTTP/1.1@\r\nA: #\r\n\r\n",
                "GET /v1/agent/self HTTP/1.1@\r\nA: #\r\n\r\n",
                "PUT /join HTTP/1.1@\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "PUT /reload HTTP/1.1@\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "PUT /v1/agent/join/x HTTP/1.1@\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "PUT /join HTTP/1.1@\r\nTransfer-Encoding: bogus\r\n\r\nzz",
                "PUT /v1/agent/reload HTTP/1.1@\r\nTransfer-Encoding: bogus\r\n\r\nzz",
                "PUT /join HTTP/1.1@\r\nContent-Length: abc\r\n\r\nzz",
                "PUT /join HTTP/1.1@\r\nContent-Length: -5\r\n\r\nzz",
                "PUT /join HTTP/1.1@\r\nExpect: x\r\nContent-Length: 2\r\n\r\nzz",
                "TRACE /why HTTP/1.1@\r\n\r\n",
                "TRACE /v1/agent/self HTTP/1.1@\r\n\r\n",
                "CONNECT x:80 HTTP/1.1@\r\n\r\n",
                "\u0016\u0003\u0001\u0002\r\n\r\n",
                "hello\r\n\r\n",
            })
    @Fault(
            line = "E7",
            fault = "a request that is not HTTP: a bad encoding in its path, its first line, its headers or its chunks",
            seen = "one short text, under /v1 as Consul's, elsewhere a problem document; no page of HTML")
    void whatTheContainerRefusesIsToldInOneLine(String request) {
        Answer answer = send(request);
        assertThat(answer.status()).isBetween(400, 505).isNotIn(404, 500);
        String all = (answer.head() + answer.body()).toLowerCase(Locale.ROOT);
        assertThat(all).doesNotContain("<", "html", "tomcat", "java", "timestamp");
        assertThat(answer.body().strip().lines().toList()).hasSizeLessThanOrEqualTo(1);
        assertThat(JavaForms.in(answer.body())).isEmpty();
        boolean consul = request.contains(" /v1/");
        assertThat(answer.isProblem()).isNotEqualTo(consul);
        if (!consul) {
            assertThat(NativeJson.mapper()
                            .readTree(answer.body())
                            .path("status")
                            .intValue())
                    .isEqualTo(answer.status());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /v1/kv/%zz HTTP/1.1|400|400 Bad Request",
                "GET /v1/kv/a%00b HTTP/1.1|400|''",
                "TRACE /v1/agent/self HTTP/1.1|405|method TRACE not allowed",
                "GET /v1/kv/# HTTP/1.1|400|400 Bad Request",
                "GET /v1/agent/self?index=%zz HTTP/1.1|500|''",
            })
    void underV1ItIsWhatConsulSays(String request, int status, String body) {
        Answer answer = send(request + "@\r\n\r\n");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body);
    }

    /** And nothing of a TRACE is sent back. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/agent/self|OPTIONS,GET",
                "/v1/agent/leave|OPTIONS,PUT",
                "/why|GET,HEAD,OPTIONS",
                "/join|PUT,POST,OPTIONS",
                "/peers/x|DELETE,OPTIONS",
                "/actuator/health|GET,HEAD,OPTIONS",
            })
    void theAllowedMethodsAreTheSameWhoeverAsks(String path, String allowed) {
        for (String method : List.of("OPTIONS", "PATCH", "TRACE")) {
            Answer answer = send(method + " " + path + " HTTP/1.1@\r\nCookie: crumbs\r\n\r\n");
            assertThat(answer.status()).as(method).isEqualTo(method.equals("OPTIONS") ? 200 : 405);
            assertThat(answer.head().lines()).contains("Allow: " + allowed);
            assertThat(answer.head() + answer.body()).doesNotContain("crumbs");
            assertThat(answer.isProblem()).isEqualTo(answer.status() == 405 && !path.startsWith("/v1/"));
        }
    }

    @Test
    void aPageOfErrorsIsNotServed() {
        assertThat(get("/error").status()).isEqualTo(404);
        assertThat(get("/error").body()).isEmpty();
    }

    @Test
    void theServedTypesAreNamedAsInAHeader() {
        assertThat(send("GET /why HTTP/1.1@\r\nAccept: text/html\r\n\r\n").body())
                .contains("\"detail\":\"this is served as application/json\"");
        assertThat(send("GET /info HTTP/1.1@\r\nAccept: text/html\r\n\r\n").body())
                .contains("\"detail\":\"this is served as application/json or text/plain\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT /reload", "POST /reload", "GET /why", "GET /peers", "GET /info", "DELETE /peers/x"})
    void aBodyThatNobodyReadsIsRefused(String request) {
        for (String body :
                List.of("Content-Length: 4\r\n\r\njunk", "Transfer-Encoding: chunked\r\n\r\n4\r\njunk\r\n0\r\n\r\n")) {
            Answer refused = send(request + " HTTP/1.1@\r\n" + body);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body()).contains(request + " takes no body", "{\"body\":\"must be empty\"}");
        }
        for (String none : List.of("Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) {
            assertThat(send(request + " HTTP/1.1@\r\n" + none).status()).isNotEqualTo(400);
        }
    }

    @Test
    void consulsDialectPassesSuchABodyOver() {
        assertThat(put("/v1/agent/reload", "junk").status()).isEqualTo(200);
    }

    @Test
    @Fault(
            line = "E7",
            fault = "an empty name, id or address: DELETE /peers/, /join?address=",
            seen = "400 that names what is empty")
    void whatIsEmptyIsNamed() {
        for (String path : List.of("/peers/", "/peers/%20")) {
            Answer nobody = send("DELETE " + path + " HTTP/1.1@\r\n\r\n");
            assertThat(nobody.status()).isEqualTo(400);
            assertThat(nobody.body()).contains("peer is empty", "{\"peer\":\"is empty\"}");
        }
        assertThat(put("/join?address=", "").body()).contains("\"detail\":\"address[0]: is empty\"");
        assertThat(put("/join", "{\"addresses\":[\"10.0.0.1\",\"\"]}").body())
                .contains("{\"addresses[1]\":\"is empty\"}");
        assertThat(put("/join?address=a", "{\"addresses\":[1,\"b\",null]}").body())
                .contains("{\"addresses[0]\":\"is not a string\",\"addresses[2]\":\"is not a string\"}");
    }

    @Test
    void aSourceOfTheSettingsIsNoAddressToJoin() {
        assertThat(put("/join?address=file:/etc/passwd", "").body())
                .contains("\\\"file:/etc/passwd\\\" is a source for -join and -retry-join alone: give an address");
        assertThat(put("/join", "{\"addresses\":[\"provider=aws secret_access_key=s3cret\"]}")
                        .body())
                .contains("is a source for -join and -retry-join alone")
                .doesNotContain("s3cret");
        assertThat(put("/v1/agent/join/file:%2Fetc%2Fpasswd", "").body())
                .contains("* Failed to resolve file:/etc/passwd: is a source for -join and -retry-join alone");
        assertThat(put("/join?address=0.0.0.0", "").body()).contains("names no machine");
    }

    @Test
    void aReloadThatFindsNoRoomIsBusyNotRefused() {
        control.reloading =
                CompletableFuture.failedFuture(new RejectedExecutionException("too many reloads are waiting"));
        try {
            Answer busy = put("/reload", "");
            assertThat(busy.status()).isEqualTo(503);
            assertThat(busy.body()).contains("urn:quorate:problem:busy", "too many reloads are waiting");
        } finally {
            control.reloading = new Fixtures.FakeControl().reloading;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PUT /join",
                "PUT /reload",
                "GET /why",
                "POST /nothing",
                "DELETE /peers/",
                "POST /actuator/health",
                "PUT /v1/agent/self",
                "POST /"
            })
    @Fault(
            line = "E9",
            fault = "more clients than there are threads each send a body of 3 MB, a byte at a time",
            seen = "whatever they ask for, their connections are ended, and others are answered")
    void bodiesThatComeSlowlyHoldNoThread(String request) throws IOException {
        int port = Integer.parseInt(String.valueOf(agent.getEnvironment().getProperty("local.server.port")));
        List<SocketChannel> slow = new ArrayList<>();
        try {
            byte[] head = (request + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n{")
                    .getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < MORE_THAN_THREADS; i++) {
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                client.write(ByteBuffer.wrap(head));
                client.configureBlocking(false);
                slow.add(client);
            }
            CompletableFuture<Answer> other = CompletableFuture.supplyAsync(() -> get("/why"));
            Await.until("an answer beside slow bodies", Duration.ofSeconds(8), () -> {
                slow.forEach(RefusedRequestsTest::sendOneByte);
                return other.isDone();
            });
            assertThat(other.join().status()).isEqualTo(200);
        } finally {
            for (SocketChannel client : slow) {
                client.close();
            }
        }
    }

    private static void sendOneByte(SocketChannel client) {
        try {
            client.write(ByteBuffer.wrap(new byte[] {' '}));
        } catch (IOException e) {
            // Its connection was ended: that is what is wanted.
            assertThat(e).isNotNull();
        }
    }

    @Test
    void aSmallBodyThatNobodyWantedCostsNoConnection() throws IOException {
        String port = String.valueOf(agent.getEnvironment().getProperty("local.server.port"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
            socket.setSoTimeout(20_000);
            String first = "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\njunk";
            String second = "GET /why HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write((first + second).getBytes(StandardCharsets.ISO_8859_1));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers).startsWith("HTTP/1.1 404").contains("HTTP/1.1 200");
        }
    }
}
