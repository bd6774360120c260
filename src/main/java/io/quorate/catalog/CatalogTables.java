package io.quorate.catalog;

import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The catalog's rows in H2. */
final class CatalogTables {
    static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS catalog_nodes (name VARCHAR PRIMARY KEY, name_key VARCHAR NOT NULL,"
                    + " id VARCHAR NOT NULL, address VARCHAR NOT NULL, tagged VARBINARY, meta VARBINARY,"
                    + " create_index BIGINT NOT NULL, modify_index BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS catalog_nodes_by_id ON catalog_nodes (id)",
            "CREATE INDEX IF NOT EXISTS catalog_nodes_by_key ON catalog_nodes (name_key)",
            "CREATE TABLE IF NOT EXISTS catalog_checks (node VARCHAR NOT NULL, check_id VARCHAR NOT NULL,"
                    + " name VARCHAR NOT NULL, status VARCHAR NOT NULL, notes VARCHAR NOT NULL,"
                    + " output VARCHAR NOT NULL, create_index BIGINT NOT NULL, modify_index BIGINT NOT NULL,"
                    + " PRIMARY KEY (node, check_id))");
    static final List<String> NAMES = List.of("catalog_nodes", "catalog_checks");

    private static final String NODE =
            "SELECT name, id, address, tagged, meta, create_index, modify_index FROM catalog_nodes";
    private static final String CHECK =
            "SELECT node, check_id, name, status, notes, output, create_index, modify_index FROM catalog_checks";

    private CatalogTables() {}

    static @Nullable NodeRow nodeByName(Connection connection, String name) throws SQLException {
        return first(nodes(connection, NODE + " WHERE name = ?", name));
    }

    static @Nullable NodeRow nodeById(Connection connection, String id) throws SQLException {
        return id.isEmpty() ? null : first(nodes(connection, NODE + " WHERE id = ? ORDER BY name", id));
    }

    static List<NodeRow> nodesLike(Connection connection, String name) throws SQLException {
        return nodes(connection, NODE + " WHERE name_key = ? ORDER BY name", key(name));
    }

    static List<NodeRow> nodes(Connection connection) throws SQLException {
        return nodes(connection, NODE + " ORDER BY name", null);
    }

    static List<CheckRow> checksOf(Connection connection, String node) throws SQLException {
        return checks(connection, CHECK + " WHERE node = ? ORDER BY check_id", node);
    }

    static List<CheckRow> checksCalled(Connection connection, String checkId) throws SQLException {
        return checks(connection, CHECK + " WHERE check_id = ? ORDER BY node", checkId);
    }

    static void carryOut(Connection connection, List<CatalogStep> steps, Set<Topic> changed) throws SQLException {
        for (CatalogStep step : steps) {
            step.match(Works.ALL).on(connection, changed);
        }
    }

    private interface Work {
        void on(Connection connection, Set<Topic> changed) throws SQLException;
    }

    private enum Works implements CatalogStep.Cases<Work> {
        ALL;

        @Override
        public Work dropNode(CatalogStep.DropNode drop) {
            return (connection, changed) -> CatalogTables.dropNode(connection, drop.name(), changed);
        }

        @Override
        public Work putNode(CatalogStep.PutNode put) {
            return (connection, changed) -> {
                CatalogTables.putNode(connection, put.row());
                changed.add(CatalogTopics.NODES);
            };
        }

        @Override
        public Work putCheck(CatalogStep.PutCheck put) {
            return (connection, changed) -> {
                CatalogTables.putCheck(connection, put.row());
                changed.add(CatalogTopics.CHECKS);
            };
        }
    }

    private static void dropNode(Connection connection, String name, Set<Topic> changed) throws SQLException {
        if (delete(connection, "DELETE FROM catalog_checks WHERE node = ?", name) > 0) {
            changed.add(CatalogTopics.CHECKS);
        }
        if (delete(connection, "DELETE FROM catalog_nodes WHERE name = ?", name) > 0) {
            changed.add(CatalogTopics.NODES);
        }
    }

    private static int delete(Connection connection, String sql, String name) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setString(1, name);
            return delete.executeUpdate();
        }
    }

    private static void putNode(Connection connection, NodeRow row) throws SQLException {
        Node node = row.node();
        try (PreparedStatement put = connection.prepareStatement(
                "MERGE INTO catalog_nodes (name, name_key, id, address, tagged, meta, create_index, modify_index)"
                        + " KEY (name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            put.setString(1, node.name());
            put.setString(2, key(node.name()));
            put.setString(3, node.id());
            put.setString(4, node.address());
            put.setBytes(5, CatalogCodec.column(node.taggedAddresses()));
            put.setBytes(6, CatalogCodec.column(node.meta()));
            put.setLong(7, row.createIndex());
            put.setLong(8, row.modifyIndex());
            put.executeUpdate();
        }
    }

    private static void putCheck(Connection connection, CheckRow row) throws SQLException {
        Check check = row.check();
        try (PreparedStatement put = connection.prepareStatement(
                "MERGE INTO catalog_checks (node, check_id, name, status, notes, output, create_index, modify_index)"
                        + " KEY (node, check_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            put.setString(1, row.node());
            put.setString(2, check.id());
            put.setString(3, check.name());
            put.setString(4, check.status());
            put.setString(5, check.notes());
            put.setString(6, check.output());
            put.setLong(7, row.createIndex());
            put.setLong(8, row.modifyIndex());
            put.executeUpdate();
        }
    }

    private static List<NodeRow> nodes(Connection connection, String sql, @Nullable String parameter)
            throws SQLException {
        List<NodeRow> rows = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            if (parameter != null) {
                query.setString(1, parameter);
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(new NodeRow(
                            new Node(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    CatalogCodec.fromColumn(row.getBytes(4)),
                                    CatalogCodec.fromColumn(row.getBytes(5))),
                            row.getLong(6),
                            row.getLong(7)));
                }
            }
        }
        return rows;
    }

    private static List<CheckRow> checks(Connection connection, String sql, String parameter) throws SQLException {
        List<CheckRow> rows = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(new CheckRow(
                            row.getString(1),
                            new Check(
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getString(6)),
                            row.getLong(7),
                            row.getLong(8)));
                }
            }
        }
        return rows;
    }

    static Map<String, CheckRow> byId(List<CheckRow> checks) {
        Map<String, CheckRow> map = new HashMap<>();
        checks.forEach(row -> map.put(row.check().id(), row));
        return map;
    }

    private static @Nullable NodeRow first(List<NodeRow> rows) {
        return rows.isEmpty() ? null : rows.get(0);
    }

    /**
     * The one letter whose lower case is longer than itself goes first: String.toLowerCase copies the rest of the text for each of
     * them, and a name of half a million would stop the log of every server for a minute.
     */
    static String key(String name) {
        return name.replace("\u0130", "i\u0307").toLowerCase(Locale.ROOT);
    }
}
