package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.quorate.Await;
import io.quorate.answer.Answers;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.JoinReport;
import io.quorate.peers.RemovalRefusedException;
import io.quorate.testing.Asked;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** The whole web layer of one server and one client, with the real server and settings, on in-memory parts. */
class AgentWebTest {
    private static final FakeServers SERVERS = FakeServers.leading(Fixtures.rpc(Fixtures.S3));
    private static final FakeConsensus CONSENSUS = new FakeConsensus().confirmingUnderALeader();
    private static final FakeMembership MEMBERSHIP = Fixtures.everybody("s3", Fixtures.S3);
    private static final FakeServers KNOWN = FakeServers.client();
    private static final FakeMembership CLIENT_MEMBERSHIP = Fixtures.everybody("c1", Fixtures.S3);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Fixtures.FakeControl control;
    private static ConfigurableApplicationContext server;
    private static ConfigurableApplicationContext client;

    @BeforeAll
    static void start() {
        FakeRpc rpc = new FakeRpc();
        AgentParts parts =
                Fixtures.server(MEMBERSHIP, SERVERS, rpc, Fixtures.FakeFounding.member(ReasonCode.READY), CONSENSUS);
        control = (Fixtures.FakeControl) parts.control();
        Answers answers = Asked.by(parts, new MemoryState(), rpc, Duration.ofMillis(300));
        rpc.serve(Fixtures.rpc(Fixtures.S3), Answers.METHOD, answers.rpcHandler());
        server = WebAgent.run(parts, answers);
        AgentParts ofClient = Fixtures.client(CLIENT_MEMBERSHIP, KNOWN, rpc);
        client = WebAgent.run(ofClient, Asked.by(ofClient, null, rpc, Duration.ofMillis(300)));
        lead();
    }

    @AfterAll
    static void stop() {
        server.close();
        client.close();
    }

