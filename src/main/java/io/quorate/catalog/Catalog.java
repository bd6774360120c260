package io.quorate.catalog;

import io.quorate.store.TopicIndexes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
        return state.read(connection ->
                new Nodes(TopicIndexes.of(connection, CatalogTopics.NODES), CatalogTables.nodes(connection)));
    }

    /** What {@link Reconciler} compares with gossip, of everybody. */
    public Present present() {
        return state.read(connection -> {
            Map<String, Check> gossip = new HashMap<>();
            for (CheckRow row : CatalogTables.checksCalled(connection, Check.SERF_HEALTH)) {
                gossip.put(row.node(), row.check());
            }
            return new Present(CatalogTables.nodes(connection).stream()
                    .map(row ->
                            new Present.Entry(row.node(), gossip.get(row.node().name())))
                    .toList());
        });
    }

    /** The same of one node, and of the node that has its id under another name. */
    public Present present(String name, String id) {
        return state.read(connection -> {
            Map<String, Present.Entry> found = new HashMap<>();
            for (NodeRow row :
                    new NodeRow[] {CatalogTables.nodeByName(connection, name), CatalogTables.nodeById(connection, id)
                    }) {
                if (row != null) {
                    CheckRow gossip = CatalogTables.byId(CatalogTables.checksOf(
                                    connection, row.node().name()))
                            .get(Check.SERF_HEALTH);
                    found.put(row.node().name(), new Present.Entry(row.node(), gossip == null ? null : gossip.check()));
                }
            }
            return new Present(List.copyOf(found.values()));
        });
    }
}
