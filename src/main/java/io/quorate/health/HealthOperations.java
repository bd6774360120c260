package io.quorate.health;

import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.answer.Seen;
import io.quorate.catalog.CatalogReads;
import io.quorate.catalog.CatalogTopics;
import io.quorate.catalog.Check;
import io.quorate.catalog.CheckRow;
import io.quorate.catalog.Instance;
import io.quorate.catalog.NodeMeta;
import io.quorate.catalog.NodeQuestion;
import io.quorate.catalog.NodeRow;
import io.quorate.catalog.ServiceQuestion;
import io.quorate.catalog.ServiceRow;
import io.quorate.codec.Form;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What may be asked of health.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/health">Consul's health API</a>
 */
public final class HealthOperations {
    /** The word that stands for every status. */
    private static final String ANY = "any";

    private static final int MAX_ROWS = 1_000_000;
    /** What a row takes in memory, about: texts of a few dozen characters. */
    private static final int ROW_BYTES = 512;

    private static final Form<List<CheckRow>> CHECK_ROWS = CheckRow.FORM.listOf(MAX_ROWS);
    private static final Form<CatalogReads.Checked> CHECKED = Form.of(
            (row, out) -> out.value(row.instance().node(), NodeRow.FORM)
                    .value(row.instance().service(), ServiceRow.FORM)
                    .value(row.checks(), CHECK_ROWS),
            in -> new CatalogReads.Checked(
                    new Instance(in.value(NodeRow.FORM), in.value(ServiceRow.FORM)), in.value(CHECK_ROWS)));

    /** The checks of a node and its services, by id. */
    public static final Operation<NodeQuestion, List<CheckRow>> NODE =
            Operation.reads("health.node", Operation.Place.LEADER, NodeQuestion.FORM, CHECK_ROWS);

    /** The checks of a service's instances, without those of their nodes. */
    public static final Operation<Checks, List<CheckRow>> CHECKS =
            Operation.reads("health.checks", Operation.Place.LEADER, Checks.FORM, CHECK_ROWS);

    /** All checks in one status. */
    public static final Operation<Checks, List<CheckRow>> STATE =
            Operation.reads("health.state", Operation.Place.LEADER, Checks.FORM, CHECK_ROWS);

    /** The instances of a service, each with its checks and those of its node. */
    public static final Operation<Instances, List<CatalogReads.Checked>> SERVICE = Operation.reads(
            "health.service",
            Operation.Place.LEADER,
            Form.of(
                    (question, out) ->
                            out.value(question.service(), ServiceQuestion.FORM).flag(question.passing()),
                    in -> new Instances(in.value(ServiceQuestion.FORM), in.flag())),
            CHECKED.listOf(MAX_ROWS));

    private HealthOperations() {}

    /**
     * Which checks are meant.
     *
     * @param of the service's name, or the status
     * @param meta each check's node has all of them
     */
    public record Checks(String of, NodeMeta meta) {
        static final Form<Checks> FORM = Form.of(
                (question, out) -> out.text(question.of()).value(question.meta(), NodeMeta.FORM),
                in -> new Checks(in.text(), in.value(NodeMeta.FORM)));
    }

    /** @param passing only those of which every check passes */
    public record Instances(ServiceQuestion service, boolean passing) {
        boolean isMetBy(CatalogReads.Checked row) {
            return !passing
                    || row.checks().stream()
                            .allMatch(check -> check.check().status().equals(Check.PASSING));
        }
    }

    /** What a server answers of them. */
    public static List<Offer<?, ?>> offers() {
        return List.of(
                Offer.reads(NODE, HealthOperations::node),
                Offer.reads(CHECKS, HealthOperations::checks),
                Offer.reads(STATE, HealthOperations::state),
                Offer.reads(SERVICE, HealthOperations::instances));
    }

    private static Seen<List<CheckRow>> node(NodeQuestion question, Connection connection) throws SQLException {
        List<CheckRow> rows = CatalogReads.checksOfNode(connection, question.name());
        return new Seen<>(rows, Set.of(CatalogTopics.node(question.name())), rows.size() * ROW_BYTES);
    }

    private static Seen<List<CheckRow>> checks(Checks question, Connection connection) throws SQLException {
        return onNodes(
                question.meta(),
                CatalogReads.checksOfService(connection, question.of()),
                CatalogTopics.service(question.of()),
                connection);
    }

    private static Seen<List<CheckRow>> state(Checks question, Connection connection) throws SQLException {
        List<CheckRow> rows = question.of().equals(ANY)
                ? CatalogReads.checks(connection)
                : CatalogReads.checksInStatus(connection, question.of());
        return onNodes(question.meta(), rows, CatalogTopics.CHECKS, connection);
    }

    /** A node's metadata can change without any of its checks. */
    private static Seen<List<CheckRow>> onNodes(NodeMeta meta, List<CheckRow> rows, Topic topic, Connection connection)
            throws SQLException {
        if (meta.isEmpty()) {
            return new Seen<>(rows, Set.of(topic), rows.size() * ROW_BYTES);
        }
        Set<Topic> topics = new HashSet<>(Set.of(topic, CatalogTopics.NODES));
        Set<String> meant = CatalogReads.nodes(connection).stream()
                .filter(row -> meta.isMetBy(row.node()))
                .map(row -> row.node().name())
                .collect(Collectors.toSet());
        List<CheckRow> left =
                rows.stream().filter(row -> meant.contains(row.node())).toList();
        return new Seen<>(left, topics, left.size() * ROW_BYTES);
    }

    private static Seen<List<CatalogReads.Checked>> instances(Instances question, Connection connection)
            throws SQLException {
        List<CatalogReads.Checked> rows = CatalogReads.checked(connection, question.service()).stream()
                .filter(question::isMetBy)
                .toList();
        int weight = rows.stream().mapToInt(row -> 2 + row.checks().size()).sum() * ROW_BYTES;
        return new Seen<>(rows, Set.of(CatalogTopics.service(question.service().name())), weight);
    }
}
