package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.answer.Seen;
import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.CatalogTopics;
import io.quorate.catalog.Node;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a request before and after its handler. */
class DispatcherTest {
    private static final Operation<String, String> THING = operation("thing");
    private static final Operation<String, String> REFUSES = operation("refuses");
    private static final Operation<String, String> BREAKS = operation("breaks");
    private static final JsonForm<String> TEXT = new JsonForm<>((text, json) -> json.writeString(text));

    private final FakeConsensus consensus = new FakeConsensus();
    private final MemoryState state = withSevenNodes();
    private final Answers answers = new Answers(
            new AnswerParts(
                    Fixtures.DC1,
                    FakeServers.leading(Fixtures.rpc(Fixtures.S3)),
                    new FakeRpc(),
                    new AnswerParts.Server(consensus, state.reader()),
                    Duration.ofMillis(50),
                    0),
            List.of(
                    Offer.reads(
                            THING,
                            (name, connection) ->
                                    new Seen<>(name, name.equals("zero") ? Set.of() : Set.of(CatalogTopics.NODES), 10)),
                    Offer.reads(REFUSES, (name, connection) -> {
                        throw new AskException(AskException.Kind.REFUSED, "no such thing");
                    }),
                    Offer.reads(BREAKS, (name, connection) -> {
                        throw new IllegalStateException("a bug");
                    })));
    private final List<Duration> waits = new ArrayList<>();
    private final CompletableFuture<Reply> later = new CompletableFuture<>();
    private final Dispatcher dispatcher = new Dispatcher(
            List.of(routes -> {
                routes.at("/v1/thing")
                        .indexed()
                        .asks("GET", THING, request -> asked(THING, request))
                        .on("PUT", request -> answer("put " + new String(request.body(), StandardCharsets.UTF_8)));
                routes.at("/v1/tree/")
                        .on("GET", request -> answer("tree:" + request.rest()))
                        .on("DELETE", request -> answer("gone"));
                routes.at("/v1/tree/branch/").on("GET", request -> answer("branch:" + request.rest()));
                routes.at("/v1/refuses").indexed().asks("GET", REFUSES, request -> asked(REFUSES, request));
                routes.at("/v1/breaks").asks("GET", BREAKS, request -> asked(BREAKS, request));
                routes.at("/v1/unknown-outcome")
                        .on(
                                "PUT",
                                request -> CompletableFuture.failedFuture(new AskException(
                                        AskException.Kind.OUTCOME_UNKNOWN, "leadership lost while committing log")));
                routes.at("/v1/busy")
                        .on(
                                "PUT",
                                request -> CompletableFuture.failedFuture(
                                        new AskException(AskException.Kind.BUSY, "this server is busy")));
                routes.at("/v1/later").on("GET", request -> {
                    waits.add(request.terms().waitTime());
                    return later;
                });
            }),
            2);

    private static Operation<String, String> operation(String name) {
        Form<String> text = Form.of((value, out) -> out.text(value), In::text);
        return Operation.reads(name, Operation.Place.LEADER, text, text);
    }

    private static MemoryState withSevenNodes() {
        MemoryState state = new MemoryState();
        for (int i = 1; i <= 7; i++) {
            state.apply(CatalogCommand.Register.node(new Node("n" + i, "", "192.0.2." + i, null, null), List.of()));
        }
        return state;
    }

    private CompletionStage<Reply> asked(Operation<String, String> operation, Request request) {
        return answers.ask(operation, request.query().first("name"), request.terms())
                .thenApply(answer -> Reply.of(answer, TEXT, request.isPretty()));
    }

    private static CompletableFuture<Reply> answer(String text) {
        return CompletableFuture.completedFuture(Reply.json(json -> json.writeString(text)));
    }

    @AfterEach
    void close() {
        answers.close();
    }

    private Dispatcher.Outcome ask(String method, String target) {
        int question = target.indexOf('?');
        return dispatcher
                .dispatch(
                        method,
                        question < 0 ? target : target.substring(0, question),
                        question < 0 ? "" : target.substring(question + 1),
                        name -> null,
                        "body".getBytes(StandardCharsets.UTF_8))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private String body(String method, String target) {
        Dispatcher.Outcome outcome = ask(method, target);
        return new String(outcome.reply().render(outcome.pretty()), StandardCharsets.UTF_8);
    }

    @Test
    void aRouteAnswersItsMethodsAndListsThemInTheirOrder() {
        assertThat(body("GET", "/v1/thing?name=a%20b+c")).isEqualTo("\"a b c\"");
        assertThat(body("PUT", "/v1/thing")).isEqualTo("\"put body\"");
        Reply options = ask("OPTIONS", "/v1/thing").reply();
        assertThat(options.status()).isEqualTo(200);
        assertThat(options.headers()).containsEntry("Allow", "OPTIONS,GET,PUT");
        assertThat(options.render(false)).isEmpty();
        Reply wrong = ask("HEAD", "/v1/thing").reply();
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.headers()).containsEntry("Allow", "OPTIONS,GET,PUT");
        for (String method : List.of("DELETE", "TRACE", "PATCH", "BREW")) {
            assertThat(body(method, "/v1/thing")).isEqualTo("method " + method + " not allowed");
            assertThat(ask(method, "/v1/thing").reply().headers()).containsEntry("Allow", "OPTIONS,GET,PUT");
        }
    }

