package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.catalog.CatalogCommand;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.session.SessionKeeper;
import io.quorate.session.SessionOperations;
import io.quorate.session.SessionState;
import io.quorate.session.web.SessionRoutes;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The routes of sessions: what was recorded with a real agent, in its order, and what one answered when it was asked by hand. */
class SessionRoutesTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String REMOTE = "rpc error making call: ";

    private final SessionState state = new SessionState();
    private final FakeConsensus consensus = new FakeConsensus();
    private final SessionKeeper keeper = new SessionKeeper(consensus, state);
    private final Answers answers = new Answers(
            new AnswerParts(
                    Fixtures.DC1,
                    FakeServers.leading(Fixtures.rpc(Fixtures.S1)),
                    new FakeRpc(),
                    new AnswerParts.Server(consensus, state),
                    Duration.ofSeconds(1),
                    0),
            SessionOperations.offers(keeper, Duration.ofSeconds(10), new Random(5)));
    private final Map<String, Dispatcher> agents = new HashMap<>();
    private final Map<String, String> captured = new HashMap<>();

    @BeforeEach
    void start() {
        consensus.result = command -> {
            @SuppressWarnings("unchecked") // there is no other here
            Command<CommandFamily.Result> known = (Command<CommandFamily.Result>) command;
            return CompletableFuture.completedFuture(state.apply(known));
        };
        consensus.become(FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S1, List.of(Fixtures.S1)));
        keeper.start();
        for (String node : List.of("s1", "c1")) {
            state.register(node, SessionState.check("serfHealth", "passing"));
            agents.put(node, new Dispatcher(List.of(new SessionRoutes(new NodeName(node), answers)), 1000));
        }
        state.register("ext1");
        check("mem", "critical");
        check("web-1-ttl", "passing");
    }

    @AfterEach
    void close() throws Exception {
        answers.close();
        keeper.close();
        state.close();
    }

    private void check(String id, String status) {
        state.apply(new CatalogCommand.SetCheck("c1", SessionState.check(id, status)));
    }

    private Reply ask(String node, String method, String path, byte[] body) {
        int question = path.indexOf('?');
        return Objects.requireNonNull(agents.get(agents.containsKey(node) ? node : "c1"))
                .dispatch(
                        method,
                        question < 0 ? path : path.substring(0, question),
                        question < 0 ? "" : path.substring(question + 1),
                        name -> null,
                        body)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .reply();
    }

    private static String text(Reply reply) {
        return new String(reply.render(false), StandardCharsets.UTF_8);
    }

    private Reply create(String body) {
        return ask("c1", "PUT", "/v1/session/create", body.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode created(String body) {
        Reply reply = create(body);
        assertThat(reply.status()).as(text(reply)).isEqualTo(200);
        String id = JSON.readTree(reply.render(false)).path("ID").stringValue();
        return JSON.readTree(
                        ask("c1", "GET", "/v1/session/info/" + id, new byte[0]).render(false))
                .get(0);
    }

    @Test
    void eachRecordedExchangeIsAnsweredAsItWas() throws IOException {
        int compared = 0;
        JsonNode all;
        try (InputStream in = SessionRoutesTest.class.getResourceAsStream("/recordings/session.json")) {
            all = JSON.readTree(in);
        }
        for (JsonNode exchange : all) {
            String path = exchange.path("path").stringValue();
            if (path.startsWith("/v1/agent/check/")) {
                check("web-1-ttl", path.contains("/fail/") ? "critical" : "passing");
            } else if (!path.startsWith("/v1/kv/")) {
                compare(exchange, filled(path));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(51);
    }

    private String filled(String path) {
        String full = path;
        for (Map.Entry<String, String> value : captured.entrySet()) {
            full = full.replace("${" + value.getKey() + "}", value.getValue());
        }
        return full;
    }

    private void compare(JsonNode exchange, String path) {
        JsonNode sent = exchange.path("body");
        byte[] body = sent.isMissingNode()
                ? new byte[0]
                : (sent.isString() ? sent.stringValue() : sent.toString()).getBytes(StandardCharsets.UTF_8);
        Reply reply =
                ask(exchange.path("to").stringValue(), exchange.path("method").stringValue(), path, body);
        String name = exchange.path("id").stringValue() + " " + path + ": " + text(reply);
        assertThat(reply.status()).as(name).isEqualTo(exchange.path("status").intValue());
        assertThat(headers(reply, exchange)).as(name).isEqualTo(recordedHeaders(exchange));
        JsonNode recorded = exchange.path("response_body");
        if (exchange.path("response_kind").stringValue().equals("json")) {
            JsonNode ours = JSON.readTree(reply.render(false));
            exchange.path("capture")
                    .properties()
                    .forEach(value -> captured.put(
                            value.getKey(),
                            ours.path(value.getValue().stringValue()).stringValue()));
            assertThat(stable(ours)).as(name).isEqualTo(stable(recorded));
        } else if (!exchange.path("volatile").path("body").toString().contains("\"$\"")) {
            assertThat(text(reply)).as(name).isEqualTo(recorded.stringValue().replace(REMOTE, ""));
        }
    }

    private static Map<String, String> headers(Reply reply, JsonNode exchange) {
        Map<String, String> headers = new TreeMap<>(reply.headers());
        if (reply.contentType() != null) {
            headers.put("Content-Type", reply.contentType());
        }
        exchange.path("volatile").path("headers").forEach(volatileOne -> headers.remove(volatileOne.stringValue()));
        return headers;
    }

    private static Map<String, String> recordedHeaders(JsonNode exchange) {
        Map<String, String> headers = new TreeMap<>();
        exchange.path("response_headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().stringValue()));
        exchange.path("volatile").path("headers").forEach(name -> headers.remove(name.stringValue()));
        return headers;
    }

    /** Without what chance and the log's length decide: ids, by which a list is sorted, and indexes. */
    private static JsonNode stable(JsonNode node) {
        if (node instanceof ArrayNode array) {
            List<String> items = new ArrayList<>();
            array.forEach(item -> items.add(stable(item).toString()));
            items.sort(String::compareTo);
            ArrayNode sorted = JSON.createArrayNode();
            items.forEach(sorted::add);
            return sorted;
        }
        if (node instanceof ObjectNode object && object.has("Behavior")) {
            return object.deepCopy().remove(List.of("ID", "CreateIndex", "ModifyIndex"));
        }
        return node instanceof ObjectNode object
                ? object.deepCopy().remove("ID") == null ? object : JSON.nullNode()
                : node;
    }

    /** Asked of Consul 1.8.7: what was sent, and what the session is then. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u00a4',
            value = {
                "{}|\"LockDelay\":15000000000,\"Behavior\":\"release\",\"TTL\":\"\",\"NodeChecks\":[\"serfHealth\"],\"ServiceChecks\":null",
                "null|\"Node\":\"c1\",\"LockDelay\":15000000000,\"Behavior\":\"release\",\"TTL\":\"\",\"NodeChecks\":[\"serfHealth\"]",
                "{\"Foo\":1}|\"Name\":\"\",\"Node\":\"c1\"",
                "{} x|\"Name\":\"\",\"Node\":\"c1\"",
                "{}{}|\"Name\":\"\",\"Node\":\"c1\"",
                "{\"name\":\"a\",\"lockdelay\":\"2s\",\"node_checks\":[]}|\"Name\":\"a\",\"Node\":\"c1\",\"LockDelay\":2000000000,\"Behavior\":\"release\",\"TTL\":\"\",\"NodeChecks\":[\"serfHealth\"]",
                "{\"Name\":\"a\",\"Name\":\"b\"}|\"Name\":\"b\"",
                "{\"NodeChecks\":[]}|\"NodeChecks\":[]",
                "{\"NodeChecks\":null}|\"NodeChecks\":null",
                "{\"Checks\":null}|\"NodeChecks\":[]",
                "{\"Checks\":[\"serfHealth\"]}|\"NodeChecks\":[\"serfHealth\"]",
                "{\"Checks\":[],\"NodeChecks\":[\"serfHealth\"]}|\"NodeChecks\":[]",
                "{\"Checks\":[\"x\"],\"NodeChecks\":[]}|\"NodeChecks\":[]",
                "{\"ServiceChecks\":[]}|\"ServiceChecks\":[]",
                "{\"ServiceChecks\":[{\"ID\":\"web-1-ttl\",\"Foo\":1,\"Namespace\":\"x\"}]}|\"ServiceChecks\":[{\"ID\":\"web-1-ttl\",\"Namespace\":\"x\"}]",
                "{\"LockDelay\":0}|\"LockDelay\":0,",
                "{\"LockDelay\":1.5}|\"LockDelay\":1000000000,",
                "{\"LockDelay\":999}|\"LockDelay\":999000000000,",
                "{\"LockDelay\":1000}|\"LockDelay\":1000,",
                "{\"LockDelay\":null}|\"LockDelay\":15000000000,",
                "{\"LockDelay\":\"999ns\"}|\"LockDelay\":999000000000,",
                "{\"LockDelay\":\"1us\"}|\"LockDelay\":1000,",
                "{\"LockDelay\":15000000000}|\"LockDelay\":15000000000,",
                "{\"LockDelay\":\"100000h\"}|\"LockDelay\":360000000000000000,",
                "{\"TTL\":\"0s\"}|\"TTL\":\"0s\"",
                "{\"TTL\":\"0\"}|\"TTL\":\"0\"",
                "{\"TTL\":\"10000ms\"}|\"TTL\":\"10000ms\"",
                "{\"Behavior\":\"\"}|\"Behavior\":\"release\"",
                "{\"Node\":\"S1\"}|\"Node\":\"S1\"",
                "{\"ID\":\"x\",\"CreateIndex\":7}|\"Name\":\"\"",
            })
    void aBodyIsReadAsConsulReadsIt(String body, String part) {
        assertThat(created(body).toString()).contains(part);
    }

    /** The same of what it refuses. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u00a4',
            value = {
                "{\"Checks\":[\"x\"],\"NodeChecks\":[\"serfHealth\"]}|500|Missing check 'x' registration",
                "{\"NodeChecks\":[\"\"]}|500|Missing check '' registration",
                "{\"NodeChecks\":[\"no\"],\"ServiceChecks\":[{\"ID\":\"no2\"}]}|500|Missing check 'no' registration",
                "{\"ServiceChecks\":[\"x\"]}|400|Request decode failed: json: cannot unmarshal string into Go struct field .ServiceChecks of type struct",
                "{\"TTL\":10}|400|Request decode failed: json: cannot unmarshal number into Go struct field .TTL of type string",
                "{\"TTL\":\"-1s\"}|500|Invalid Session TTL '-1000000000', must be between [10s=24h0m0s]",
                "{\"Name\":1}|400|Request decode failed: json: cannot unmarshal number into Go struct field .Name of type string",
                "{\"NodeChecks\":\"x\"}|400|Request decode failed: json: cannot unmarshal string into Go struct field .NodeChecks of type []string",
                "{\"Node\":\"\"}|500|Must provide Node",
                "{\"Behavior\":\"bogus\",\"TTL\":\"5s\",\"Node\":\"zz\"}|500|Invalid Behavior setting 'bogus'",
                "{\"TTL\":\"5s\",\"Node\":\"zz\"}|500|Invalid Session TTL '5000000000', must be between [10s=24h0m0s]",
                "¤ ¤|400|Request decode failed: EOF",
                // Ours: Consul stores what makes no sense.
                "{\"LockDelay\":\"-5s\"}|400|Request decode failed: LockDelay cannot be negative",
                "{\"LockDelay\":-5}|400|Request decode failed: LockDelay cannot be negative",
                "{\"LockDelay\":true}|400|Request decode failed: json: cannot unmarshal bool into Go struct field .LockDelay of type time.Duration",
                "{\"LockDelay\":1e30}|400|Request decode failed: json: cannot unmarshal number 1e30 into Go struct field .LockDelay of type time.Duration",
            })
    void whatMakesNoSenseIsRefusedInConsulsWords(String body, int status, String why) {
        Reply reply = create(body);
        assertThat(text(reply)).isEqualTo(why);
        assertThat(reply.status()).isEqualTo(status);
    }

    @Test
    void whatIsTooLargeIsRefusedBeforeAnybodyIsAsked() {
        int before = consensus.appended.size();
        for (String body : List.of(
                "{\"Name\":\"" + "x".repeat(16 * 1024 + 1) + "\"}",
                "{\"Node\":\"" + "x".repeat(1025) + "\"}",
                "{\"TTL\":\"" + "0".repeat(129) + "\"}",
                "{\"NodeChecks\":[\"" + "x".repeat(1025) + "\"]}",
                "{\"NodeChecks\":[" + "\"x\",".repeat(128) + "\"x\"]}",
                "{\"ServiceChecks\":[{\"ID\":\"" + "x".repeat(1025) + "\"}]}",
                "{\"ServiceChecks\":[" + "{},".repeat(128) + "{}]}")) {
            Reply reply = create(body);
            assertThat(reply.status()).as(text(reply)).isEqualTo(400);
        }
        assertThat(consensus.appended).hasSize(before);
        assertThat(created("{\"Name\":\"" + "x".repeat(16 * 1024) + "\"}")
                        .path("Name")
                        .stringValue())
                .hasSize(16 * 1024);
    }

    @Test
    void aReadOfASessionWaitsUntilThatSessionChanges() {
        String id = created("{}").path("ID").stringValue();
        String index = ask("c1", "GET", "/v1/session/info/" + id, new byte[0])
                .headers()
                .get("X-Consul-Index");
        CompletableFuture<Dispatcher.Outcome> waiting = Objects.requireNonNull(agents.get("c1"))
                .dispatch("GET", "/v1/session/info/" + id, "index=" + index + "&wait=60s", name -> null, new byte[0])
                .toCompletableFuture();
        created("{}");
        ask("c1", "PUT", "/v1/session/renew/" + id, new byte[0]);
        assertThat(waiting).isNotDone();
        ask("c1", "PUT", "/v1/session/destroy/" + id, new byte[0]);
        Reply reply = waiting.orTimeout(10, TimeUnit.SECONDS).join().reply();
        assertThat(text(reply)).isEqualTo("[]");
        assertThat(Long.parseLong(String.valueOf(reply.headers().get("X-Consul-Index"))))
                .isGreaterThan(Long.parseLong(String.valueOf(index)));
    }
}