    private static void lead() {
        CONSENSUS.become(FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
        KNOWN.others = List.of(Fixtures.rpc(Fixtures.S3));
    }

    private static HttpResponse<String> send(
            ConfigurableApplicationContext agent, String method, String path, String body, String... headers) {
        String port = agent.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext agent, String path) {
        return send(agent, "GET", path, "");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return NativeJson.mapper().readTree(answer.body());
    }

    @Test
    void aServerWithALeaderIsHealthyAndReadyInItsParts() {
        HttpResponse<String> health = get(server, "/actuator/health");
        assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
        JsonNode parts = json(health).path("components");
        assertThat(parts.path("bootstrap").path("details").path("state").stringValue())
                .isEqualTo("member");
        assertThat(parts.path("raft").path("details").path("num_peers").intValue())
                .isEqualTo(2);
        assertThat(get(server, "/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(get(server, "/actuator/health/liveness").statusCode()).isEqualTo(200);
    }

    @Test
    void withoutALeaderReadinessFailsWithTheReasonAndLivenessDoesNot() {
        CONSENSUS.become(RaftStatus.NONE);
        try {
            HttpResponse<String> ready = get(server, "/actuator/health/readiness");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(json(ready).at("/components/bootstrap/status").stringValue())
                    .isEqualTo("OUT_OF_SERVICE");
            assertThat(json(ready)
                            .at("/components/bootstrap/details/reason/code")
                            .stringValue())
                    .isEqualTo("READY");
            assertThat(get(server, "/actuator/health").statusCode()).isEqualTo(503);
            HttpResponse<String> live = get(server, "/actuator/health/liveness");
            assertThat(live.statusCode()).isEqualTo(200);
            assertThat(json(live).path("components").propertyNames()).containsExactly("livenessState");
        } finally {
            lead();
        }
    }

    @Test
    void aRequestOfTheDialectIsCountedOnceAndUnderItsRoute() {
        get(server, "/v1/agent/self");
        get(server, "/peers");
        MeterRegistry meters = server.getBean(MeterRegistry.class);
        assertThat(meters.find("quorate.http.requests")
                        .tag("route", "/v1/agent/self")
                        .timers())
                .hasSize(1);
        // Counted after the answer has gone out.
        Await.until(
                "the request to Spring is counted",
                Duration.ofSeconds(20),
                () -> uris(meters).contains("/peers"));
        assertThat(uris(meters)).doesNotContain("UNKNOWN", "/v1/agent/self");
    }

    private static List<String> uris(MeterRegistry meters) {
        return meters.find("http.server.requests").timers().stream()
                .map(timer -> String.valueOf(timer.getId().getTag("uri")))
                .toList();
    }

    @Test
    void aConnectionServesAsManyRequestsAsItsClientSends() throws IOException {
        int port =
                Integer.parseInt(Objects.requireNonNull(server.getEnvironment().getProperty("local.server.port")));
        byte[] request = "GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int i = 0; i < 250; i++) {
                socket.getOutputStream().write(request);
                assertThat(answers.readLine()).as("answer %d", i).isEqualTo("HTTP/1.1 200 ");
                skipRest(answers);
            }
        }
    }

    private static void skipRest(BufferedReader answer) throws IOException {
        int length = 0;
        for (String line = answer.readLine(); line != null && !line.isEmpty(); line = answer.readLine()) {
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring("Content-Length: ".length()));
            }
        }
        assertThat(answer.read(new char[length])).isEqualTo(length);
    }

    @Test
    void aClientHasNoRaftComponentAndIsReadyWhileAServerKnowsALeader() {
        HttpResponse<String> ready = get(client, "/actuator/health/readiness");
        assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
        assertThat(json(ready).path("components").propertyNames())
                .containsExactlyInAnyOrder("readinessState", "bootstrap");
        assertThat(json(get(client, "/actuator/health")).path("components").has("raft"))
                .isFalse();
    }

    @Test
    void prometheusHasTheNamesThatWerePromised() {
        String metrics = get(server, "/actuator/prometheus").body();
        assertThat(metrics)
                .contains(
                        "quorate_raft_num_peers 2.0",
                        "quorate_raft_last_log_index 41.0",
                        "quorate_raft_commit_index 40.0",
                        "quorate_raft_applied_index 39.0",
                        "quorate_raft_term 3.0",
                        "quorate_raft_is_leader 1.0",
                        "quorate_raft_voters 3.0",
                        "quorate_raft_quorum_size 2.0",
                        "quorate_raft_failure_tolerance 0.0",
                        "quorate_bootstrap_state{state=\"member\"} 1.0",
                        "quorate_bootstrap_state{state=\"blank\"} 0.0",
                        "quorate_bootstrap_known_servers 3.0",
                        "quorate_bootstrap_servers_on_older_data 0.0",
                        "quorate_gossip_members{state=\"alive\"} 4.0",
                        "quorate_why{code=\"READY\"} 1.0",
                        "quorate_why{code=\"ELECTION\"} 0.0");
        assertThat(metrics)
                .contains(
                        "quorate_gossip_health 0.0",
                        "quorate_gossip_queue_depth{kind=\"event\"} 2.0",
                        "quorate_gossip_packets_total{direction=\"in\"} 0.0",
                        "quorate_gossip_rejected_total{reason=\"forged\"} 0.0",
                        "quorate_gossip_probe_rtt_seconds_count 0");
        assertThat(get(client, "/actuator/prometheus").body())
                .contains("quorate_why{code=\"READY\"} 1.0", "quorate_bootstrap_known_servers 3.0")
                .doesNotContain("quorate_raft_");
    }

    @Test
    void everyRequestOfTheDialectIsCountedOnceByItsRoute() {
        get(server, "/v1/status/leader");
        get(server, "/v1/agent/join/x");
        String metrics = get(server, "/actuator/prometheus").body();
        assertThat(metrics)
                .contains(
                        "quorate_http_requests_seconds_count{method=\"GET\",route=\"/v1/agent/join/\",status=\"405\"}",
                        "quorate_http_requests_seconds_count{method=\"GET\",route=\"/v1/status/leader\",status=\"200\"}");
    }

    @Test
    void theRootSaysConsulAgentAndUnknownPathsSayNothing() {
        assertThat(get(server, "/").body()).isEqualTo("Consul Agent");
        assertThat(get(server, "/nope").statusCode()).isEqualTo(404);
        assertThat(get(server, "/nope").body()).isEmpty();
        assertThat(get(server, "/v1/nope").statusCode()).isEqualTo(404);
        assertThat(get(server, "/v1/nope").body()).isEmpty();
        assertThat(get(server, "/v1/catalog/nodes/").statusCode()).isEqualTo(404);
    }

    @Test
    void pathsThatTomcatWouldRefuseReachTheDialect() {
        HttpResponse<String> encoded = send(server, "PUT", "/v1/agent/force-leave/a%2Fb", "");
        assertThat(encoded.statusCode()).isEqualTo(500);
        assertThat(encoded.body()).isEqualTo("agent: No node found with name 'a/b'");
        HttpResponse<String> doubled = send(server, "PUT", "/v1/agent//leave", "");
        assertThat(doubled.statusCode()).isEqualTo(301);
        assertThat(doubled.headers().firstValue("Location")).hasValue("/v1/agent/leave");
        HttpResponse<String> dotted = get(server, "/v1/x/../status/leader");
        assertThat(dotted.statusCode()).isEqualTo(301);
        assertThat(dotted.headers().firstValue("Location")).hasValue("/v1/status/leader");
    }

    @Test
    @Fault(
            line = "A4",
            fault = "force-leave is asked for a client and a voter that are alive, and for a voter that is silent",
            seen = "200, as Consul answers; our own header says which of them stay")
    void forceLeaveTellsInAHeaderWhetherTheMemberStays() {
        control.removing = CompletableFuture.failedFuture(new RemovalRefusedException("s2 answers", true));
        try {
            for (String living : List.of("c1", "s2")) {
                HttpResponse<String> answer = send(server, "PUT", "/v1/agent/force-leave/" + living, "");
                assertThat(answer.statusCode()).as(living).isEqualTo(200);
                assertThat(answer.body()).isEmpty();
                assertThat(answer.headers().firstValue("X-Quorate-Member"))
                        .as(living)
                        .hasValue("alive");
            }
        } finally {
            control.removing = CompletableFuture.completedFuture(null);
        }
        // Its name may be another agent's by now, who is alive.
        assertThat(send(server, "PUT", "/v1/agent/force-leave/s2", "").headers().firstValue("X-Quorate-Member"))
                .hasValue("removed");
    }

    @Test
    void forceLeaveOfAVoterSaysWhenThereIsNoLeaderThatCouldRemoveIt() {
        control.removing = CompletableFuture.failedFuture(new NotCommittedException("this server does not lead"));
        try {
            HttpResponse<String> answer = send(server, "PUT", "/v1/agent/force-leave/s2", "");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).contains("still a voter", "does not lead", "again");
            assertThat(send(server, "PUT", "/v1/agent/force-leave/c1", "").statusCode())
                    .isEqualTo(200);
        } finally {
            control.removing = CompletableFuture.completedFuture(null);
        }
    }

    @Test
    void gzipIsUsedWhenItIsAccepted() {
        HttpResponse<String> answer = send(server, "GET", "/v1/status/leader", "", "Accept-Encoding", "gzip");
        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        HttpResponse<String> plain = send(server, "GET", "/v1/status/leader", "", "Accept-Encoding", "gzip;q=0");
        assertThat(plain.body()).isEqualTo("\"127.77.0.13:8300\"");
        assertThat(plain.headers().firstValue("Content-Length"))
                .as("a short answer says its length")
                .hasValue("18");
    }

    @Test
    void aRequestThatWaitsForALeaderIsAnsweredWhenTheTimeIsOver() {
        SERVERS.leads = false;
        var leader = SERVERS.leader;
        SERVERS.leader = java.util.Optional.empty();
        CONSENSUS.become(FakeConsensus.group(RaftStatus.Role.FOLLOWER, null, List.of(Fixtures.S1, Fixtures.S3)));
        try {
            HttpResponse<String> answer = get(server, "/v1/catalog/nodes");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).isEqualTo("No cluster leader");
            assertThat(answer.headers().firstValue("X-Consul-Index")).hasValue("1");
        } finally {
            lead();
            SERVERS.leader = leader;
            SERVERS.leads = true;
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        HttpResponse<String> answer = send(server, "PUT", "/v1/agent/leave", "x".repeat(1024 * 1024 + 1));
        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void joinContactsTheAddressesOfBodyAndQuery() {
        HttpResponse<String> answer = send(
                server,
                "PUT",
                "/join?address=10.0.0.3",
                "{\"addresses\":[\"10.0.0.1\",\"10.0.0.2:8301\"]}",
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).path("contacted").intValue()).isEqualTo(3);
        assertThat(json(answer).path("message").stringValue())
                .isEqualTo("Successfully joined cluster by contacting 3 nodes.");
        assertThat(MEMBERSHIP.joined).contains("10.0.0.3", "10.0.0.1", "10.0.0.2:8301");
        assertThat(send(server, "POST", "/join", "{\"addresses\":[\"[::1]:8301\"]}", "Content-Type", "application/json")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void joinSays502WithEveryReasonWhenNobodyAnswers() {
        MEMBERSHIP.join =
                all -> new JoinReport(0, List.of(new JoinReport.Failure("10.0.0.9:8301", "no answer in 5 s")));
        try {
            HttpResponse<String> answer = send(server, "PUT", "/join?address=10.0.0.9", "");
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(json(answer).path("type").stringValue()).isEqualTo("urn:quorate:problem:join-failed");
            assertThat(json(answer).at("/failures/0/address").stringValue()).isEqualTo("10.0.0.9:8301");
            assertThat(json(answer).at("/failures/0/reason").stringValue()).isEqualTo("no answer in 5 s");
        } finally {
            MEMBERSHIP.join = all -> new JoinReport(all.size(), List.of());
        }
    }

    @Test
    void joinNamesTheFieldsThatAreWrong() {
        HttpResponse<String> unknown = send(server, "PUT", "/join", "{\"adresses\":[\"10.0.0.1\"]}");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(json(unknown).at("/errors/adresses").stringValue()).isEqualTo("is not known");
        HttpResponse<String> bad = send(server, "PUT", "/join", "{\"addresses\":[\"10.0.0.1\",\"10.0.0.1:99999\"]}");
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(json(bad).path("errors").propertyNames()).containsExactly("addresses[1]");
        assertThat(send(server, "PUT", "/join", "").statusCode()).isEqualTo(400);
        HttpResponse<String> cut = send(server, "PUT", "/join", "{\n\"addresses\":");
        assertThat(cut.statusCode()).isEqualTo(400);
        assertThat(json(cut).path("detail").stringValue())
                .startsWith("the body is not JSON: line 2, column 13: it ends too early");
        assertThat(send(server, "PUT", "/join", "{\"addresses\":[],\"addresses\":[\"a\"]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(server, "PUT", "/join", "{\"addresses\":\"x\"}").statusCode())
                .isEqualTo(400);
        assertThat(send(server, "PUT", "/join", "{\"addresses\":[1]}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void infoIsServedAsJsonAndAsText() {
        JsonNode info = json(get(server, "/info"));
        assertThat(info.propertyNames()).containsExactly("agent", "build", "cluster", "raft", "gossip", "runtime");
        assertThat(info.at("/raft/num_peers").intValue()).isEqualTo(2);
        assertThat(info.at("/raft/state").stringValue()).isEqualTo("Leader");
        assertThat(info.at("/cluster/leader_node").stringValue()).isEqualTo("s3");
        HttpResponse<String> text = send(server, "GET", "/info", "", "Accept", "text/plain");
        assertThat(text.body()).contains("raft:\n", "\tnum_peers = 2\n", "\tlast_log_index = 41\n");
        assertThat(json(get(client, "/info")).propertyNames()).doesNotContain("raft");
        assertThat(json(get(client, "/info")).at("/cluster/servers/0").stringValue())
                .isEqualTo("s1 127.77.0.11:8300");
        assertThat(send(server, "GET", "/info", "", "Accept", "image/png").statusCode())
                .isEqualTo(406);
    }

    @Test
    void whySaysCodeMessageAndNextStep() {
        JsonNode why = json(get(server, "/why?pretty"));
        assertThat(why.path("ready").booleanValue()).isTrue();
        assertThat(why.path("code").stringValue()).isEqualTo("READY");
        assertThat(why.path("next_step").stringValue()).isEqualTo("wait");
        assertThat(why.at("/evidence/0/server_id").stringValue()).isEqualTo(Fixtures.S2.toString());
        assertThat(why.at("/discovery/0/error").stringValue()).isEqualTo("no answer");
        assertThat(get(server, "/why?pretty").body()).contains("\n");
    }

    @Test
    void membersNameStateAndRole() {
        JsonNode members = json(get(client, "/members"));
        assertThat(members).hasSize(4);
        assertThat(members.at("/0/name").stringValue()).isEqualTo("c1");
        assertThat(members.at("/0/role").stringValue()).isEqualTo("client");
        assertThat(members.at("/1/status").stringValue()).isEqualTo("alive");
        assertThat(members.at("/1/server_id").stringValue()).isEqualTo(Fixtures.S1.toString());
        assertThat(members.at("/1/since").stringValue()).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void aClientShowsThePeersThatAServerSeesAndWithoutOneSaysWhyNot() {
        JsonNode peers = json(get(client, "/peers"));
        assertThat(peers.path("cluster_id").stringValue())
                .isEqualTo(Fixtures.CLUSTER.id().toString());
        assertThat(peers.at("/leader/node").stringValue()).isEqualTo("s3");
        assertThat(peers.path("peers")).hasSize(3);
        KNOWN.others = List.of();
        try {
            HttpResponse<String> none = get(client, "/peers");
            assertThat(none.statusCode()).isEqualTo(503);
            assertThat(json(none).path("detail").stringValue()).isEqualTo("no server is known to this client");
            assertThat(json(none).has("next_step")).isTrue();
        } finally {
            lead();
        }
    }

    @Test
    @Fault(
            line = "E7",
            fault = "a request with an empty Accept header",
            seen = "it is answered as one without: by the native API, by Actuator and by /v1")
    void anEmptyAcceptSaysNothing() {
        for (String path : List.of(
                "/why", "/info", "/members", "/peers", "/actuator/health", "/actuator/prometheus", "/v1/agent/self")) {
            for (String accept : List.of("", " ")) {
                assertThat(send(server, "GET", path, "", "Accept", accept).statusCode())
                        .as(path)
                        .isEqualTo(200);
            }
        }
        assertThat(send(server, "GET", "/why", "", "Accept", "nonsense").statusCode())
                .isEqualTo(406);
        assertThat(send(server, "GET", "/why", "", "Accept", ",").statusCode()).isLessThan(500);
    }

    @Test
    void aReloadAnswersWhatHasChangedOrWhyNot() {
        HttpResponse<String> done = send(server, "POST", "/reload", "");
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(done.body().strip()).isEqualTo("{\"changed\":[\"log_level\"],\"needs_restart\":[\"ports.http\"]}");
        control.reloading = CompletableFuture.failedFuture(new IllegalStateException("config file c.json is empty"));
        try {
            HttpResponse<String> refused = send(server, "PUT", "/reload", "");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(json(refused).path("type").stringValue()).isEqualTo("urn:quorate:problem:reload-refused");
            assertThat(json(refused).path("detail").stringValue()).isEqualTo("config file c.json is empty");
            HttpResponse<String> dialect = send(server, "PUT", "/v1/agent/reload", "");
            assertThat(dialect.statusCode()).isEqualTo(500);
            assertThat(dialect.body()).isEqualTo("config file c.json is empty");
        } finally {
            control.reloading = new Fixtures.FakeControl().reloading;
        }
        assertThat(send(server, "PUT", "/v1/agent/reload", "").body()).isEmpty();
    }

    @Test
    void wrongMethodsOfOurOwnEndpointsAreProblemsToo() {
        HttpResponse<String> answer = send(server, "DELETE", "/info", "");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).isPresent();
        assertThat(json(answer).path("type").stringValue()).isEqualTo("urn:quorate:problem:method-not-allowed");
    }
}
