package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.CatalogFamily;
import io.quorate.catalog.Node;
import io.quorate.kv.KvCommand;
import io.quorate.kv.KvFamily;
import io.quorate.kv.KvLocks;
import io.quorate.kv.KvOperations;
import io.quorate.kv.LockDelays;
import io.quorate.kv.Value;
import io.quorate.kv.web.KvRoutes;
import io.quorate.session.Session;
import io.quorate.session.SessionCommand;
import io.quorate.session.SessionEnds;
import io.quorate.session.SessionFamily;
import io.quorate.testing.OneServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The routes of keys over a real store: what was recorded with a real agent, in its order, how they wait, and what is ours. */
class KvRoutesTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String REMOTE = "rpc error making call: ";

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private final LockDelays delays = new LockDelays(nanos::get);
    private final Map<String, String> captured = new HashMap<>();

    @SuppressWarnings("NullAway.Init")
    private OneServer server;

    @SuppressWarnings("NullAway.Init")
    private Dispatcher agent;

    @BeforeEach
    void open() {
        SessionEnds ends = new SessionEnds(List.of(new KvLocks(delays)));
        server = new OneServer(
                folder,
                List.of(new CatalogFamily(List.of(ends), List.of(ends)), new SessionFamily(ends), new KvFamily()),
                KvOperations.offers(delays));
        server.apply(CatalogCommand.Register.node(new Node("c1", "", "10.0.0.1", null, null), List.of()));
        agent = new Dispatcher(List.of(new KvRoutes(server.asking())), 1000);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private CompletableFuture<Reply> asked(String method, String path, byte[] body) {
        int question = path.indexOf('?');
        return agent.dispatch(
                        method,
                        question < 0 ? path : path.substring(0, question),
                        question < 0 ? "" : path.substring(question + 1),
                        name -> null,
                        body)
                .thenApply(Dispatcher.Outcome::reply)
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS);
    }

    private Reply get(String path) {
        return asked("GET", path, new byte[0]).join();
    }

    private static String text(Reply reply) {
        return new String(reply.render(false), StandardCharsets.UTF_8);
    }

    private long put(String key) {
        server.apply(new KvCommand.Put(key, value(key + server.index()), 0));
        return server.index();
    }

    private static Value value(String text) {
        return new Value(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long index(Reply reply) {
        return Long.parseLong(reply.headers().getOrDefault("X-Consul-Index", "-1"));
    }

    private String session(Duration delay, Session.Behavior behavior) {
        UUID id = UUID.randomUUID();
        server.apply(new SessionCommand.Create(
                new Session(id, "lock", "c1", delay, behavior, "", Duration.ZERO, List.of(), null)));
        return id.toString();
    }

    @Test
    void eachRecordedExchangeIsAnsweredAsItWas() throws IOException {
        int compared = 0;
        JsonNode all;
        try (InputStream in = KvRoutesTest.class.getResourceAsStream("/recordings/kv.json")) {
            all = JSON.readTree(in);
        }
        for (JsonNode exchange : all) {
            indexes(exchange.path("id").stringValue());
            String path = filled(exchange.path("path").stringValue());
            if (path.equals("/v1/session/create")) {
                Duration delay =
                        exchange.path("body").path("LockDelay").stringValue().equals("3s")
                                ? Duration.ofSeconds(3)
                                : Duration.ZERO;
                exchange.path("capture")
                        .propertyNames()
                        .forEach(name -> captured.put(name, session(delay, Session.Behavior.RELEASE)));
            } else if (path.startsWith("/v1/session/destroy/")) {
                server.apply(new SessionCommand.Destroy(UUID.fromString(path.substring(path.lastIndexOf('/') + 1))));
            } else {
                compare(exchange, path);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(90);
    }

    private String filled(String path) {
        String full = path;
        for (Map.Entry<String, String> value : captured.entrySet()) {
            full = full.replace("${" + value.getKey() + "}", value.getValue());
        }
        return full;
    }

    /** What the recorded client had read just before. */
    private void indexes(String id) {
        if (id.equals("kv-087")) {
            captured.put("kvidx", Long.toString(index(get("/v1/kv/app/a"))));
        } else if (id.equals("kv-091")) {
            captured.put("kvidx2", Long.toString(index(get("/v1/kv/app/?recurse"))));
        }
    }

    private static byte[] body(JsonNode exchange) {
        JsonNode sent = exchange.path("body_base64");
        if (sent.isString()) {
            String text = sent.stringValue();
            return text.startsWith("(")
                    ? "x"
                            .repeat(Integer.parseInt(text.substring(1, text.indexOf(' '))))
                            .getBytes(StandardCharsets.UTF_8)
                    : Base64.getDecoder().decode(text);
        }
        return exchange.path("body").asString("").getBytes(StandardCharsets.UTF_8);
    }

    private void compare(JsonNode exchange, String path) {
        String id = exchange.path("id").stringValue();
        if (id.equals("kv-077")) {
            nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        }
        CompletableFuture<Reply> asked = asked(exchange.path("method").stringValue(), path, body(exchange));
        // What others did meanwhile, when it was recorded.
        if (id.equals("kv-088")) {
            assertThat(asked).isNotDone();
            server.apply(new KvCommand.Put("app/a", value("wake"), 0));
        } else if (id.equals("kv-091")) {
            assertThat(asked).isNotDone();
            server.apply(new KvCommand.Delete("app/sub/c"));
        }
        Reply reply = asked.join();
        String name = id + " " + path + ": " + text(reply);
        assertThat(reply.status()).as(name).isEqualTo(exchange.path("status").intValue());
        assertThat(headers(reply, exchange)).as(name).isEqualTo(recordedHeaders(exchange));
        JsonNode recorded = exchange.path("response_body");
        String kind = exchange.path("response_kind").stringValue();
        if (kind.equals("json")) {
            JsonNode ours = JSON.readTree(reply.render(false));
            exchange.path("capture")
                    .propertyNames()
                    .forEach(value ->
                            captured.put(value, ours.path(0).path("ModifyIndex").toString()));
            assertThat(stable(ours)).as(name).isEqualTo(stable(recorded));
        } else if (kind.equals("text")
                && !exchange.path("method").stringValue().equals("HEAD")
                && !exchange.path("volatile").path("body").toString().contains("\"$\"")) {
            assertThat(text(reply)).as(name).isEqualTo(recorded.stringValue().replace(REMOTE, ""));
        }
    }

    private static Map<String, String> headers(Reply reply, JsonNode exchange) {
        Map<String, String> headers = new TreeMap<>(reply.headers());
        if (reply.contentType() != null) {
            headers.put("Content-Type", reply.contentType());
        }
        exchange.path("volatile").path("headers").forEach(each -> headers.remove(each.stringValue()));
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

    private static JsonNode stable(JsonNode node) {
        JsonNode copy = node.deepCopy();
        copy.forEach(entry -> {
            if (entry instanceof ObjectNode object) {
                object.remove(List.of("CreateIndex", "ModifyIndex"));
                if (object.has("Session")) {
                    object.put("Session", "");
                }
            }
        });
        return copy;
    }

    /** Its index moves with every key; would that be waited for, each watcher of a missing key would spin. */
    @Test
    void whoWaitsForWhatIsAbsentIsNotWokenByOtherKeys() {
        long last = put("other");
        for (String path : List.of("/v1/kv/none", "/v1/kv/none/?recurse", "/v1/kv/none/?keys")) {
            // Of another one, so that nothing of this one is kept from before.
            long before = index(get(path.replace("none", "nobody" + last)));
            assertThat(before).isEqualTo(last);
            put("other");
            CompletableFuture<Reply> waits =
                    asked("GET", path + (path.contains("?") ? "&" : "?") + "index=" + before + "&wait=5m", new byte[0]);
            long other = put("other");
            assertThat(waits).isNotDone();
            assertThat(index(get(path.replace("none", "none2")))).isEqualTo(other);
            String key = path.contains("?") ? "none/x" : "none";
            long made = put(key);
            assertThat(index(waits.join())).isEqualTo(made);
            server.apply(new KvCommand.Delete(key));
            Reply gone = get(path + (path.contains("?") ? "&" : "?") + "index=" + made + "&wait=5m");
            assertThat(gone.status()).isEqualTo(404);
            last = server.index();
        }
    }

    @Test
    void aPageIsWokenByWhatChangesUnderItsPrefixAlone() {
        put("a/1");
        put("a/2");
        put("b");
        Reply page = get("/v1/kv/a/?keys&limit=1");
        assertThat(text(page)).isEqualTo("[\"a/1\"]");
        CompletableFuture<Reply> waits =
                asked("GET", "/v1/kv/a/?keys&limit=1&index=" + index(page) + "&wait=5m", new byte[0]);
        put("b");
        assertThat(waits).isNotDone();
        server.apply(new KvCommand.Delete("a/1"));
        assertThat(text(waits.join())).isEqualTo("[\"a/2\"]");
    }

    @Test
    void whatHasChangedIsToldUntilDeletionsAreForgotten() {
        put("a/1");
        put("a/2");
        long since = put("a/3");
        server.apply(new KvCommand.Delete("a/2"));
        put("a/3");
        put("b");
        Reply reply = get("/v1/kv/a/?changed-since=" + since);
        JsonNode changes = JSON.readTree(reply.render(false));
        assertThat(changes.path("Deleted").toString()).isEqualTo("[\"a/2\"]");
        assertThat(changes.path("Changed").size()).isEqualTo(1);
        assertThat(changes.path("Changed").path(0).path("Key").stringValue()).isEqualTo("a/3");
        assertThat(index(reply)).isEqualTo(server.index());
        server.apply(new KvCommand.Reap(since + 1, 10));
        assertThat(get("/v1/kv/a/?changed-since=" + (since - 1)).status()).isEqualTo(410);
        // Read before that, and nothing has changed since: it is still the whole answer.
        assertThat(get("/v1/kv/a/?changed-since=" + since).status()).isEqualTo(200);
        assertThat(text(get("/v1/kv/a/?changed-since=" + index(reply)))).isEqualTo("{\"Changed\":[],\"Deleted\":[]}");
    }

    @Test
    void timesAreToldWhenAskedFor() {
        put("a");
        assertThat(text(get("/v1/kv/a"))).doesNotContain("ModifyTime");
        assertThat(text(get("/v1/kv/a?times"))).contains("\"ModifyTime\":\"2023-11-14T22:13:20Z\"");
        assertThat(text(get("/v1/kv/?keys&count"))).isEqualTo("1");
        assertThat(get("/v1/kv/?keys&limit=0").status()).isEqualTo(400);
        assertThat(get("/v1/kv/?keys&depth=x").status()).isEqualTo(400);
    }

    @Test
    void aSessionThatEndsTakesItsKeysWithItWhenItIsMeantTo() {
        String deletes = session(Duration.ofSeconds(90), Session.Behavior.DELETE);
        assertThat(text(asked("PUT", "/v1/kv/l?acquire=" + deletes, new byte[] {1})
                        .join()))
                .isEqualTo("true");
        server.apply(new CatalogCommand.DeregisterNode("c1"));
        assertThat(get("/v1/kv/l").status()).isEqualTo(404);
        server.apply(CatalogCommand.Register.node(new Node("c1", "", "10.0.0.1", null, null), List.of()));
        String other = session(Duration.ZERO, Session.Behavior.RELEASE);
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(text(asked("PUT", "/v1/kv/l?acquire=" + other, new byte[0]).join()))
                .isEqualTo("false");
        // However long it was asked for, it is a minute at most.
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(text(asked("PUT", "/v1/kv/l?acquire=" + other, new byte[0]).join()))
                .isEqualTo("true");
    }
}
