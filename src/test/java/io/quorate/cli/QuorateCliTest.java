package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each command asks an agent, prints, and ends with. The agent is a small HTTP server with given answers. */
class QuorateCliTest {
    private static final String PEERS = """
            {"cluster_id":"c-1","incarnation":1,"leader":{"server_id":"id-1","node":"s1","address":"10.0.0.1:8300"},"term":4,"voters":3,"quorum_size":2,"failure_tolerance":1,
             "peers":[{"server_id":"id-1","node":"s1","address":"10.0.0.1:8300","role":"leader","voter":true,
                       "healthy":true,"last_contact_ms":0,"last_log_index":17,"lag":0},
                      {"server_id":"id-2","node":"s2","address":null,"role":"follower","voter":true,
                       "healthy":null,"last_contact_ms":null,"last_log_index":null,"lag":null}],
             "not_added":[{"server_id":"id-4","node":"s4","address":"10.0.0.4:8300","reason":"it is too old"}]}""";
    private static final String MEMBERS = """
            [{"name":"c1","id":"n3","address":"10.0.0.9:8301","status":"failed","role":"client",
              "tags":{"dc":"dc1","build":"0.1.0"},"since":"2026-01-01T00:00:00Z"},
             {"name":"s2","id":"n2","address":"10.0.0.2:8301","status":"alive","role":"server",
              "tags":{"dc":"dc1","build":"0.1.0"},"since":"2026-01-01T00:00:00Z"},
             {"name":"s1","id":"n1","address":"10.0.0.1:8301","status":"alive","role":"server",
              "tags":{"dc":"dc1","build":"0.1.0"},"since":"2026-01-01T00:00:00Z"}]""";

    private record Reply(int status, String type, String body, String member) {}

    private final Map<String, Reply> replies = new HashMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer agent;

    @BeforeEach
    void startAgent() throws IOException {
        agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        agent.createContext("/", this::answer);
        agent.start();
    }

    @AfterEach
    void stopAgent() {
        agent.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String accept = exchange.getRequestHeaders().getFirst("Accept");
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request + (body.isEmpty() ? "" : " " + body));
        Reply reply = replies.getOrDefault(
                request + " " + accept,
                replies.getOrDefault(request, new Reply(404, "text/plain", "no such path", "")));
        byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", reply.type());
        if (!reply.member().isEmpty()) {
            exchange.getResponseHeaders().set("X-Quorate-Member", reply.member());
        }
        exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private int run(String... arguments) {
        String address = "http://127.0.0.1:" + agent.getAddress().getPort() + "/";
        return QuorateCli.run(
                arguments,
                Map.of("QUORATE_HTTP_ADDR", address),
                new PrintWriter(out, true),
                new PrintWriter(err, true));
    }

    private void reply(String request, int status, String type, String body) {
        replies.put(request, new Reply(status, type, body, ""));
    }

    // ---- join

    @Test
    void joinSendsAllAddressesInOneRequestAndTellsWhatCameOfIt() {
        reply(
                "PUT /join",
                200,
                "application/json",
                "{\"contacted\":2,\"message\":\"Successfully joined cluster by contacting 2 nodes.\","
                        + "\"failures\":[{\"address\":\"c\",\"reason\":\"connection refused\"}]}");
        assertThat(run("join", "a", "b:8301", "c")).isZero();
        assertThat(requests).containsExactly("PUT /join {\"addresses\":[\"a\",\"b:8301\",\"c\"]}");
        assertThat(out).hasToString("Successfully joined cluster by contacting 2 nodes.\n");
        assertThat(err).hasToString("Error joining address 'c': connection refused\n");
    }

