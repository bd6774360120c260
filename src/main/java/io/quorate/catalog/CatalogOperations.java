package io.quorate.catalog;

import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.answer.Seen;
import io.quorate.codec.Bounds;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.kernel.Datacenter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What may be asked of the catalog.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/catalog">Consul's catalog API</a>
 */
public final class CatalogOperations {
    private static final int MAX_PAIRS = 1000;
    private static final int MAX_NODES = 1_000_000;
    /** What a row takes in memory, about: texts of a few dozen characters. */
    private static final int ROW_BYTES = 512;

    private static final Form<Pair> PAIR =
            Form.of((pair, out) -> out.text(pair.key()).text(pair.value()), in -> new Pair(in.text(), in.text()));
    private static final Form<List<Pair>> PAIRS = PAIR.listOf(MAX_PAIRS);
    private static final Form<NodeRow> NODE = Form.of(CatalogOperations::write, CatalogOperations::node);

    /** The nodes of the datacenter, by name. */
    public static final Operation<Nodes, List<NodeRow>> NODES = Operation.reads(
            "catalog.nodes",
            Operation.Place.LEADER,
            Form.of((question, out) -> out.value(question.meta(), PAIRS), in -> new Nodes(in.value(PAIRS))),
            NODE.listOf(MAX_NODES));

    /** The datacenters that can be reached, this one first. */
    public static final Operation<Datacenters, List<String>> DATACENTERS = Operation.reads(
            "catalog.datacenters",
            Operation.Place.SERVER,
            Form.empty(new Datacenters()),
            Form.<String>of((name, out) -> out.text(name), In::text).listOf(Bounds.PAIRS));

    private CatalogOperations() {}

    /** @param meta pairs that each node of the answer has in its metadata */
    public record Nodes(List<Pair> meta) {
        public Nodes {
            meta = List.copyOf(meta);
        }

        boolean isMetBy(Node node) {
            Map<String, String> has = node.meta();
            return meta.isEmpty()
                    || (has != null
                            && meta.stream().allMatch(pair -> pair.value().equals(has.get(pair.key()))));
        }
    }

    /** One pair of metadata. */
    public record Pair(String key, String value) {}

    /** Which datacenters there are. */
    public record Datacenters() {}

    /** What a server answers of them. */
    public static List<Offer<?, ?>> offers(Datacenter datacenter) {
        List<String> all = List.of(datacenter.value());
        return List.of(Offer.reads(NODES, CatalogOperations::nodes), Offer.knows(DATACENTERS, question -> all));
    }

    private static Seen<List<NodeRow>> nodes(Nodes question, Connection connection) throws SQLException {
        List<NodeRow> rows = CatalogTables.nodes(connection).stream()
                .filter(row -> question.isMetBy(row.node()))
                .toList();
        return new Seen<>(rows, Set.of(CatalogTopics.NODES), rows.size() * ROW_BYTES);
    }

    private static void write(NodeRow row, Out out) {
        Node node = row.node();
        out.text(node.name())
                .text(node.id())
                .text(node.address())
                .optional(node.taggedAddresses(), Out::map)
                .optional(node.meta(), Out::map)
                .i64(row.createIndex())
                .i64(row.modifyIndex());
    }

    private static NodeRow node(In in) throws MalformedException {
        Node node = new Node(in.text(), in.text(), in.text(), in.optional(In::map), in.optional(In::map));
        return new NodeRow(node, in.i64(), in.i64());
    }
}
