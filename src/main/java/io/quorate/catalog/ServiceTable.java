package io.quorate.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Services in H2: what is asked for stands in columns, the rest in one. */
final class ServiceTable {
    static final String NAME = "catalog_services";
    static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS catalog_services (node VARCHAR NOT NULL, service_id VARCHAR NOT NULL,"
                    + " name VARCHAR NOT NULL, content VARBINARY NOT NULL,"
                    + " create_index BIGINT NOT NULL, modify_index BIGINT NOT NULL, modified_ms BIGINT NOT NULL,"
                    + " PRIMARY KEY (node, service_id))",
            "CREATE INDEX IF NOT EXISTS catalog_services_by_name ON catalog_services (name)");

    private static final String COLUMNS = "s.node, s.content, s.create_index, s.modify_index, s.modified_ms";
    private static final String SELECT = "SELECT " + COLUMNS + " FROM catalog_services s";

    private ServiceTable() {}

    static @Nullable ServiceRow named(Connection connection, String node, String id) throws SQLException {
        List<ServiceRow> rows = select(connection, SELECT + " WHERE s.node = ? AND s.service_id = ?", node, id);
        return rows.isEmpty() ? null : rows.get(0);
    }

    static List<ServiceRow> of(Connection connection, String node) throws SQLException {
        return select(connection, SELECT + " WHERE s.node = ? ORDER BY s.service_id", node);
    }

    static List<ServiceRow> all(Connection connection) throws SQLException {
        return select(connection, SELECT + " ORDER BY s.name, s.node, s.service_id");
    }

    /** Each with its node, by node and id. */
    static List<Instance> instances(Connection connection, String name) throws SQLException {
        List<Instance> instances = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("SELECT " + NodeTable.COLUMNS + ", " + COLUMNS
                + " FROM catalog_services s JOIN catalog_nodes n ON n.name = s.node WHERE s.name = ?"
                + " ORDER BY s.node, s.service_id")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    instances.add(new Instance(NodeTable.row(row), row(row, NodeTable.COUNT)));
                }
            }
        }
        return instances;
    }

    static Set<String> namesOn(Connection connection, String node) throws SQLException {
        return CatalogTables.names(connection, "SELECT DISTINCT name FROM catalog_services WHERE node = ?", node);
    }

    static boolean has(Connection connection, String name) throws SQLException {
        return CatalogTables.any(connection, "SELECT 1 FROM catalog_services WHERE name = ? LIMIT 1", name);
    }

    static int delete(Connection connection, String node, String id) throws SQLException {
        return CatalogTables.delete(
                connection, "DELETE FROM catalog_services WHERE node = ? AND service_id = ?", node, id);
    }

    static int deleteOf(Connection connection, String node) throws SQLException {
        return CatalogTables.delete(connection, "DELETE FROM catalog_services WHERE node = ?", node);
    }

    static void put(Connection connection, ServiceRow row) throws SQLException {
        try (PreparedStatement put = connection.prepareStatement("MERGE INTO catalog_services"
                + " (node, service_id, name, content, create_index, modify_index, modified_ms)"
                + " KEY (node, service_id) VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            put.setString(1, row.node());
            put.setString(2, row.service().id());
            put.setString(3, row.service().name());
            put.setBytes(4, CatalogForms.SERVICE.bytes(row.service()));
            CatalogTables.setStamp(put, 5, row.stamp());
            put.executeUpdate();
        }
    }

    private static List<ServiceRow> select(Connection connection, String sql, String... parameters)
            throws SQLException {
        List<ServiceRow> rows = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            CatalogTables.set(query, parameters);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(row(row, 0));
                }
            }
        }
        return rows;
    }

    private static ServiceRow row(ResultSet row, int after) throws SQLException {
        return new ServiceRow(
                row.getString(after + 1),
                CatalogForms.fromColumn(row.getBytes(after + 2), CatalogForms.SERVICE),
                CatalogTables.stamp(row, after + 3));
    }
}