    @Test
    void joinFailsWhenNobodyWasContacted() {
        reply(
                "PUT /join",
                502,
                "application/json",
                "{\"contacted\":0,\"message\":\"x\",\"failures\":[{\"address\":\"a\",\"reason\":\"timeout\"}]}");
        assertThat(run("join", "a")).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err).hasToString("Error joining address 'a': timeout\nFailed to join any nodes.\n");
    }

    @Test
    void joinShowsWhatAProblemDocumentSays() {
        reply(
                "PUT /join",
                400,
                "application/problem+json",
                "{\"type\":\"t\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"no address: \\\"a b\\\"\"}");
        assertThat(run("join", "a b")).isEqualTo(1);
        assertThat(err.toString()).contains("answered 400: no address: \"a b\"");
    }

    @Test
    void joinWithoutAnAddressIsWrongUsage() {
        assertThat(run("join")).isEqualTo(1);
        assertThat(err.toString()).contains("<address>", "quorate join -help");
        assertThat(requests).isEmpty();
    }

    // ---- members, info, peers, why

    @Test
    void membersAreServersFirstThenByName() {
        reply("GET /members", 200, "application/json", MEMBERS);
        assertThat(run("members")).isZero();
        assertThat(out).hasToString("""
                Node  Address        Status  Role    Version  DC   Since
                s1    10.0.0.1:8301  alive   server  0.1.0    dc1  2026-01-01T00:00:00Z
                s2    10.0.0.2:8301  alive   server  0.1.0    dc1  2026-01-01T00:00:00Z
                c1    10.0.0.9:8301  failed  client  0.1.0    dc1  2026-01-01T00:00:00Z
                """);
    }

    @Test
    void membersCanBeChosenByStatusAndShownWithTheirTags() {
        reply("GET /members", 200, "application/json", MEMBERS);
        assertThat(run("members", "-detailed", "-status=fail.*")).isZero();
        assertThat(out).hasToString("""
                Node  Address        Status  Tags
                c1    10.0.0.9:8301  failed  build=0.1.0,dc=dc1
                """);
        assertThat(run("members", "--status", "gone")).isEqualTo(2);
        assertThat(run("members", "-status=(")).isEqualTo(1);
    }

    @Test
    void infoIsShownAsTheAgentWroteIt() {
        reply("GET /info text/plain", 200, "text/plain", "raft:\n\tnum_peers = 2\n");
        reply("GET /info application/json", 200, "application/json", "{\"raft\":{\"num_peers\":2}}");
        assertThat(run("info")).isZero();
        assertThat(out).hasToString("raft:\n\tnum_peers = 2\n");
        out.getBuffer().setLength(0);
        assertThat(run("info", "-format=json")).isZero();
        assertThat(out.toString().replaceAll("\\s", "")).isEqualTo("{\"raft\":{\"num_peers\":2}}");
    }

    @Test
    void peersShowWhatIsNotKnownAsADash() {
        reply("GET /peers", 200, "application/json", PEERS);
        assertThat(run("peers")).isZero();
        assertThat(out.toString())
                .contains("cluster: c-1, incarnation 1", "leader:  s1, term 4")
                .contains("voters:  3, quorum 2, survives 1 more failure\n")
                .containsPattern("s1 +id-1 +10.0.0.1:8300 +leader +yes +yes +0 ms +17 +0\n")
                .containsPattern("s2 +id-2 +- +follower +yes +- +- +- +-\n")
                .endsWith("\nnot added: s4 (id-4, 10.0.0.4:8300): it is too old\n");
    }

    @Test
    void peersBeforeThereIsAClusterSayWhereToAsk() {
        reply("GET /peers", 200, "application/json", "{\"cluster_id\":null,\"peers\":[]}");
        assertThat(run("peers")).isZero();
        assertThat(out.toString()).contains("none yet", "quorate why");
    }

    @Test
    void peersOfAClientWithoutAServerFailWithTheReason() {
        reply("GET /peers", 503, "application/problem+json", "{\"title\":\"x\",\"detail\":\"No known servers\"}");
        assertThat(run("peers")).isEqualTo(1);
        assertThat(err.toString()).contains("answered 503: No known servers");
    }

    @Test
    void whyAsAProbeSaysOneLineAndEndsAsContainerEnginesExpect() {
        reply("GET /why", 200, "application/json", "{\"ready\":true,\"code\":\"READY\",\"message\":\"fine\"}");
        assertThat(run("why", "-probe")).isZero();
        assertThat(out).hasToString("READY: fine\n");

        reply(
                "GET /why",
                200,
                "application/json",
                "{\"ready\":false,\"code\":\"ELECTION\",\"message\":\"no leader\",\"next_step\":\"wait\","
                        + "\"evidence\":[{\"server\":\"s1\"}]}");
        assertThat(run("why", "-probe")).isEqualTo(1);
        assertThat(out).hasToString("READY: fine\nELECTION: no leader\n");
    }

    @Test
    void whyEndsWithZeroWhenReadyAndTwoWhenNot() {
        reply(
                "GET /why",
                200,
                "application/json",
                "{\"ready\":true,\"code\":\"READY\",\"message\":\"leader s1\",\"next_step\":\"\",\"evidence\":[]}");
        assertThat(run("why")).isZero();
        assertThat(out).hasToString("READY: leader s1\n");
        out.getBuffer().setLength(0);
        reply(
                "GET /why",
                200,
                "application/json",
                "{\"ready\":false,\"code\":\"WAITING_FOR_SERVERS\",\"message\":\"2 of 3\",\"next_step\":\"start s3\","
                        + "\"evidence\":[{\"server\":\"s2\",\"server_id\":\"i\",\"address\":\"10.0.0.2:8300\","
                        + "\"discovered\":true,\"reachable\":false,\"state\":\"blank\",\"cluster\":null,"
                        + "\"expect\":3,\"pledge\":null}],\"discovery\":[{\"source\":\"dns+srv:x\",\"at\":\"T1\","
                        + "\"answers\":[\"a\",\"b\"],\"error\":null,\"next\":\"T2\"}]}");
        assertThat(run("why")).isEqualTo(2);
        assertThat(out.toString())
                .startsWith("WAITING_FOR_SERVERS: 2 of 3\nNext step: start s3\n")
                .containsPattern("s2 +10.0.0.2:8300 +yes +no +blank +3 +- +- +i\n")
                .containsPattern("dns\\+srv:x +T1 +a b +- +T2\n");
        assertThat(run("why", "-format=json")).isEqualTo(2);
    }

    // ---- empty arguments

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "remove-peer,''!<name|id>",
                "force-leave,' '!<node>",
                "join,a,''!<address>",
                "join,a,-http-addr=!-http-addr",
                "why,-http-addr,''!-http-addr",
                "check,-http-addr=;!-http-addr",
                "check,-http-addr=a;;b!-http-addr",
                "check,-timeout=!-timeout",
                "dev,-data-dir=!-data-dir",
            })
    @Fault(
            line = "E7",
            fault = "an empty argument of a command: remove-peer '', dev -data-dir=",
            seen = "it is named, and nobody is asked")
    void anEmptyArgumentIsNamed(String command, String named) {
        String[] words = Arrays.stream(command.split(","))
                .map(word -> word.replace("'", "").replace(';', ','))
                .toArray(String[]::new);
        assertThat(run(words)).isEqualTo(1);
        assertThat(err.toString()).startsWith(named + " cannot be empty\nSee: ");
        assertThat(requests).isEmpty();
    }

    @Test
    void aNumberThatIsNoneIsRefusedWithoutJavasWords() {
        assertThat(run("check", "-servers=three")).isEqualTo(1);
        assertThat(err.toString()).contains("'three' is not a number").doesNotContain(" int");
    }

    // ---- leave, force-leave

    @Test
    void leaveAndForceLeaveSpeakTheDialect() {
        reply("PUT /v1/agent/leave", 200, "text/plain", "");
        reply("PUT /v1/agent/force-leave/a%20b%2Fc?prune", 200, "text/plain", "");
        reply("PUT /v1/agent/force-leave/x", 500, "text/plain", "agent: No node found with name 'x'");
        assertThat(run("leave")).isZero();
        assertThat(run("force-leave", "-prune", "a b/c")).isZero();
        assertThat(run("force-leave", "x")).isEqualTo(1);
        assertThat(out.toString()).startsWith("Graceful leave complete\n");
        assertThat(err.toString()).contains("500: agent: No node found with name 'x'");
    }

    @Test
    @Fault(
            line = "A4",
            fault = "force-leave is asked for a member that is alive, for one that failed, and for a silent voter",
            seen = "exit code 1 and \"is alive and stays\"; under way; removed from the voters")
    void forceLeaveSaysWhetherTheMemberStays() {
        for (String member : List.of("alive", "left", "removed")) {
            replies.put("PUT /v1/agent/force-leave/" + member, new Reply(200, "text/plain", "", member));
        }
        assertThat(run("force-leave", "alive")).isEqualTo(1);
        assertThat(err.toString()).contains("alive is alive and stays a member.");
        assertThat(out.toString()).isEmpty();
        assertThat(run("force-leave", "left")).isZero();
        assertThat(run("force-leave", "removed")).isZero();
        assertThat(out.toString()).isEqualTo("Force leave of left is under way\nRemoved removed from the voters\n");
    }

    @Test
    @Fault(
            line = "A3",
            fault = "An operator removes a voter from the command line, by name or id",
            seen = "quorate remove-peer says which server was removed, or why it was not, and forces only with -force")
    void aPeerIsRemovedByNameOrIdAndARefusalIsSaidInOneLine() {
        String removed = "{\"server_id\":\"7\",\"node\":\"s3\"}";
        reply("DELETE /peers/s3", 200, "application/json", removed);
        reply("DELETE /peers/s2?force", 200, "application/json", removed);
        reply(
                "DELETE /peers/s1",
                409,
                "application/problem+json",
                "{\"title\":\"The peer is not removed\",\"detail\":\"s1 is the last voter\"}");
        assertThat(run("remove-peer", "s3")).isZero();
        assertThat(out.toString()).isEqualTo("Removed s3 (7)\n");
        assertThat(run("remove-peer", "-force", "s2")).isZero();
        assertThat(run("remove-peer", "s1")).isEqualTo(1);
        assertThat(err.toString()).contains("409: s1 is the last voter");
        assertThat(run("remove-peer", "-help")).isZero();
        assertThat(out.toString()).contains("-force", "lose its leader");
    }

    @Test
    void reloadSaysWhatHasChangedAndWhatNeedsARestart() {
        reply(
                "PUT /reload",
                200,
                "application/json",
                "{\"changed\":[\"log_level\",\"encrypt\"],\"needs_restart\":[\"ports.http\"]}");
        assertThat(run("reload")).isZero();
        assertThat(out.toString())
                .isEqualTo("Settings reloaded: log_level, encrypt\nTakes effect after a restart: ports.http\n");
        reply("PUT /reload", 200, "application/json", "{\"changed\":[],\"needs_restart\":[]}");
        assertThat(run("reload")).isZero();
        assertThat(out.toString()).endsWith("Settings reloaded; nothing has changed\n");
        reply(
                "PUT /reload",
                422,
                "application/problem+json",
                "{\"detail\":\"config file c.json is empty\",\"title\":\"The settings are refused\"}");
        assertThat(run("reload")).isEqualTo(1);
        assertThat(err.toString()).contains("422: config file c.json is empty");
    }

    // ---- without an agent

    @Test
    void keygenMakesAKeyOf32BytesEachTimeAnother() {
        assertThat(run("keygen")).isZero();
        String first = out.toString().strip();
        out.getBuffer().setLength(0);
        run("keygen");
        assertThat(Base64.getDecoder().decode(first)).hasSize(32);
        assertThat(out.toString().strip()).isNotEqualTo(first);
    }

    @Test
    void versionIsShownWithoutAnAgent() {
        assertThat(run("version")).isZero();
        assertThat(out.toString()).startsWith("Quorate v").contains("Java " + Runtime.version());
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent",
                "dev",
                "join",
                "members",
                "info",
                "peers",
                "why",
                "check",
                "leave",
                "force-leave",
                "remove-peer",
                "keygen",
                "version"
            })
    void helpOfEachCommandHasAnExampleAndItsExitCodes(String command) {
        for (String word : List.of("-h", "-help", "--help")) {
            out.getBuffer().setLength(0);
            assertThat(run(command, word)).isZero();
            assertThat(out.toString()).contains("quorate " + command, "Example", "Exit codes");
            assertThat(out.toString().lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
        }
        out.getBuffer().setLength(0);
        assertThat(run("-help")).isZero();
        assertThat(out.toString()).contains("  " + command + " ");
    }

    @Test
    void whatIsNoCommandIsWrongUsage() {
        assertThat(run("frobnicate")).isEqualTo(1);
        assertThat(run("members", "-frobnicate")).isEqualTo(1);
        assertThat(run("members", "-format=xml")).isEqualTo(1);
        assertThat(err.toString()).contains("frobnicate", "-frobnicate", "xml", "quorate members -help");
    }

    @Test
    void anAgentIsChosenByFlagBeforeTheEnvironment() {
        reply("GET /members", 200, "application/json", MEMBERS);
        String address = "127.0.0.1:" + agent.getAddress().getPort();
        int code = QuorateCli.run(
                new String[] {"members", "--http-addr", address},
                Map.of("QUORATE_HTTP_ADDR", "127.0.0.1:1"),
                new PrintWriter(out, true),
                new PrintWriter(err, true));
        assertThat(code).isZero();
    }

    @Test
    void nobodyThereIsSaidInOneLine() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(run("info", "-http-addr=127.0.0.1:" + port)).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("No agent answers at 127.0.0.1:" + port)
                .hasLineCount(1);
    }

    @Test
    void anAnswerThatIsNoJsonIsSaidInOneLine() {
        reply("GET /members", 200, "text/html", "<html>");
        assertThat(run("members")).isEqualTo(1);
        assertThat(err.toString())
                .contains("not JSON: it goes wrong in line 1, column 1")
                .hasLineCount(1);
    }
}
