package io.quorate.catalog;

import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.answer.Seen;
import io.quorate.codec.Bounds;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.consensus.CommandFamily;
import io.quorate.kernel.Datacenter;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of the catalog.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/catalog">Consul's catalog API</a>
 */
public final class CatalogOperations {
    private static final int MAX_ROWS = 1_000_000;
    /** What a row takes in memory, about: texts of a few dozen characters. */
    private static final int ROW_BYTES = 512;

    private static final Form<Instance> INSTANCE = Form.of(
            (instance, out) -> out.value(instance.node(), CatalogForms.NODE_ROW)
                    .value(instance.service(), CatalogForms.SERVICE_ROW),
            in -> new Instance(in.value(CatalogForms.NODE_ROW), in.value(CatalogForms.SERVICE_ROW)));
    private static final Form<ServiceTags> SERVICE_TAGS = Form.of(
            (service, out) ->
                    out.value(service.name(), CatalogForms.NAME).value(service.tags(), CatalogForms.MANY_TAGS),
            in -> new ServiceTags(in.value(CatalogForms.NAME), in.value(CatalogForms.MANY_TAGS)));

    /** The nodes of the datacenter, by name. */
    public static final Operation<Nodes, List<NodeRow>> NODES = Operation.reads(
            "catalog.nodes",
            Operation.Place.LEADER,
            Form.of(
                    (question, out) -> out.value(question.meta(), NodeMeta.FORM),
                    in -> new Nodes(in.value(NodeMeta.FORM))),
            CatalogForms.NODE_ROW.listOf(MAX_ROWS));

    /** The names of the services, with the tags of all instances, by name. */
    public static final Operation<Services, List<ServiceTags>> SERVICES = Operation.reads(
            "catalog.services",
            Operation.Place.LEADER,
            Form.of(
                    (question, out) -> out.value(question.meta(), NodeMeta.FORM),
                    in -> new Services(in.value(NodeMeta.FORM))),
            SERVICE_TAGS.listOf(MAX_ROWS));

    /** The instances of one service, by node and id. */
    public static final Operation<ServiceQuestion, List<Instance>> SERVICE =
            Operation.reads("catalog.service", Operation.Place.LEADER, ServiceQuestion.FORM, INSTANCE.listOf(MAX_ROWS));

    /** One node with its services. */
    public static final Operation<NodeQuestion, NodeServices> NODE = Operation.reads(
            "catalog.node",
            Operation.Place.LEADER,
            NodeQuestion.FORM,
            Form.of(
                    (answer, out) -> out.optional(answer.node(), CatalogForms.NODE_ROW)
                            .value(answer.services(), CatalogForms.SERVICE_ROW.listOf(MAX_ROWS)),
                    in -> new NodeServices(
                            in.optional(CatalogForms.NODE_ROW), in.value(CatalogForms.SERVICE_ROW.listOf(MAX_ROWS)))));

    /** Registers a node with a service and checks; {@link AskException.Kind#REFUSED} where the catalog does not let it. */
    public static final Operation<CatalogCommand.Register, Done> REGISTER =
            Operation.writes("catalog.register", CatalogCodec.REGISTER, Form.empty(new Done()));

    /** Takes out a node, or one service or check of it; what is not there is no error. */
    public static final Operation<Deregistration, Done> DEREGISTER = Operation.writes(
            "catalog.deregister",
            Form.of(
                    (question, out) -> out.value(question.node(), CatalogForms.NAME)
                            .value(question.serviceId(), CatalogForms.NAME)
                            .value(question.checkId(), CatalogForms.NAME),
                    in -> new Deregistration(
                            in.value(CatalogForms.NAME), in.value(CatalogForms.NAME), in.value(CatalogForms.NAME))),
            Form.empty(new Done()));

    /** The datacenters that can be reached, this one first. */
    public static final Operation<Datacenters, List<String>> DATACENTERS = Operation.reads(
            "catalog.datacenters",
            Operation.Place.SERVER,
            Form.empty(new Datacenters()),
            Form.<String>of((name, out) -> out.text(name), In::text).listOf(Bounds.PAIRS));

    private CatalogOperations() {}

    /** @param meta pairs that each node of the answer has in its metadata */
    public record Nodes(NodeMeta meta) {}

