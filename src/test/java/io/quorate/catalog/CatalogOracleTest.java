package io.quorate.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.CommandFamily;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import io.quorate.testing.MemoryState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Any commands, against rows that are kept in plain maps by plain rules, and against what every reader sees before and after: a topic
 * is told exactly when something of it changed, and its index is that of the last entry that told it.
 */
class CatalogOracleTest {
    private static final int COMMANDS = 500;
    private static final List<String> IDS =
            List.of("", "aaaaaaaa-0000-4000-8000-00000000000a", "bbbbbbbb-0000-4000-8000-00000000000b");
    private static final List<String> NODES = List.of("n1", "N1", "n2");
    private static final List<String> SERVICES = List.of("web", "db");
    private static final List<String> SERVICE_IDS = List.of("s1", "s2");
    private static final List<String> CHECKS = List.of(Check.SERF_HEALTH, "c1", "c2");

    /** One row of each kind, by what names it. */
    private record Rows(
            TreeMap<String, NodeRow> nodes,
            TreeMap<List<String>, ServiceRow> services,
            TreeMap<List<String>, CheckRow> checks) {
        static Rows none() {
            return new Rows(new TreeMap<>(), by(), by());
        }

        private static <T> TreeMap<List<String>, T> by() {
            return new TreeMap<>((one, other) -> String.join("\n", one).compareTo(String.join("\n", other)));
        }

        Rows copy() {
            Rows copy = none();
            copy.nodes.putAll(nodes);
            copy.services.putAll(services);
            copy.checks.putAll(checks);
            return copy;
        }

        static Rows of(Connection connection) throws SQLException {
            Rows rows = none();
            NodeTable.all(connection).forEach(row -> rows.nodes.put(row.node().name(), row));
            ServiceTable.all(connection)
                    .forEach(row ->
                            rows.services.put(List.of(row.node(), row.service().id()), row));
            CheckTable.all(connection)
                    .forEach(row ->
                            rows.checks.put(List.of(row.node(), row.check().id()), row));
            return rows;
        }

        void dropNode(String name) {
            nodes.remove(name);
            services.keySet().removeIf(key -> key.get(0).equals(name));
            checks.keySet().removeIf(key -> key.get(0).equals(name));
        }

        /** All that a reader of that node can see. */
        Object node(String name) {
            return List.of(
                    Stream.ofNullable(nodes.get(name)).toList(),
                    services.values().stream()
                            .filter(row -> row.node().equals(name))
                            .toList(),
                    checks.values().stream()
                            .filter(row -> row.node().equals(name))
                            .toList());
        }

        /** All that a reader of that service can see. */
        Object service(String name) {
            List<Object> seen = new ArrayList<>();
            for (ServiceRow row : services.values()) {
                if (row.service().name().equals(name)) {
                    seen.add(row);
                    seen.add(nodes.get(row.node()));
                    seen.add(checks.values().stream()
                            .filter(check -> check.node().equals(row.node())
                                    && (check.check().isOfNode()
                                            || check.check()
                                                    .serviceId()
                                                    .equals(row.service().id())))
                            .toList());
                }
            }
            seen.add(checks.values().stream()
                    .filter(check -> check.serviceName().equals(name))
                    .toList());
            return seen;
        }
    }

    /** The rules, told once more. */
    private static final class Oracle implements CatalogCommand.Cases<String> {
        Rows rows = Rows.none();
        long index;

        /** Empty, or why nothing is changed. */
        String apply(CatalogCommand command) {
            index++;
            Rows before = rows.copy();
            String refused = command.match(this);
            if (!refused.isEmpty()) {
                rows = before;
            }
            return refused;
        }

        private Stamp stamp(@Nullable Stamp before) {
            return new Stamp(before == null ? index : before.createIndex(), index, index);
        }

