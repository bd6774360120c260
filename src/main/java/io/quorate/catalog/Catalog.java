package io.quorate.catalog;

import io.quorate.store.TopicIndexes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads of the catalog. Safe for any thread. */
public final class Catalog {
    private final StateReader state;

    public Catalog(StateReader state) {
        this.state = state;
    }

    /** @param index when any of them last came, changed or went; 0 never */
    public record Nodes(long index, List<NodeRow> rows) {}

    /** Every node, by name. */
    public Nodes nodes() {
        return state.read(
                connection -> new Nodes(TopicIndexes.of(connection, CatalogTopics.NODES), NodeTable.all(connection)));
    }

    /** What {@link Reconciler} compares with gossip, of everybody. */
    public Present present() {
        return state.read(connection -> {
            Map<String, CheckRow> gossip = new HashMap<>();
            CheckTable.called(connection, Check.SERF_HEALTH).forEach(row -> gossip.put(row.node(), row));
            Map<String, ServiceRow> servers = new HashMap<>();
            for (Instance each : ServiceTable.instances(connection, Service.CONSUL)) {
                if (each.service().service().id().equals(Service.CONSUL)) {
                    servers.put(each.service().node(), each.service());
                }
            }
            return new Present(NodeTable.all(connection).stream()
                    .map(row -> entry(
                            row,
                            gossip.get(row.node().name()),
                            servers.get(row.node().name())))
                    .toList());
        });
    }

    /** The same of one node, and of the node that has its id under another name. */
    public Present present(String name, String id) {
        return state.read(connection -> {
            Map<String, Present.Entry> found = new HashMap<>();
            for (NodeRow row : new NodeRow[] {NodeTable.named(connection, name), NodeTable.withId(connection, id)}) {
                if (row != null) {
                    String node = row.node().name();
                    found.put(
                            node,
                            entry(
                                    row,
                                    CheckTable.named(connection, node, Check.SERF_HEALTH),
                                    ServiceTable.named(connection, node, Service.CONSUL)));
                }
            }
            return new Present(List.copyOf(found.values()));
        });
    }

    private static Present.Entry entry(NodeRow node, @Nullable CheckRow gossip, @Nullable ServiceRow consul) {
        return new Present.Entry(
                node.node(), gossip == null ? null : gossip.check(), consul == null ? null : consul.service());
    }
}
