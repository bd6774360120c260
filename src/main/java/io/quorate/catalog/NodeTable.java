package io.quorate.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Nodes in H2. */
final class NodeTable {
    static final String NAME = "catalog_nodes";
    static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS catalog_nodes (name VARCHAR PRIMARY KEY, name_key VARCHAR NOT NULL,"
                    + " id VARCHAR NOT NULL, address VARCHAR NOT NULL, tagged VARBINARY, meta VARBINARY,"
                    + " create_index BIGINT NOT NULL, modify_index BIGINT NOT NULL, modified_ms BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS catalog_nodes_by_id ON catalog_nodes (id)",
            "CREATE INDEX IF NOT EXISTS catalog_nodes_by_key ON catalog_nodes (name_key)");

    /** As {@link #row} reads them. */
    static final String COLUMNS =
            "n.name, n.id, n.address, n.tagged, n.meta, n.create_index, n.modify_index, n.modified_ms";

    static final int COUNT = 8;
    private static final String SELECT = "SELECT " + COLUMNS + " FROM catalog_nodes n";

    private NodeTable() {}

    static @Nullable NodeRow named(Connection connection, String name) throws SQLException {
        return first(select(connection, SELECT + " WHERE n.name = ?", name));
    }

    static @Nullable NodeRow withId(Connection connection, String id) throws SQLException {
        return id.isEmpty() ? null : first(select(connection, SELECT + " WHERE n.id = ? ORDER BY n.name", id));
    }

    static List<NodeRow> like(Connection connection, String name) throws SQLException {
        return select(connection, SELECT + " WHERE n.name_key = ? ORDER BY n.name", key(name));
    }

    static List<NodeRow> all(Connection connection) throws SQLException {
        return select(connection, SELECT + " ORDER BY n.name", null);
    }

    static boolean has(Connection connection, String name) throws SQLException {
        return CatalogTables.any(connection, "SELECT 1 FROM catalog_nodes WHERE name = ?", name);
    }

    static int delete(Connection connection, String name) throws SQLException {
        return CatalogTables.delete(connection, "DELETE FROM catalog_nodes WHERE name = ?", name);
    }

    static void put(Connection connection, NodeRow row) throws SQLException {
        Node node = row.node();
        try (PreparedStatement put = connection.prepareStatement(
                "MERGE INTO catalog_nodes (name, name_key, id, address, tagged, meta, create_index, modify_index,"
                        + " modified_ms) KEY (name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            put.setString(1, node.name());
            put.setString(2, key(node.name()));
            put.setString(3, node.id());
            put.setString(4, node.address());
            put.setBytes(5, CatalogForms.column(node.taggedAddresses()));
            put.setBytes(6, CatalogForms.column(node.meta()));
            CatalogTables.setStamp(put, 7, row.stamp());
            put.executeUpdate();
        }
    }

    private static List<NodeRow> select(Connection connection, String sql, @Nullable String parameter)
            throws SQLException {
        List<NodeRow> rows = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            if (parameter != null) {
                query.setString(1, parameter);
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(row(row));
                }
            }
        }
        return rows;
    }

    /** From the first column on. */
    static NodeRow row(ResultSet row) throws SQLException {
        return new NodeRow(
                new Node(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        CatalogForms.fromColumn(row.getBytes(4)),
                        CatalogForms.fromColumn(row.getBytes(5))),
                CatalogTables.stamp(row, 6));
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
