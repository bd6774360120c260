package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.membership.JoinReport;
import io.quorate.membership.Member;
import io.quorate.testing.Datacenter3;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Our answers equal those that a real agent gave: status, headers, body, but for what the recording calls volatile. */
class RecordedContractTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String REMOTE = "rpc error making call: ";
    private final List<Datacenter3> open = new ArrayList<>();

    /** One recorded exchange. */
    record Exchange(JsonNode all) {
        String text(String field) {
            return all.path(field).asString("");
        }

        @Override
        public String toString() {
            return text("id") + " " + text("to") + " " + text("method") + " " + text("path");
        }
    }

    static List<Exchange> agent() {
        return read("agent");
    }

    static List<Exchange> catalog() {
        return read("catalog");
    }

    static List<Exchange> operator() {
        return read("operator");
    }

    static List<Exchange> preLeader() {
        return read("pre_leader");
    }

    static List<Exchange> lifecycle() {
        return read("lifecycle");
    }

    @AfterEach
    void close() {
        open.forEach(Datacenter3::close);
    }

    @ParameterizedTest
    @MethodSource({"agent", "catalog", "operator"})
    void withALeader(Exchange exchange) {
        Datacenter3 world = new Datacenter3().registered().led().removing();
        world.c1.membership().join = all -> all.contains("127.77.0.250")
                ? new JoinReport(
                        0,
                        List.of(new JoinReport.Failure(
                                "127.77.0.250", "dial tcp 127.77.0.250:8301: connect: connection refused")))
                : new JoinReport(all.size(), List.of());
        compare(exchange, world);
    }

    @ParameterizedTest
    @MethodSource("preLeader")
    void beforeThereIsALeader(Exchange exchange) {
        compare(exchange, new Datacenter3());
    }

    @ParameterizedTest
    @MethodSource("lifecycle")
    void afterTheQuorumWasLost(Exchange exchange) {
        compare(exchange, new Datacenter3().registered().registeredFromOutside().leaderless());
    }

    @Test
    void statsHaveConsulsGroupsAndKeysAndNothingButTexts() {
        for (Exchange exchange : agent()) {
            if (!exchange.text("path").equals("/v1/agent/self")
                    || !exchange.text("method").equals("GET")) {
                continue;
            }
            Datacenter3 world = new Datacenter3().registered().led();
            JsonNode ours =
                    JSON.readTree(ask(exchange, world).reply().render(false)).path("Stats");
            JsonNode theirs = exchange.all().at("/response_body/Stats");
            List<String> groups = new ArrayList<>(theirs.propertyNames());
            // There is no pool between datacenters here; what gossip counts is its own affair.
            groups.remove("serf_wan");
            assertThat(ours.propertyNames()).containsExactlyInAnyOrderElementsOf(groups);
            groups.remove("serf_lan");
            assertThat(theirs.path("serf_lan").propertyNames())
                    .containsAll(ours.path("serf_lan").propertyNames());
            assertThat(ours.path("serf_lan").propertyNames())
                    .contains("members", "failed", "left", "health_score", "encrypted");
            for (String group : groups) {
                assertThat(ours.path(group).propertyNames())
                        .as(group)
                        .containsExactlyInAnyOrderElementsOf(theirs.path(group).propertyNames());
            }
            ours.forEach(group -> group.forEach(
                    value -> assertThat(value.isString()).as("%s", value).isTrue()));
        }
    }

    @Test
    void aNameWithoutAnAddressIsSaidAsConsulSaysIt() {
        Datacenter3 world = new Datacenter3();
        world.c1.membership().join = all -> new JoinReport(
                0,
                List.of(new JoinReport.Failure(
                        "no-such-host.invalid",
                        JoinReport.Kind.NOT_RESOLVED,
                        "name not resolved: no-such-host.invalid: x")));
        Reply reply = dispatcher(world.c1, world)
                .dispatch("PUT", "/v1/agent/join/no-such-host.invalid", "", name -> null, new byte[0])
                .toCompletableFuture()
                .join()
                .reply();
        assertThat(new String(reply.render(false), StandardCharsets.UTF_8))
                .isEqualTo("1 error occurred:\n\t* Failed to resolve no-such-host.invalid:"
                        + " lookup no-such-host.invalid: no such host\n\n");
    }

    private Dispatcher.Outcome ask(Exchange exchange, Datacenter3 world) {
        String to = exchange.text("to");
        Datacenter3.Agent agent = to.equals("client") ? world.c1 : to.equals("leader") ? world.s3 : world.s1;
        Dispatcher asked = dispatcher(agent, world);
        String path = exchange.text("path");
        int question = path.indexOf('?');
        return asked.dispatch(
                        exchange.text("method"),
                        question < 0 ? path : path.substring(0, question),
                        question < 0 ? "" : path.substring(question + 1),
                        name -> null,
                        new byte[0])
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private Dispatcher dispatcher(Datacenter3.Agent agent, Datacenter3 world) {
        open.add(world);
        return new Dispatcher(agent.routes(), 1000);
    }

    private void compare(Exchange exchange, Datacenter3 world) {
        if (exchange.text("path").equals("/v1/agent/members")
                && exchange.text("id").startsWith("pre-")) {
            world = alone(world);
        }
        Reply reply = ask(exchange, world).reply();
        assertThat(reply.status()).isEqualTo(exchange.all().path("status").intValue());
        JsonNode unstable = exchange.all().path("volatile");
        assertThat(headers(reply, unstable)).isEqualTo(recordedHeaders(exchange, unstable));
        if (exchange.text("response_kind").equals("json")) {
            assertThat(body(JSON.readTree(reply.render(false)), unstable))
                    .isEqualTo(body(exchange.all().path("response_body"), unstable));
        } else if (!exchange.text("method").equals("HEAD")) {
            assertThat(withoutHops(new String(reply.render(false), StandardCharsets.UTF_8)))
                    .isEqualTo(withoutHops(exchange.text("response_body")));
        }
    }

    /** Gossip has met nobody yet. */
    private static Datacenter3 alone(Datacenter3 world) {
        for (Datacenter3.Agent agent : List.of(world.s1, world.c1)) {
            Member self = agent.membership().roster().self();
            agent.membership().forgetAllBut(self);
        }
        return world;
    }

    private static Map<String, String> headers(Reply reply, JsonNode unstable) {
        Map<String, String> headers = new TreeMap<>(reply.headers());
        if (reply.contentType() != null) {
            headers.put("Content-Type", reply.contentType());
        }
        unstable.path("headers").forEach(name -> headers.remove(name.stringValue()));
        return headers;
    }

    private static Map<String, String> recordedHeaders(Exchange exchange, JsonNode unstable) {
        Map<String, String> headers = new TreeMap<>();
        exchange.all()
                .path("response_headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().stringValue()));
        // How the body travels is the container's choice.
        headers.remove("Content-Length");
        headers.remove("Transfer-Encoding");
        unstable.path("headers").forEach(name -> headers.remove(name.stringValue()));
        return headers;
    }

    private static JsonNode body(JsonNode body, JsonNode unstable) {
        JsonNode copy = body.deepCopy();
        for (JsonNode path : unstable.path("body")) {
            String text = path.stringValue();
            if (text.equals("$")) {
                return JSON.nullNode();
            }
            remove(copy, text.substring(1).replaceFirst("^\\.", ""));
        }
        return sorted(ours(copy));
    }

    private static void remove(JsonNode node, String path) {
        if (path.startsWith("[*]")) {
            node.forEach(inner -> remove(inner, path.substring(3).replaceFirst("^\\.", "")));
        } else if (path.indexOf('.') < 0 && path.indexOf('[') < 0) {
            if (node instanceof ObjectNode object) {
                object.remove(path);
            }
        } else {
            int end = path.indexOf('.') < 0 ? path.indexOf('[') : path.indexOf('.');
            remove(node.path(path.substring(0, end)), path.substring(end).replaceFirst("^\\.", ""));
        }
    }

    /** What differs on purpose: there is no pool between datacenters, hence no port for it. */
    private static JsonNode ours(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove("wan_join_port");
        }
        node.forEach(RecordedContractTest::ours);
        return node;
    }

    /** The order of members is not defined. */
    private static JsonNode sorted(JsonNode node) {
        if (!(node instanceof ArrayNode array)
                || array.isEmpty()
                || !array.get(0).has("Name")) {
            return node;
        }
        ArrayNode sorted = JSON.createArrayNode();
        Stream.of(array)
                .flatMap(all -> all.valueStream())
                .sorted(Comparator.comparing(member -> member.path("Name").asString("")))
                .forEach(sorted::add);
        return sorted;
    }

    private static String withoutHops(String text) {
        return text.replace(REMOTE, "");
    }

    private static List<Exchange> read(String name) {
        try (InputStream in = RecordedContractTest.class.getResourceAsStream("/recordings/chosen/" + name + ".json")) {
            List<Exchange> exchanges = new ArrayList<>();
            JSON.readTree(in).forEach(node -> exchanges.add(new Exchange(node)));
            assertThat(exchanges).isNotEmpty();
            return exchanges;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
