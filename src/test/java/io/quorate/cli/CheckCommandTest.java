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
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The check of a whole cluster, against agents that are small HTTP servers with given answers. */
class CheckCommandTest {
    private final List<HttpServer> agents = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** What one agent answers; the defaults are those of a cluster of s1, s2 and c1 that is whole. */
    private static final class Agent {
        private final String name;
        private String role = "server";
        private String cluster = "k1";
        private String leader = "id-s1";
        private List<String> voters = List.of("s1", "s2");
        private List<String> unhealthy = List.of();
        private List<String> failed = List.of();
        private int tolerance;
        private int expect = 2;
        private long lastIndex = 7;
        private long step;
        private int ready = 200;
        private String code = "READY";
        private List<String> neverAnswered = List.of();
        private List<String> catalog = List.of("s1", "s2", "c1");
        private List<String> alive = List.of("s1", "s2", "c1");

        private Agent(String name) {
            this.name = name;
        }

        private Map<String, String> answers(int port) {
            lastIndex += step;
            return Map.of(
                    "/info",
                            "{\"agent\":{\"name\":\"%s\",\"id\":\"id-%s\",\"server_id\":\"id-%s\",\"role\":\"%s\"},\"cluster\":{\"cluster_id\":%s,\"expect\":%d,\"why\":\"NO_QUORUM\"},\"raft\":{\"last_log_index\":%d}}"
                                    .formatted(
                                            name,
                                            name,
                                            name,
                                            role,
                                            cluster.isEmpty() ? "null" : "\"" + cluster + "\"",
                                            expect,
                                            lastIndex),
                    "/peers",
                            "{\"leader\":%s,\"voters\":%d,\"failure_tolerance\":%d,\"peers\":%s}"
                                    .formatted(
                                            leader.isEmpty() ? "null" : "{\"server_id\":\"" + leader + "\"}",
                                            voters.size(),
                                            tolerance,
                                            "["
                                                    + String.join(
                                                            ",",
                                                            voters.stream()
                                                                    .map(this::peer)
                                                                    .toList())
                                                    + "]"),
                    "/why",
                            "{\"ready\":%s,\"code\":\"%s\",\"message\":\"1 of 3 voters\",\"next_step\":\"start s1\"}"
                                    .formatted(code.equals("READY"), code),
                    "/actuator/health/readiness", "{\"status\":\"x\"}",
                    "/v1/catalog/nodes", json(catalog, "{\"Node\":\"%s\"}"),
                    "/members",
                            json(alive, "{\"name\":\"%s\",\"status\":\"alive\",\"address\":\"127.0.0.1:" + port + "\"}")
                                            .replace("]", failed.isEmpty() ? "]" : ",")
                                    + (failed.isEmpty()
                                            ? ""
                                            : json(failed, "{\"name\":\"%s\",\"status\":\"failed\"}")
                                                    .substring(1)));
        }

        private String peer(String voter) {
            return "{\"node\":\"%s\",\"server_id\":\"id-%s\",\"voter\":true,\"healthy\":%s}"
                    .formatted(voter, voter, unhealthy.contains(voter) ? "false" : "null");
        }

        private static String json(List<String> names, String each) {
            return "[" + String.join(",", names.stream().map(each::formatted).toList()) + "]";
        }
    }

    @AfterEach
    void stop() {
        agents.forEach(agent -> agent.stop(0));
    }

