package io.quorate.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A registered node and its checks, for features above the catalog that look at them in a transaction of their own. Names are found
 * as Consul finds them: upper and lower case are the same, though a name that is written just so comes first.
 *
 * @param node its name as it is registered
 */
public record NodeChecks(String node, List<CheckRow> checks) {
    public NodeChecks {
        checks = List.copyOf(checks);
    }

    /** Empty when no such node is registered. */
    public static Optional<NodeChecks> of(Connection transaction, String name) throws SQLException {
        NodeRow row = NodeTable.named(transaction, name);
        if (row == null) {
            List<NodeRow> like = NodeTable.like(transaction, name);
            if (like.isEmpty()) {
                return Optional.empty();
            }
            row = like.get(0);
        }
        String node = row.node().name();
        return Optional.of(new NodeChecks(node, CheckTable.of(transaction, node)));
    }

    public Optional<Check> find(String checkId) {
        return checks.stream()
                .map(CheckRow::check)
                .filter(check -> check.id().equals(checkId))
                .findFirst()
                .or(() -> checks.stream()
                        .map(CheckRow::check)
                        .filter(check -> NodeTable.key(check.id()).equals(NodeTable.key(checkId)))
                        .findFirst());
    }

    /** A name as names are compared. */
    public static String key(String name) {
        return NodeTable.key(name);
    }
}