    @Test
    void theLongestPrefixWins() {
        assertThat(body("GET", "/v1/tree/leaf/x")).isEqualTo("\"tree:leaf/x\"");
        assertThat(body("GET", "/v1/tree/branch/x")).isEqualTo("\"branch:x\"");
        assertThat(body("GET", "/v1/tree/branches")).isEqualTo("\"tree:branches\"");
        assertThat(body("GET", "/v1/tree/")).isEqualTo("\"tree:\"");
    }

    @Test
    void aPathIsDecodedOnce() {
        assertThat(body("GET", "/v1/tree/a%2Fb%2520c")).isEqualTo("\"tree:a/b%20c\"");
        assertThat(body("GET", "/v1/tree/%C3%A4+b")).isEqualTo("\"tree:ä+b\"");
    }

    @ParameterizedTest
    @CsvSource({
        "//v1/thing, /v1/thing",
        "/v1//tree/x, /v1/tree/x",
        "/v1/./thing, /v1/thing",
        "/v1/x/../thing, /v1/thing",
        "/v1/tree/a%2F%2Fb/, /v1/tree/a/b/",
        "/../v1/thing, /v1/thing",
        "/v1/tree, /v1/tree/"
    })
    void anUncleanPathIsSentToItsCleanForm(String path, String location) {
        for (String method : List.of("GET", "PUT")) {
            Reply reply = ask(method, path + "?x=1").reply();
            assertThat(reply.status()).isEqualTo(301);
            assertThat(reply.headers()).containsEntry("Location", location + "?x=1");
            assertThat(reply.render(false).length > 0).isEqualTo(method.equals("GET"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/nope", "/v1/thing/", "/v1/thing/x", "/v1/thin", "/ui"})
    void anUnknownPathIsAnsweredWithoutAWord(String path) {
        Reply reply = ask("GET", path).reply();
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.headers()).isEmpty();
        assertThat(reply.hasBody()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/tree/a%0Ab",
                "/v1/tree/%00",
                "/v1/tree/%E2%80%8B",
                "/v1/tree/%C2%A0",
                "/v1/tree/%zz",
                "/v1/tree/%4"
            })
    void anUnprintableOrBrokenPathIsABadRequest(String path) {
        Reply reply = ask("GET", path).reply();
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.hasBody()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stale&consistent|Cannot specify ?stale with ?consistent, conflicting semantics.",
                "cached&consistent|Cannot specify ?cached with ?consistent, conflicting semantics.",
                "max_stale=bogus|Invalid max_stale value \"bogus\"",
                "index=-1|Invalid index",
                "index=18446744073709551616|Invalid index",
                "wait=10|Invalid wait time",
                "ns=foo|Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature"
            })
    void parametersThatMakeNoSenseAreRefusedBeforeAnybodyIsAsked(String query, String text) {
        Reply reply = ask("GET", "/v1/thing?" + query).reply();
        assertThat(reply.status()).isEqualTo(400);
        assertThat(new String(reply.render(false), StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(reply.headers()).doesNotContainKey("X-Consul-Index");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"index=0", "index=18446744073709551615&wait=1ms", "wait=1.5m", "max_stale=0s", "index=", "wait="
            })
    void parametersThatMakeSenseAreTaken(String query) {
        assertThat(ask("GET", "/v1/thing?" + query).reply().status()).isEqualTo(200);
    }

    /** As Consul 1.8.7 answers, whatever the method: a parameter that was meant must not be taken for one that is absent. */
    @ParameterizedTest
    @ValueSource(strings = {"index=%zz", "%zz", "pretty&wait=%4", "name=a&name=%g0", "stale;index=%", "%=x"})
    void aQueryThatCannotBeDecodedIsAFailureWithoutAWord(String query) {
        for (String method : List.of("GET", "PUT", "DELETE", "OPTIONS", "TRACE")) {
            Reply reply = ask(method, "/v1/thing?" + query).reply();
            assertThat(reply.status()).as(method).isEqualTo(500);
            assertThat(reply.hasBody()).isFalse();
            assertThat(reply.headers()).containsOnlyKeys("Vary");
        }
        assertThat(ask("GET", "/v1/nope?" + query).reply().status()).isEqualTo(404);
    }

    @Test
    void aSemicolonSeparatesParametersToo() {
        assertThat(body("GET", "/v1/thing?name=a;name=b")).isEqualTo("\"a\"");
        assertThat(body("GET", "/v1/thing?x;;name=a%3Bb;pretty")).isEqualTo("\"a;b\"\n");
        assertThat(ask("GET", "/v1/thing?stale;consistent").reply().status()).isEqualTo(400);
    }

    @Test
    void anIndexedAnswerSaysHowFreshItIs() {
        assertThat(ask("GET", "/v1/thing").reply().headers())
                .containsEntry("X-Consul-Index", "7")
                .containsEntry("X-Consul-Knownleader", "true")
                .containsEntry("X-Consul-Lastcontact", "0")
                .containsEntry("X-Consul-Effective-Consistency", "leader")
                .containsEntry("Vary", "Accept-Encoding");
        assertThat(ask("GET", "/v1/thing?name=zero").reply().headers())
                .as("an index is never 0")
                .containsEntry("X-Consul-Index", "1");
        assertThat(ask("GET", "/v1/thing?stale").reply().headers())
                .containsEntry("X-Consul-Effective-Consistency", "stale");
        assertThat(ask("GET", "/v1/thing?consistent").reply().headers())
                .containsEntry("X-Consul-Effective-Consistency", "consistent");
    }

    @Test
    void errorsArePlainTextAndIndexedWhereTheAnswerWouldBe() {
        Reply refused = ask("GET", "/v1/refuses").reply();
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.contentType()).isEqualTo("text/plain; charset=utf-8");
        assertThat(body("GET", "/v1/refuses")).isEqualTo("no such thing");
        assertThat(refused.headers())
                .containsEntry("X-Consul-Index", "1")
                .containsEntry("X-Consul-Knownleader", "false");
        assertThat(ask("GET", "/v1/breaks").reply().status()).isEqualTo(500);
        assertThat(body("PUT", "/v1/unknown-outcome")).isEqualTo("leadership lost while committing log");
        assertThat(ask("PUT", "/v1/busy").reply().status()).isEqualTo(503);
        assertThat(ask("PUT", "/v1/busy").reply().headers()).containsEntry("Retry-After", "1");
    }

    @Test
    void anotherDatacenterCannotBeReached() {
        assertThat(body("GET", "/v1/thing?dc=nowhere")).isEqualTo("No path to datacenter");
        assertThat(ask("GET", "/v1/thing?dc=dc1").reply().status()).isEqualTo(200);
        assertThat(body("GET", "/v1/tree/x?dc=nowhere"))
                .as("the agent itself has no other")
                .isEqualTo("\"tree:x\"");
    }

    @Test
    void prettyIndentsByFourAndEndsTheLine() {
        Reply reply =
                Reply.json(json -> Json.value(json, List.of(Map.of("a", List.of(1, 2)), Map.of(), List.of(), "x")));
        assertThat(new String(reply.render(true), StandardCharsets.UTF_8)).isEqualTo("""
                [
                    {
                        "a": [
                            1,
                            2
                        ]
                    },
                    {},
                    [],
                    "x"
                ]
                """);
        assertThat(new String(reply.render(false), StandardCharsets.UTF_8)).isEqualTo("[{\"a\":[1,2]},{},[],\"x\"]");
        assertThat(body("GET", "/v1/thing?pretty&name=x")).isEqualTo("\"x\"\n");
    }

    @Test
    void whatIsAnsweredIsNotAmongThoseThatWaitAnyMore() {
        for (int i = 0; i < 3; i++) {
            var unused = dispatcher.dispatch("GET", "/v1/later", "index=7&wait=60s", name -> null, new byte[0]);
        }
        assertThat(waits)
                .as("of two connections")
                .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(1));
        later.complete(Reply.empty());
        waits.clear();
        var unused = dispatcher.dispatch("GET", "/v1/later", "wait=60s", name -> null, new byte[0]);
        assertThat(waits).as("nobody waits").containsExactly(Duration.ofSeconds(60));
    }

    @Test
    void metricsSeeTheRouteAndNeverThePath() {
        assertThat(ask("GET", "/v1/tree/secret").route()).isEqualTo("/v1/tree/");
        assertThat(ask("GET", "/v1/whatever").route()).isEqualTo("none");
    }

    @Test
    void twoFeaturesCannotServeOnePath() {
        RouteSource twice = routes -> routes.at("/v1/x");
        assertThatThrownBy(() -> new Dispatcher(List.of(twice, twice), 100))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("/v1/x");
    }
}