        @Override
        public String register(CatalogCommand.Register command) {
            Node node = command.node();
            NodeRow same = rows.nodes.get(node.name());
            if (!command.skipNode() || same == null) {
                NodeRow byId = node.id().isEmpty()
                        ? null
                        : rows.nodes.values().stream()
                                .filter(row -> row.node().id().equals(node.id()))
                                .findFirst()
                                .orElse(null);
                boolean kept = byId != null && byId.node().name().equals(node.name());
                if (!node.id().isEmpty() && !kept) {
                    for (NodeRow row : rows.nodes.values()) {
                        CheckRow serf = rows.checks.get(List.of(row.node().name(), Check.SERF_HEALTH));
                        boolean dead = serf != null && serf.check().status().equals("critical");
                        boolean like = row.node().name().equalsIgnoreCase(node.name());
                        boolean nameless = row.node().id().isEmpty() && byId == null;
                        if (like && !row.node().id().equals(node.id()) && !dead && !nameless) {
                            return "reserved";
                        }
                    }
                }
                NodeRow before = byId == null ? same : byId;
                if (byId != null && !kept) {
                    rows.dropNode(byId.node().name());
                }
                if (before == null || !before.node().equals(node)) {
                    rows.nodes.put(node.name(), new NodeRow(node, stamp(before == null ? null : before.stamp())));
                }
            }
            Service service = command.service();
            if (service != null) {
                List<String> key = List.of(node.name(), service.id());
                ServiceRow before = rows.services.get(key);
                if (before == null || !before.service().equals(service)) {
                    rows.services.put(
                            key, new ServiceRow(node.name(), service, stamp(before == null ? null : before.stamp())));
                }
            }
            for (Check check : command.checks()) {
                String refused = set(node.name(), check);
                if (!refused.isEmpty()) {
                    return refused;
                }
            }
            return "";
        }

        private String set(String node, Check check) {
            ServiceRow of = rows.services.get(List.of(node, check.serviceId()));
            if (!check.serviceId().isEmpty() && of == null) {
                return "Missing service registration";
            }
            List<String> key = List.of(node, check.id());
            CheckRow before = rows.checks.get(key);
            String name = of == null ? "" : of.service().name();
            List<String> tags = of == null ? List.of() : of.service().tags();
            if (before == null
                    || !before.check().equals(check)
                    || !before.serviceName().equals(name)
                    || !before.serviceTags().equals(tags)) {
                rows.checks.put(
                        key, new CheckRow(node, check, name, tags, stamp(before == null ? null : before.stamp())));
            }
            return "";
        }

        @Override
        public String deregisterNode(CatalogCommand.DeregisterNode command) {
            rows.dropNode(command.name());
            return "";
        }

        @Override
        public String deregisterService(CatalogCommand.DeregisterService command) {
            if (rows.services.remove(List.of(command.node(), command.id())) != null) {
                rows.checks
                        .values()
                        .removeIf(row -> row.node().equals(command.node())
                                && row.check().serviceId().equals(command.id()));
            }
            return "";
        }

        @Override
        public String deregisterCheck(CatalogCommand.DeregisterCheck command) {
            rows.checks.remove(List.of(command.node(), command.id()));
            return "";
        }

        @Override
        public String setCheck(CatalogCommand.SetCheck command) {
            return rows.nodes.containsKey(command.node())
                    ? set(command.node(), command.check())
                    : "Missing node registration";
        }
    }

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static Check check(Random random) {
        return new Check(
                one(random, CHECKS),
                "",
                one(random, List.of("passing", "critical")),
                "",
                "",
                one(random, List.of("", "", "s1", "s2")),
                "",
                "{}");
    }