    private String start(Agent agent) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int port = server.getAddress().getPort();
        server.createContext("/", exchange -> answer(exchange, agent, port));
        server.start();
        agents.add(server);
        return "127.0.0.1:" + port;
    }

    private static synchronized void answer(HttpExchange exchange, Agent agent, int port) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (agent.neverAnswered.contains(exchange.getRequestURI().toString())) {
            // The exchange stays open: a read that waits for a leader.
            return;
        }
        String body = agent.answers(port).get(path);
        byte[] bytes = String.valueOf(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(path.endsWith("readiness") ? agent.ready : body == null ? 404 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** All three, one of them changed. */
    private int check(UnaryOperator<Agent> change, String... more) throws IOException {
        Agent s1 = new Agent("s1");
        Agent client = new Agent("c1");
        client.role = "client";
        List<String> addresses = List.of(start(s1), start(change.apply(new Agent("s2"))), start(client));
        List<String> words =
                new ArrayList<>(List.of("check", "-servers=2", "-http-addr=" + String.join(",", addresses)));
        words.addAll(List.of(more));
        return run(words);
    }

    private int run(List<String> words) {
        return QuorateCli.run(
                words.toArray(String[]::new), Map.of(), new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @Test
    void aWholeClusterIsSaidToBeSoPointByPoint() throws IOException {
        assertThat(check(agent -> agent)).isZero();
        assertThat(out).hasToString("""
                ok      3 agents answer: c1, s1, s2
                ok      everybody asked is ready
                ok      2 servers are here: s1, s2
                ok      one cluster id: k1
                ok      one leader: s1
                ok      2 voters
                ok      no voter has failed
                ok      in the catalog: c1, s1, s2
                ok      equal last log index: 7
                The cluster is whole.
                """);
    }

    private void broken(String line, UnaryOperator<Agent> change) throws IOException {
        out.getBuffer().setLength(0);
        assertThat(check(change, "-timeout=0s")).isEqualTo(2);
        assertThat(out.toString().lines().filter(each -> each.startsWith("BROKEN")))
                .containsExactly("BROKEN  " + line);
        assertThat(out.toString()).endsWith("The cluster is not whole: " + line + "\n");
    }

    @Test
    void eachInvariantThatDoesNotHoldIsOneLineThatNamesWho() throws IOException {
        broken("2 different values for the cluster id: k1 (c1, s1), k2 (s2)", agent -> {
            agent.cluster = "k2";
            return agent;
        });
        broken("no leader is known by s2", agent -> {
            agent.leader = "";
            return agent;
        });
        broken("2 or 3 voters, not 2", agent -> {
            agent.voters = List.of("s1", "s2", "s3");
            agent.tolerance = 1;
            return agent;
        });
        broken("not ready: s2 (its health is 503)", agent -> {
            agent.ready = 503;
            return agent;
        });
        broken("not ready: s2 (QUORUM_LOST: 1 of 3 voters; next step: start s1)", agent -> {
            agent.code = "QUORUM_LOST";
            return agent;
        });
        broken("not in the catalog that s2 hands out: c1", agent -> {
            agent.catalog = List.of("s1", "s2");
            return agent;
        });
        broken("not in the catalog that s1 hands out: c2", agent -> {
            agent.alive = List.of("c2");
            agent.catalog = List.of("s1", "s2", "c1", "c2");
            return agent;
        });
        broken("last log index differs: s1 7, s2 4", agent -> {
            agent.lastIndex = 4;
            return agent;
        });
        broken("1, not 2 servers are here: s1", agent -> {
            agent.role = "client";
            return agent;
        });
    }

    /** Servers s1, s2 and s3 of a cluster that expected three; what is changed is what s1, which leads, says. */
    private int ofThree(UnaryOperator<Agent> change, String... more) throws IOException {
        List<String> addresses = new ArrayList<>();
        for (String name : List.of("s1", "s2", "s3")) {
            Agent agent = new Agent(name);
            agent.voters = List.of("s1", "s2", "s3");
            agent.alive = List.of("s1", "s2", "s3");
            agent.catalog = List.of("s1", "s2", "s3");
            agent.tolerance = 1;
            agent.expect = 3;
            addresses.add(start(name.equals("s1") ? change.apply(agent) : agent));
        }
        List<String> words =
                new ArrayList<>(List.of("check", "-timeout=0s", "-http-addr=" + String.join(",", addresses)));
        words.addAll(List.of(more));
        return run(words);
    }

    @Fault(
            line = "E9",
            fault = "one of three voters does not answer the leader, or gossip holds it for failed",
            seen = "quorate check ends with 2, and its last line names the voter and who says so")
    @Test
    void aVoterThatHasFailedIsNotWhole() throws IOException {
        assertThat(ofThree(agent -> agent)).isZero();
        assertThat(out.toString()).contains("ok      survives 1 more failure\n");
        assertThat(ofThree(agent -> {
                    agent.unhealthy = List.of("s3");
                    return agent;
                }))
                .isEqualTo(2);
        assertThat(out.toString()).endsWith("The cluster is not whole: voter s3 has failed, says s1\n");
        assertThat(ofThree(agent -> {
                    agent.alive = List.of("s1", "s2");
                    agent.failed = List.of("s3");
                    return agent;
                }))
                .isEqualTo(2);
        assertThat(out.toString()).endsWith("The cluster is not whole: voter s3 has failed, says s1\n");
        assertThat(ofThree(agent -> {
                    agent.leader = "";
                    agent.unhealthy = List.of("s1");
                    return agent;
                }))
                .isEqualTo(2);
        assertThat(out.toString()).endsWith("The cluster is not whole: no leader is known by s1\n");
    }

    @Fault(
            line = "E9",
            fault = "a cluster that expected three servers survives no further failure",
            seen = "quorate check ends with 2 and says so in one line, with the number that was expected")
    @Test
    void aToleranceOfNothingIsNotWholeWhereThreeWereExpected() throws IOException {
        UnaryOperator<Agent> none = agent -> {
            agent.tolerance = 0;
            return agent;
        };
        String line = "does not survive one more failure, says s1, which counts 3 voters; 3 servers are expected";
        assertThat(ofThree(none)).isEqualTo(2);
        assertThat(out.toString()).endsWith("The cluster is not whole: " + line + "\n");
        assertThat(ofThree(none, "-servers=3")).isEqualTo(2);
        assertThat(out.toString()).endsWith("The cluster is not whole: " + line + "\n");
    }

    @Test
    void asJsonItIsOneDocumentForProgramsWithTheReasonInOneLine() throws IOException {
        assertThat(ofThree(agent -> agent, "-format=json")).isZero();
        Json whole = Json.parse(out.toString());
        assertThat(whole.isTrue("whole")).isTrue();
        assertThat(whole.text("reason")).isEmpty();
        assertThat(whole.get("agents").elements()).extracting(Json::text).containsExactly("s1", "s2", "s3");
        out.getBuffer().setLength(0);
        assertThat(ofThree(
                        agent -> {
                            agent.unhealthy = List.of("s3");
                            return agent;
                        },
                        "-format=json"))
                .isEqualTo(2);
        Json broken = Json.parse(out.toString());
        assertThat(broken.isTrue("whole")).isFalse();
        assertThat(broken.text("reason")).isEqualTo("voter s3 has failed, says s1");
        assertThat(broken.get("findings").elements().stream()
                        .filter(finding -> !finding.isTrue("holds"))
                        .map(finding -> finding.text("text")))
                .containsExactly("voter s3 has failed, says s1");
    }

    @Test
    void itWaitsForWhatComesLateAndTellsForWhat() throws IOException {
        Agent late = new Agent("s2");
        late.lastIndex = 3;
        // One more at each of the five questions of a look: behind in the first, there in the second.
        late.step = 1;
        assertThat(check(agent -> late, "-timeout=30s")).isZero();
        assertThat(out.toString())
                .startsWith("waiting last log index differs: s1 7, s2 4\n")
                .contains("everybody follows");
    }

    @Test
    void everyMemberIsAskedAtItsOwnAddressWhenThatIsWanted() throws IOException {
        Agent alone = new Agent("s1");
        alone.voters = List.of("s1");
        alone.expect = 1;
        alone.alive = List.of("s1");
        alone.catalog = List.of("s1");
        assertThat(run(List.of("check", "-members", "-http-addr", start(alone))))
                .isZero();
        assertThat(out.toString()).contains("1 agent answers: s1");
        alone.alive = List.of("s1", "c9");
        alone.catalog = List.of("s1", "c9");
        String address = start(alone);
        assertThat(run(List.of("check", "-members", "-timeout=0s", "-http-addr", address)))
                .isEqualTo(2);
        assertThat(out.toString()).contains("BROKEN  no answer from member c9 at " + address);
    }

    @Fault(
            line = "E9",
            fault = "no agent answers quorate check",
            seen = "it ends with 2, says nothing but who gave no answer and why, and calls nothing ok")
    @Test
    void whoeverIsSilentOrUnknownIsNamed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(run(List.of(
                        "check", "-timeout=0s", "-http-addr=127.0.0.1:" + port, "-http-addr=no-such-host.invalid")))
                .isEqualTo(2);
        assertThat(out.toString())
                .contains("BROKEN  No agent answers at 127.0.0.1:" + port
                        + "; no address is known for no-such-host.invalid")
                .doesNotContain("ok ")
                .hasLineCount(2);
    }

    @Fault(
            line = "E9",
            fault = "quorate check asks agents that have no leader, whose reads wait for one",
            seen = "nobody is called silent: it tells the code and the reason of /why, and the next step")
    @Test
    void withoutALeaderTheReasonIsToldAndNobodyIsCalledSilent() throws IOException {
        List<String> addresses = new ArrayList<>();
        for (String name : List.of("s1", "s2")) {
            Agent agent = new Agent(name);
            agent.leader = "";
            agent.code = "QUORUM_LOST";
            agent.ready = 503;
            agent.neverAnswered = List.of("/v1/catalog/nodes", "/v1/catalog/nodes?stale");
            addresses.add(start(agent));
        }
        assertThat(run(List.of("check", "-timeout=0s", "-http-addr=" + String.join(",", addresses))))
                .isEqualTo(2);
        assertThat(out.toString())
                .contains(
                        "ok      2 agents answer: s1, s2",
                        "BROKEN  not ready: s1 (QUORUM_LOST: 1 of 3 voters; next step: start s1), s2 (",
                        "The cluster is not whole: not ready: s1 (QUORUM_LOST: 1 of 3 voters")
                .doesNotContain("did not answer");
    }

    @Test
    void anAgentWhoseCatalogDoesNotComeIsNotCalledSilent() throws IOException {
        assertThat(check(
                        agent -> {
                            agent.neverAnswered = List.of("/v1/catalog/nodes?stale");
                            return agent;
                        },
                        "-timeout=0s"))
                .isEqualTo(2);
        assertThat(out.toString())
                .contains(
                        "ok      3 agents answer: c1, s1, s2", "BROKEN  no catalog from s2: ", "did not answer in 1 s");
    }

    @Test
    void wrongUsageIsRefused() {
        assertThat(run(List.of("check", "-timeout=soon"))).isEqualTo(1);
        assertThat(run(List.of("check", "-timeout=-1s"))).isEqualTo(1);
        assertThat(run(List.of("check", "-servers=-1"))).isEqualTo(1);
        assertThat(run(List.of("check", "-servers=three"))).isEqualTo(1);
        assertThat(err.toString()).contains("-timeout soon: not a duration", "-servers -1", "three");
    }
}
