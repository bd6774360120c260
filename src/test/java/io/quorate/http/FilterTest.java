package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Filters pick what Consul 1.8.7 picked, and are refused in its words. */
class FilterTest {
    private static final String REFUSED = "Failed to create boolean expression evaluator: ";

    private record Check(String status, List<String> tags) {}

    private record Address(String address, long port) {}

    private record Row(
            String node, Map<String, String> meta, List<String> tags, long port, boolean flag, List<Check> checks) {}

    private static final Fields<Check> CHECK = new Fields<Check>()
            .text("Status", Check::status)
            .text("Output", check -> "")
            .text("Type", check -> null)
            .texts("ServiceTags", Check::tags);
    private static final Fields<Address> ADDRESS =
            new Fields<Address>().text("Address", Address::address).number("Port", Address::port);
    private static final Fields<Row> NODE = new Fields<Row>()
            .text("ID", row -> row.node().equals("dev") ? "1" : "")
            .text("Node", Row::node)
            .text("Address", row -> "192.0.2.1")
            .text("Datacenter", row -> "dc1")
            .map("TaggedAddresses", row -> null)
            .map("Meta", Row::meta);
    private static final Fields<Row> SERVICE = new Fields<Row>()
            .number("Port", Row::port)
            .flag("EnableTagOverride", Row::flag)
            .texts("Tags", Row::tags)
            .map("Meta", Row::meta)
            .object(
                    "Weights",
                    row -> row,
                    new Fields<Row>().number("Passing", row -> 1).number("Warning", row -> 1))
            .objectMap("TaggedAddresses", row -> null, ADDRESS)
            .object("Connect", row -> row, new Fields<Row>().flag("Native", row -> false))
            .object(
                    "Proxy",
                    row -> row,
                    new Fields<Row>()
                            .text("DestinationServiceName", row -> "")
                            .objects("Upstreams", row -> null, ADDRESS));
    private static final Fields<Row> INSTANCE = new Fields<Row>()
            .object("Node", row -> row, NODE)
            .object("Service", row -> row, SERVICE)
            .objects("Checks", Row::checks, CHECK);

    private static final Row DEV = new Row("dev", Map.of("consul-network-segment", ""), List.of(), 0, false, List.of());
    private static final Row EXT1 = new Row(
            "ext1",
            Map.of("rack", "7", "a-b", "x"),
            List.of("v1", "primary"),
            5432,
            false,
            List.of(new Check("critical", List.of("v1", "primary"))));

