package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What an agent answers before there is a leader, after, and on a client. One datacenter goes from the first to the last. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiIT {
    @RegisterExtension
    static final Agents AGENTS = new Agents();

    private static final AgentProcess S1 = AGENTS.server("s1", "-bootstrap-expect=3", "-node-meta=rack:r1");
    private static final AgentProcess S2 = AGENTS.server("s2", "-bootstrap-expect=3", FoundingIT.retryJoin(S1));
    private static final AgentProcess S3 = AGENTS.server("s3", "-bootstrap-expect=3", FoundingIT.retryJoin(S1));
    private static final AgentProcess C1 = AGENTS.client("c1");
    private static final Whole ALL = Whole.of(S1, S2, S3, C1);

    @BeforeAll
    static void oneServerAndAClientThatKnowNobody() {
        Agents.startAll(S1, C1);
        AGENTS.awaitHttp(S1, C1);
    }

    private static void found() {
        if (!S2.isAlive()) {
            Agents.startAll(S2, S3);
            AGENTS.awaitHttp(S2);
            C1.join(S2).expect(200);
        }
        ALL.await(AGENTS);
    }

    @Test
    @Order(1)
    void aServerWithoutLeaderAnswersEverythingAboutItself() {
        JsonNode info = S1.info();
        for (String group : List.of("agent", "build", "cluster", "raft", "gossip", "runtime")) {
            assertThat(info.has(group)).as("group %s of %s", group, info).isTrue();
        }
        assertThat(info.path("raft").path("num_peers").asInt(-1)).isZero();
        assertThat(info.path("raft").path("last_log_index").asInt(-1)).isZero();
        assertThat(info.path("raft").path("last_contact").asString("")).isEqualTo("never");
        Reply peers = S1.get("/peers").expect(200);
        assertThat(peers.json().has("leader")).as("%s", peers).isTrue();
        assertThat(S1.statusOf("s1")).isEqualTo("alive");
        JsonNode why = S1.why();
        assertThat(why.path("ready").asBoolean(true)).isFalse();
        assertThat(why.path("code").asString("")).isEqualTo("WAITING_FOR_SERVERS");
        assertThat(why.path("message").asString("")).isNotBlank();
        assertThat(why.path("next_step").asString("")).isNotBlank();
        assertThat(why.path("evidence").isArray()).isTrue();
        assertThat(why.path("evidence").toString()).contains("s1");
    }

    @Test
    @Order(2)
    void aServerWithoutLeaderIsAliveNotReadyAndSaysWhyInItsHealth() {
        JsonNode health = S1.get("/actuator/health").expect(503).json();
        JsonNode bootstrap = health.path("components").path("bootstrap");
        assertThat(bootstrap.path("status").asString("")).isEqualTo("OUT_OF_SERVICE");
        assertThat(bootstrap.path("details").toString()).contains("3");
        assertThat(health.path("components").has("raft")).isTrue();
        S1.get("/actuator/health/liveness").expect(200);
        S1.get("/actuator/health/readiness").expect(503);
        Reply onClient = C1.get("/actuator/health").expect(503);
        assertThat(onClient.json().path("components").has("raft"))
                .as("a client has no raft: %s", onClient)
                .isFalse();
        C1.get("/actuator/health/liveness").expect(200);
        C1.get("/actuator/health/readiness").expect(503);
    }

    @Test
    @Order(3)
    void withoutLeaderConsulsDialectAnswersAsRecorded() {
        assertThat(S1.get("/v1/status/leader").expect(200).body().strip()).isEqualTo("\"\"");
        assertThat(S1.get("/v1/status/peers").expect(200).body().strip()).isEqualTo("[]");
        assertThat(S1.get("/v1/catalog/datacenters").expect(200).body().strip()).isEqualTo("[\"dc1\"]");
        S1.get("/v1/agent/self").expect(200);
        S1.get("/v1/agent/members").expect(200);
        // Each waits 7 s for a leader: both at once.
        List.of("/v1/catalog/nodes", "/v1/operator/raft/configuration").parallelStream()
                .map(path -> S1.get(path).expect(500).body())
                .forEach(body -> assertThat(body).isEqualTo("No cluster leader"));
        for (String path : List.of(
                "/v1/catalog/nodes",
                "/v1/operator/raft/configuration",
                "/v1/status/leader",
                "/v1/status/peers",
                "/v1/catalog/datacenters")) {
            assertThat(C1.get(path).expect(500).body()).isEqualTo("No known Consul servers");
        }
        C1.get("/v1/agent/self").expect(200);
        C1.get("/v1/agent/members").expect(200);
    }

    @Test
    @Order(4)
    void aClientThatKnowsNoServerSaysSo() {
        assertThat(C1.why().path("code").asString("")).isEqualTo("NO_SERVERS");
        JsonNode info = C1.info();
        assertThat(info.has("raft")).as("%s", info).isFalse();
        assertThat(info.has("cluster")).isTrue();
        problem(C1.get("/peers"), 503);
    }

    @Test
    @Order(5)
    void metricsTellBeforeThereIsALeader() {
        String metrics = S1.get("/actuator/prometheus").expect(200).body();
        assertThat(metrics).contains("quorate_why{code=\"WAITING_FOR_SERVERS\"} 1.0");
        assertThat(value(metrics, "quorate_raft_is_leader")).isZero();
        assertThat(value(metrics, "quorate_raft_num_peers")).isZero();
        assertThat(value(metrics, "quorate_bootstrap_known_servers")).isEqualTo(1);
    }

    @Test
    @Order(6)
    void wrongJoinsAreRefusedInBothDialects() {
        Place nobody = Place.next();
        Reply none = S1.put("/join", "{\"addresses\":[\"" + nobody.gossipAddress() + "\"]}");
        problem(none, 502);
        assertThat(none.body()).contains(nobody.address());
        problem(S1.put("/join", "{\"addresses\":[\"not an address\"]}"), 400);
        problem(S1.put("/join", "{\"addresses\":[]}"), 400);
        problem(S1.put("/join", "this is no JSON"), 400);
        S1.get("/no-such-page").expect(404);
        Reply consul = S1.put("/v1/agent/join/" + nobody.gossipAddress());
        assertThat(consul.status()).isEqualTo(500);
        assertThat(consul.body()).startsWith("1 error occurred:\n\t* Failed to join " + nobody.address());
        assertThat(S1.get("/v1/no/such/thing").status()).isEqualTo(404);
    }

    @Test
    @Order(7)
    void joinTakesAddressesInTheQueryToo() {
        Reply one = Reply.to(
                        "POST",
                        S1.place().httpAddress(),
                        "/join?address=" + S1.place().gossipAddress(),
                        "")
                .expect(200);
        assertThat(one.json().path("contacted").asInt())
                .as("oneself is allowed")
                .isEqualTo(1);
        assertThat(one.json().path("failures").isEmpty()).isTrue();
    }

    @Test
    @Order(10)
    void afterFoundingEveryServerShowsTheSameCluster() {
        found();
        for (AgentProcess server : ALL.servers()) {
            JsonNode peers = server.peers();
            assertThat(peers.path("voters").asInt(-1)).as("%s", peers).isEqualTo(3);
            assertThat(peers.path("quorum_size").asInt()).isEqualTo(2);
            assertThat(peers.path("failure_tolerance").asInt()).isEqualTo(1);
            assertThat(peers.path("cluster_id").asString("")).isEqualTo(S1.clusterId());
            assertThat(peers.path("term").asLong()).isPositive();
            assertThat(AgentProcess.elements(peers.path("peers"))
                            .map(p -> p.path("node").asString(""))
                            .sorted())
                    .containsExactly("s1", "s2", "s3");
            assertThat(AgentProcess.elements(peers.path("peers"))
                            .map(p -> p.path("address").asString("")))
                    .allMatch(a -> a.startsWith("127."));
            String text =
                    server.get("/info", "Accept", "text/plain").expect(200).body();
            assertThat(text).contains("num_peers = 2").contains("raft:");
        }
        JsonNode ofLeader = ALL.leader().peers();
        assertThat(AgentProcess.elements(ofLeader.path("peers")))
                .allMatch(p -> p.path("healthy").asBoolean(false));
        assertThat(C1.peers().path("voters").asInt())
                .as("a client hands on what a server answers")
                .isEqualTo(3);
        assertThat(S1.get("/info?pretty").expect(200).body()).contains("\n  ");
    }

    @Test
    @Order(11)
    void afterFoundingConsulsDialectHasRealContentOnServersAndClients() {
        found();
        String leader =
                ALL.leader().place().address() + ":" + ALL.leader().place().rpc();
        for (AgentProcess agent : List.of(S1, S2, S3, C1)) {
            assertThat(agent.leaderAddress()).isEqualTo(leader);
            assertThat(AgentProcess.elements(
                                    agent.get("/v1/status/peers").expect(200).json())
                            .map(p -> p.asString(""))
                            .sorted()
                            .toList())
                    .isEqualTo(ALL.servers().stream()
                            .map(s -> s.place().address() + ":" + s.place().rpc())
                            .sorted()
                            .toList());
            JsonNode configuration =
                    agent.get("/v1/operator/raft/configuration").expect(200).json();
            assertThat(configuration.path("Servers").size()).isEqualTo(3);
            assertThat(AgentProcess.elements(configuration.path("Servers"))
                            .filter(s -> s.path("Leader").asBoolean(false))
                            .map(s -> s.path("Address").asString("")))
                    .containsExactly(leader);
            assertThat(agent.get("/v1/catalog/datacenters").expect(200).body().strip())
                    .isEqualTo("[\"dc1\"]");
            JsonNode self = agent.get("/v1/agent/self").expect(200).json();
            assertThat(self.path("Config").path("NodeName").asString("")).isEqualTo(agent.name());
            assertThat(self.path("Config").path("Server").asBoolean(!agent.isServer()))
                    .isEqualTo(agent.isServer());
            assertThat(agent.get("/v1/agent/members").expect(200).json().size()).isEqualTo(4);
        }
        JsonNode stats = S1.get("/v1/agent/self").expect(200).json().path("Stats");
        assertThat(stats.path("raft").path("num_peers").asString("")).isEqualTo("2");
        JsonNode s1 = AgentProcess.elements(
                        S2.get("/v1/catalog/nodes").expect(200).json())
                .filter(n -> n.path("Node").asString("").equals("s1"))
                .findFirst()
                .orElseThrow();
        assertThat(s1.path("Address").asString("")).isEqualTo(S1.place().address());
        assertThat(s1.path("Meta").path("rack").asString("")).isEqualTo("r1");
        assertThat(s1.path("Datacenter").asString("")).isEqualTo("dc1");
        assertThat(s1.path("ID").asString("")).hasSize(36);
    }

    @Test
    @Order(12)
    void afterFoundingHealthIsUpAndMetricsHaveThePromisedNames() {
        found();
        for (AgentProcess agent : List.of(S1, S2, S3, C1)) {
            JsonNode health = agent.get("/actuator/health").expect(200).json();
            assertThat(health.path("status").asString("")).isEqualTo("UP");
            assertThat(health.path("components").has("raft")).isEqualTo(agent.isServer());
            assertThat(health.path("components").has("bootstrap")).isTrue();
            String metrics = agent.get("/actuator/prometheus").expect(200).body();
            assertThat(metrics).contains("quorate_why{code=\"READY\"} 1.0");
            assertThat(value(metrics, "quorate_gossip_members{state=\"alive\"}"))
                    .isEqualTo(4);
        }
        JsonNode raft = S1.health().path("components").path("raft").path("details");
        assertThat(raft.path("num_peers").asInt(-1)).isEqualTo(2);
        assertThat(raft.path("last_log_index").asLong(-1)).isPositive();
        for (AgentProcess server : ALL.servers()) {
            String metrics = server.get("/actuator/prometheus").expect(200).body();
            assertThat(value(metrics, "quorate_raft_num_peers")).isEqualTo(2);
            assertThat(value(metrics, "quorate_raft_voters")).isEqualTo(3);
            assertThat(value(metrics, "quorate_raft_quorum_size")).isEqualTo(2);
            assertThat(value(metrics, "quorate_raft_failure_tolerance")).isEqualTo(1);
            assertThat(value(metrics, "quorate_raft_term")).isPositive();
            assertThat(value(metrics, "quorate_raft_last_log_index")).isPositive();
            assertThat(value(metrics, "quorate_raft_commit_index")).isPositive();
            assertThat(value(metrics, "quorate_raft_applied_index")).isPositive();
            assertThat(value(metrics, "quorate_raft_is_leader")).isEqualTo(server == ALL.leader() ? 1 : 0);
            assertThat(value(metrics, "quorate_bootstrap_known_servers")).isEqualTo(3);
            assertThat(value(metrics, "quorate_bootstrap_state{state=\"member\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    @Order(13)
    void theCommandLineShowsWhatTheApiAnswers() {
        found();
        for (String command : List.of("members", "info", "peers", "why")) {
            CommandLine.Ended ended =
                    CommandLine.quorate(command, "-http-addr=" + S2.place().httpAddress());
            assertThat(ended.code()).as("%s", ended).isZero();
            assertThat(ended.output()).as(command).isNotBlank();
            CommandLine.Ended json = CommandLine.quorate(
                    command, "-format=json", "-http-addr=" + S2.place().httpAddress());
            assertThat(json.code()).as("%s", json).isZero();
            assertThat(Reply.JSON.readTree(json.output()).isMissingNode()).isFalse();
        }
        assertThat(CommandLine.quorate("members", "-http-addr=" + C1.place().httpAddress())
                        .output())
                .contains("s1", "s2", "s3", "c1");
        CommandLine.Ended join = CommandLine.quorate(
                "join",
                "-http-addr=" + C1.place().httpAddress(),
                S1.place().gossipAddress(),
                S2.place().gossipAddress());
        assertThat(join.code()).as("%s", join).isZero();
        assertThat(join.output()).contains("Successfully joined cluster by contacting 2 nodes.");
        Place nobody = Place.next();
        assertThat(CommandLine.quorate("members", "-http-addr=" + nobody.httpAddress())
                        .code())
                .isNotZero();
    }

    @Test
    @Order(20)
    void aFailedJoinOfOneAddressAmongTwoStillJoinsTheOther() {
        found();
        Place nobody = Place.next();
        JsonNode half = S1.put(
                        "/join",
                        "{\"addresses\":[\"" + nobody.gossipAddress() + "\",\""
                                + S2.place().gossipAddress() + "\"]}")
                .expect(200)
                .json();
        assertThat(half.path("contacted").asInt()).isEqualTo(1);
        assertThat(half.path("message").asString("")).isEqualTo("Successfully joined cluster by contacting 1 nodes.");
        assertThat(AgentProcess.elements(half.path("failures"))
                        .map(f -> f.path("address").asString("")))
                .containsExactly(nobody.gossipAddress());
    }

    private static void problem(Reply reply, int status) {
        reply.expect(status);
        assertThat(reply.type()).as("%s", reply).startsWith("application/problem+json");
        assertThat(reply.json().path("status").asInt()).isEqualTo(status);
        assertThat(reply.json().path("type").asString("")).isNotBlank();
    }

    private static double value(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " ") || (line.startsWith(name + "{") && !name.contains("{")))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name + " in " + names(metrics)));
    }

    private static List<String> names(String metrics) {
        return Stream.of(metrics.split("\n", -1))
                .filter(line -> line.startsWith("quorate_"))
                .toList();
    }
}
