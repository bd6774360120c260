package io.quorate.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What features above the catalog read of it, in a transaction of theirs. */
public final class CatalogReads {
    private CatalogReads() {}

    /** Every node, by name. */
    public static List<NodeRow> nodes(Connection transaction) throws SQLException {
        return NodeTable.all(transaction);
    }

    /** Of a node and its services, by id; none of one that is not there. */
    public static List<CheckRow> checksOfNode(Connection transaction, String node) throws SQLException {
        return CheckTable.of(transaction, node);
    }

    /** Those that were registered as checks of a service of that name, by node and id. */
    public static List<CheckRow> checksOfService(Connection transaction, String name) throws SQLException {
        return CheckTable.ofService(transaction, name);
    }

    /** By node and id. */
    public static List<CheckRow> checks(Connection transaction) throws SQLException {
        return CheckTable.all(transaction);
    }

    /** The same, with that word for their status. */
    public static List<CheckRow> checksInStatus(Connection transaction, String status) throws SQLException {
        return CheckTable.inStatus(transaction, status);
    }

    /**
     * An instance with its checks.
     *
     * @param checks of its node, then its own, each by their ids
     */
    public record Checked(Instance instance, List<CheckRow> checks) {
        public Checked {
            checks = List.copyOf(checks);
        }
    }

    /** The instances that are meant, by node and id. Three queries, however many there are. */
    public static List<Checked> checked(Connection transaction, ServiceQuestion question) throws SQLException {
        List<Instance> instances = question.instances(transaction);
        if (instances.isEmpty()) {
            return List.of();
        }
        Map<Owner, List<CheckRow>> checks = new HashMap<>();
        List<CheckRow> rows = new ArrayList<>(CheckTable.ofNodesOffering(transaction, question.name()));
        rows.addAll(CheckTable.ofInstances(transaction, question.name()));
        for (CheckRow row : rows) {
            checks.computeIfAbsent(new Owner(row.node(), row.check().serviceId()), owner -> new ArrayList<>())
                    .add(row);
        }
        List<Checked> all = new ArrayList<>();
        for (Instance instance : instances) {
            String node = instance.service().node();
            List<CheckRow> of = new ArrayList<>(checks.getOrDefault(new Owner(node, ""), List.of()));
            of.addAll(checks.getOrDefault(
                    new Owner(node, instance.service().service().id()), List.of()));
            all.add(new Checked(instance, of));
        }
        return all;
    }

    /** @param serviceId empty: the node itself */
    private record Owner(String node, String serviceId) {}
}