    static List<JsonNode> recorded() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        try (InputStream in = FilterTest.class.getResourceAsStream("/recordings/filters.json")) {
            JsonMapper.builder().build().readTree(in).forEach(all::add);
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void answersAsRecorded(JsonNode recorded) {
        boolean nodes = recorded.path("rows").stringValue().equals("nodes");
        String expression = recorded.path("filter").stringValue();
        JsonNode answer = recorded.path("answer");
        if (recorded.path("status").intValue() == 200) {
            Filter<Row> filter = Filter.of(expression, nodes ? NODE : INSTANCE);
            assertThat(filter.of(nodes ? List.of(DEV, EXT1) : List.of(EXT1))).hasSize(answer.intValue());
        } else {
            assertThatThrownBy(() -> Filter.of(expression, nodes ? NODE : INSTANCE))
                    .isInstanceOf(RefusedException.class)
                    .hasMessage(REFUSED + answer.stringValue());
        }
    }

    @Test
    void whatIsNotInAMapMatchesNothing() {
        // Consul 1.8.7 takes rows without the key here, which nobody means.
        assertThat(Filter.of("Meta.rack matches `7`", NODE).of(List.of(DEV, EXT1)))
                .containsExactly(EXT1);
        assertThat(Filter.of("Meta.rack not matches `7`", NODE).of(List.of(DEV, EXT1)))
                .containsExactly(DEV);
    }

    /** Such expressions take a backtracking matcher longer than the universe has. */
    @Test
    void noPatternTakesForever() {
        Row row = new Row("a".repeat(10_000) + "!", Map.of(), List.of(), 0, false, List.of());
        assertThat(Filter.of("Node matches `^(a+)+$`", NODE).test(row)).isFalse();
        assertThat(Filter.of("Node matches `(a|a)*b`", NODE).test(row)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"((a{100}){100}){100}", "a{99999}", "(a{1000}){1,}{1000}"})
    void noPatternUnfoldsWithoutABound(String pattern) {
        assertThatThrownBy(() -> Filter.of("Node matches `" + pattern + "`", NODE))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith(REFUSED + "Failed to compile regular expression");
    }

    @Test
    void depthIsBounded() {
        for (String deep : List.of("(".repeat(5000), "not ".repeat(5000))) {
            assertThatThrownBy(() -> Filter.of(deep + "Node == x", NODE))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageEndingWith("the expression is nested too deeply");
        }
    }

    /** Expressions that are put together with their meaning: the filter must find the same. */
    @Test
    void precedenceAndOperatorsAreThoseOfADumbOracle() {
        Random random = new Random(20261128);
        for (int i = 0; i < 20_000; i++) {
            Meaning meaning = meaning(random, 4);
            Row row = row(random);
            assertThat(Filter.of(meaning.text(), INSTANCE).test(row))
                    .as("%s of %s", meaning.text(), row)
                    .isEqualTo(meaning.test().test(row));
        }
    }

    /** @param level 0 binds least: "or", 1 "and", 2 what may stand behind "not" */
    private record Meaning(String text, Predicate<Row> test, int level) {
        Meaning within(int least) {
            return level >= least ? this : new Meaning("(" + text + " )", test, 2);
        }
    }

    private static Meaning meaning(Random random, int depth) {
        int kind = depth == 0 ? 3 : random.nextInt(5);
        return switch (kind) {
            case 0 -> {
                Meaning left = meaning(random, depth - 1);
                Meaning right = meaning(random, depth - 1);
                yield new Meaning(
                        left.text() + " or " + right.text(), left.test().or(right.test()), 0);
            }
            case 1 -> {
                Meaning left = meaning(random, depth - 1).within(1);
                Meaning right = meaning(random, depth - 1).within(1);
                yield new Meaning(
                        left.text() + " and " + right.text(), left.test().and(right.test()), 1);
            }
            case 2 -> {
                Meaning inner = meaning(random, depth - 1).within(2);
                yield new Meaning("not  " + inner.text(), inner.test().negate(), 2);
            }
            default -> leaf(random);
        };
    }

    private static Meaning leaf(Random random) {
        String v = "ab".substring(random.nextInt(2)).substring(0, 1);
        boolean not = random.nextBoolean();
        String in = not ? " not in " : " in ";
        Predicate<Row> test;
        String text;
        switch (random.nextInt(8)) {
            case 0 -> {
                text = "Node.Node" + (not ? "!=" : " == ") + v;
                test = row -> row.node().equals(v);
            }
            case 1 -> {
                text = "\"" + v + "\"" + in + "Service.Tags";
                test = row -> row.tags().contains(v);
            }
            case 2 -> {
                text = "Service.Port" + (not ? " != " : "==") + "1";
                test = row -> row.port() == 1;
            }
            case 3 -> {
                text = "Service.Meta." + v + (not ? " != " : " == ") + "`" + v + "`";
                test = row -> v.equals(row.meta().get(v));
            }
            case 4 -> {
                text = v + in + "Service.Meta";
                test = row -> row.meta().containsKey(v);
            }
            case 5 -> {
                text = "Service.Tags is " + (not ? "not empty" : "empty");
                test = row -> row.tags().isEmpty();
            }
            case 6 -> {
                text = "Node.Node" + (not ? " not" : "") + " matches \"^" + v + ".?$\"";
                test = row -> row.node().startsWith(v) && row.node().length() < 3;
            }
            default -> {
                text = "Checks.Status" + (not ? " != " : " == ") + v;
                boolean negated = not;
                return new Meaning(
                        text,
                        row -> row.checks().stream()
                                .anyMatch(check -> check.status().equals(v) != negated),
                        2);
            }
        }
        return new Meaning(text, not ? test.negate() : test, 2);
    }

    private static Row row(Random random) {
        List<String> tags = new ArrayList<>();
        Map<String, String> meta = new java.util.HashMap<>();
        List<Check> checks = new ArrayList<>();
        for (String v : List.of("a", "b")) {
            if (random.nextBoolean()) {
                tags.add(v);
            }
            if (random.nextBoolean()) {
                meta.put(v, random.nextBoolean() ? v : "");
            }
            if (random.nextBoolean()) {
                checks.add(new Check(v, List.of()));
            }
        }
        String node = List.of("a", "b", "ab", "bab", "").get(random.nextInt(5));
        return new Row(node, meta, tags, random.nextInt(2), random.nextBoolean(), checks);
    }

    @Test
    void noiseIsRefusedAndNeverAnErrorOfOurs() throws IOException {
        Random random = new Random(20261128);
        List<String> seeds =
                recorded().stream().map(one -> one.path("filter").stringValue()).toList();
        String alphabet = " ()[]\"`\\.=!-019azNot_\n\u00e9{}*+?|";
        int taken = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())) + " "
                    + List.of("and ", "or ", "").get(random.nextInt(3))
                    + seeds.get(random.nextInt(seeds.size())));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                int at = random.nextInt(text.length());
                text.replace(
                        at,
                        at + random.nextInt(2),
                        alphabet.substring(random.nextInt(alphabet.length())).substring(0, 1));
            }
            try {
                Filter.of(text.toString(), INSTANCE).test(EXT1);
                taken++;
            } catch (RefusedException e) {
                assertThat(e).hasMessageStartingWith(REFUSED);
            }
        }
        assertThat(taken).isPositive();
    }
}