    private static CatalogCommand command(Random random) {
        String node = one(random, NODES);
        return switch (random.nextInt(10)) {
            case 0 -> new CatalogCommand.DeregisterNode(node);
            case 1 -> new CatalogCommand.DeregisterService(node, one(random, SERVICE_IDS));
            case 2 -> new CatalogCommand.DeregisterCheck(node, one(random, CHECKS));
            case 3 -> new CatalogCommand.SetCheck(node, check(random));
            default ->
                new CatalogCommand.Register(
                        new Node(node, one(random, IDS), one(random, List.of("a", "b")), null, null),
                        random.nextBoolean(),
                        random.nextInt(3) == 0
                                ? null
                                : new Service(
                                        one(random, SERVICE_IDS),
                                        one(random, SERVICES),
                                        "",
                                        one(random, List.of(List.of(), List.of("t"))),
                                        "",
                                        new TreeMap<>(),
                                        null,
                                        random.nextInt(2),
                                        Service.Weights.EVEN,
                                        false),
                        Stream.generate(() -> check(random))
                                .limit(random.nextInt(3))
                                .toList());
        };
    }

    private static boolean isTwice(CatalogCommand command) {
        return command instanceof CatalogCommand.Register register
                && register.checks().stream().map(Check::id).distinct().count()
                        < register.checks().size();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyCommandLeavesTheRowsAndTellsTheTopicsThatThePlainRulesSay(long seed) throws Exception {
        Random random = new Random(seed);
        Oracle oracle = new Oracle();
        Map<Topic, Long> told = new HashMap<>();
        Set<String> refusals = new HashSet<>();
        try (MemoryState state = new MemoryState()) {
            for (int i = 0; i < COMMANDS; i++) {
                CatalogCommand command = command(random);
                Rows before = oracle.rows.copy();
                String refused = oracle.apply(command);
                CommandFamily.Result result = state.apply(command);
                assertThat(result.done()).as("%s", command).isEqualTo(refused.isEmpty());
                assertThat(result.text()).contains(refused);
                refusals.add(refused);
                Rows after = state.read(Rows::of);
                assertThat(after).as("%s", command).isEqualTo(oracle.rows);
                Set<Topic> changed = changed(before, after);
                if (isTwice(command)) {
                    assertThat(state.changed).as("%s", command).containsAll(changed);
                } else {
                    assertThat(state.changed).as("%s", command).isEqualTo(changed);
                }
                for (Topic topic : state.changed) {
                    told.put(topic, oracle.index);
                }
                indexesAreThose(state, after, told);
            }
        }
        assertThat(refusals).hasSize(4);
    }

    private static Set<Topic> changed(Rows before, Rows after) {
        Set<Topic> changed = new HashSet<>();
        for (String node : NODES) {
            if (!before.node(node).equals(after.node(node))) {
                changed.add(CatalogTopics.node(node));
            }
        }
        for (String service : SERVICES) {
            if (!Objects.equals(before.service(service), after.service(service))) {
                changed.add(CatalogTopics.service(service));
            }
        }
        if (!before.nodes().equals(after.nodes())) {
            changed.add(CatalogTopics.NODES);
        }
        if (!before.services().equals(after.services())) {
            changed.add(CatalogTopics.SERVICES);
        }
        if (!before.checks().equals(after.checks())) {
            changed.add(CatalogTopics.CHECKS);
        }
        return changed;
    }

    private static void indexesAreThose(MemoryState state, Rows rows, Map<Topic, Long> told) {
        CatalogFamily family = new CatalogFamily();
        for (String name : NODES) {
            Topic topic = rows.nodes().containsKey(name) ? CatalogTopics.node(name) : CatalogTopics.NODES;
            assertThat(state.<Long>read(transaction -> family.changed(CatalogTopics.node(name), transaction)))
                    .as(name)
                    .isEqualTo(told.getOrDefault(topic, 0L));
        }
        for (String name : SERVICES) {
            boolean offered = rows.services().values().stream()
                    .anyMatch(row -> row.service().name().equals(name));
            Topic topic = offered ? CatalogTopics.service(name) : CatalogTopics.SERVICES;
            assertThat(state.<Long>read(transaction -> family.changed(CatalogTopics.service(name), transaction)))
                    .as(name)
                    .isEqualTo(told.getOrDefault(topic, 0L));
        }
        assertThat(state.<Long>read(transaction -> TopicIndexes.of(transaction, CatalogTopics.CHECKS)))
                .isEqualTo(told.getOrDefault(CatalogTopics.CHECKS, 0L));
    }
}
