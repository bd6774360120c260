package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.answer.Offer;
import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.CatalogOperations;
import io.quorate.catalog.Check;
import io.quorate.catalog.Node;
import io.quorate.catalog.Service;
import io.quorate.catalog.web.NodeRoutes;
import io.quorate.catalog.web.RegisterRoutes;
import io.quorate.catalog.web.ServiceRoutes;
import io.quorate.health.HealthOperations;
import io.quorate.health.web.HealthRoutes;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What was recorded of services that are registered with the catalog itself, and of their health, asked in that order. */
class RecordedCatalogTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String S1 = "00000009-0000-4000-8000-000000000011";

    private final MemoryState state = new MemoryState();
    private final FakeConsensus consensus = committingAtOnce();
    private final Answers answers = new Answers(
            new AnswerParts(
                    Fixtures.DC1,
                    FakeServers.leading(Fixtures.rpc(Fixtures.S3)),
                    new FakeRpc(),
                    new AnswerParts.Server(consensus, state.reader()),
                    Duration.ofMillis(50),
                    0),
            Stream.<Offer<?, ?>>concat(
                            CatalogOperations.offers(Fixtures.DC1).stream(), HealthOperations.offers().stream())
                    .toList());
    private final Dispatcher dispatcher = new Dispatcher(
            List.of(
                    new NodeRoutes(Fixtures.DC1, answers),
                    new ServiceRoutes(Fixtures.DC1, answers),
                    new RegisterRoutes(answers),
                    new HealthRoutes(Fixtures.DC1, answers)),
            100);

    private FakeConsensus committingAtOnce() {
        FakeConsensus made = new FakeConsensus();
        made.result = command -> CompletableFuture.completedFuture(state.apply((CatalogCommand) command));
        return made;
    }

    @AfterEach
    void close() {
        answers.close();
    }

    private static JsonNode recorded(String group) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                RecordedCatalogTest.class.getResourceAsStream("/recordings/" + group + ".json"))) {
            return MAPPER.readTree(in);
        }
    }

    /** Without the indexes, which are another cluster's. */
    private static JsonNode content(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove("CreateIndex");
            object.remove("ModifyIndex");
        }
        node.forEach(RecordedCatalogTest::content);
        return node;
    }

    /** Empty: answered as recorded. */
    private String difference(JsonNode exchange) {
        String target =
                exchange.path("path_sent").asString(exchange.path("path").asString());
        JsonNode sent = exchange.has("body_sent") ? exchange.get("body_sent") : exchange.path("body");
        String body =
                sent.isMissingNode() || sent.isNull() ? "" : sent.isString() ? sent.stringValue() : sent.toString();
        int question = target.indexOf('?');
        Dispatcher.Outcome outcome = dispatcher
                .dispatch(
                        exchange.path("method").asString(),
                        question < 0 ? target : target.substring(0, question),
                        question < 0 ? "" : target.substring(question + 1),
                        name -> null,
                        body.getBytes(StandardCharsets.UTF_8))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        String answered = new String(outcome.reply().render(outcome.pretty()), StandardCharsets.UTF_8);
        JsonNode expected = exchange.path("response_body");
        boolean same = outcome.reply().status() == exchange.path("status").asInt()
                && (exchange.path("response_kind").asString().equals("json")
                        ? content(MAPPER.readTree(answered)).equals(content(expected))
                        : expected.asString().endsWith(answered)
                                && expected.asString().isEmpty() == answered.isEmpty());
        return same
                ? ""
                : exchange.path("id").asString() + " " + outcome.reply().status() + " " + answered + "\n   recorded: "
                        + expected;
    }

    private List<String> differences(String group, int from, int to, List<Integer> but) throws IOException {
        List<String> all = new ArrayList<>();
        for (JsonNode exchange : recorded(group)) {
            String id = exchange.path("id").asString();
            int number = Integer.parseInt(id.replaceFirst("^.*-", "").replaceAll("\\D", "0"));
            if (number >= from && number <= to && !but.contains(number)) {
                String difference = difference(exchange);
                if (!difference.isEmpty()) {
                    all.add(difference);
                }
            }
        }
        return all;
    }

    @Test
    void whatIsRegisteredWithTheCatalogIsShownAsConsulShowsIt() throws IOException {
        state.apply(CatalogCommand.Register.node(
                new Node("s1", S1, "127.77.0.11", null, null),
                List.of(Check.ofNode(Check.SERF_HEALTH, "Serf Health Status", "passing", "", ""))));
        // 56 and 59 list the services of agents as well; 71 is about the cache; 76 to 80 about an agent's node.
        assertThat(differences("catalog", 30, 75, List.of(56, 59, 71))).isEmpty();
        // What the recorder wrote beside its exchanges, to wake 82.
        state.apply(new CatalogCommand.Register(
                new Node("ext4", "", "192.0.2.40", null, null),
                false,
                new Service("db", "db", "", List.of(), "", new TreeMap<>(), null, 0, Service.Weights.EVEN, false),
                List.of()));
        // 1, 4, 34 to 37, 42, 43 and 45 show agents' own checks and services.
        assertThat(differences("health", 2, 49, List.of(4, 34, 37, 42, 43, 45))).isEmpty();
        assertThat(differences("catalog", 78, 79, List.of())).isEmpty();
        assertThat(differences("catalog", 85, 93, List.of())).isEmpty();
    }

    @Test
    void aRefusedRegistrationLeavesNothing() throws IOException {
        assertThat(differences("extra", 13, 14, List.of())).isEmpty();
        assertThat(differences("extra", 16, 23, List.of())).isEmpty();
    }
}