    /** @param meta pairs that each node has whose services are meant */
    public record Services(NodeMeta meta) {}

    /**
     * One service.
     *
     * @param tags each once, in the order in which they were met
     */
    public record ServiceTags(String name, List<String> tags) {}

    /** @param node absent when there is none of that name */
    public record NodeServices(@Nullable NodeRow node, List<ServiceRow> services) {}

    /**
     * What is to go.
     *
     * @param serviceId empty: not a service
     * @param checkId empty: not a check; with neither the whole node
     */
    public record Deregistration(String node, String serviceId, String checkId) {
        CatalogCommand command() {
            if (!serviceId.isEmpty()) {
                return new CatalogCommand.DeregisterService(node, serviceId);
            }
            return checkId.isEmpty()
                    ? new CatalogCommand.DeregisterNode(node)
                    : new CatalogCommand.DeregisterCheck(node, checkId);
        }
    }

    /** It is committed. */
    public record Done() {}

    /** Which datacenters there are. */
    public record Datacenters() {}

    /** What a server answers of them. */
    public static List<Offer<?, ?>> offers(Datacenter datacenter) {
        List<String> all = List.of(datacenter.value());
        return List.of(
                Offer.reads(NODES, CatalogOperations::nodes),
                Offer.reads(SERVICES, CatalogOperations::services),
                Offer.reads(SERVICE, CatalogOperations::instances),
                Offer.reads(NODE, CatalogOperations::node),
                Offer.<CatalogCommand.Register, Done, CommandFamily.Result>writes(
                        REGISTER, question -> question, CatalogOperations::done),
                Offer.<Deregistration, Done, CommandFamily.Result>writes(
                        DEREGISTER, Deregistration::command, CatalogOperations::done),
                Offer.knows(DATACENTERS, question -> all));
    }

    private static Done done(CommandFamily.Result result) {
        if (!result.done()) {
            throw new AskException(AskException.Kind.REFUSED, result.text());
        }
        return new Done();
    }

    private static Seen<List<NodeRow>> nodes(Nodes question, Connection connection) throws SQLException {
        List<NodeRow> rows = NodeTable.all(connection).stream()
                .filter(row -> question.meta().isMetBy(row.node()))
                .toList();
        return new Seen<>(rows, Set.of(CatalogTopics.NODES), rows.size() * ROW_BYTES);
    }

    private static Seen<List<ServiceTags>> services(Services question, Connection connection) throws SQLException {
        Set<Topic> topics = new HashSet<>(Set.of(CatalogTopics.SERVICES));
        Map<String, Boolean> meant = new HashMap<>();
        if (!question.meta().isEmpty()) {
            topics.add(CatalogTopics.NODES);
            for (NodeRow row : NodeTable.all(connection)) {
                meant.put(row.node().name(), question.meta().isMetBy(row.node()));
            }
        }
        TreeMap<String, Set<String>> tags = new TreeMap<>();
        for (ServiceRow row : ServiceTable.all(connection)) {
            if (meant.getOrDefault(row.node(), true)) {
                tags.computeIfAbsent(row.service().name(), name -> new LinkedHashSet<>())
                        .addAll(row.service().tags());
            }
        }
        List<ServiceTags> services = tags.entrySet().stream()
                .map(entry -> new ServiceTags(entry.getKey(), List.copyOf(entry.getValue())))
                .toList();
        return new Seen<>(services, topics, services.size() * ROW_BYTES);
    }

    private static Seen<List<Instance>> instances(ServiceQuestion question, Connection connection) throws SQLException {
        List<Instance> instances = question.instances(connection);
        return new Seen<>(instances, Set.of(CatalogTopics.service(question.name())), instances.size() * 2 * ROW_BYTES);
    }

    private static Seen<NodeServices> node(NodeQuestion question, Connection connection) throws SQLException {
        NodeRow node = NodeTable.named(connection, question.name());
        List<ServiceRow> services = node == null ? List.of() : ServiceTable.of(connection, question.name());
        return new Seen<>(
                new NodeServices(node, services),
                Set.of(CatalogTopics.node(question.name())),
                (1 + services.size()) * ROW_BYTES);
    }
}
