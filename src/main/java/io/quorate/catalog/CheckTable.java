package io.quorate.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks in H2: what is asked for stands in columns, the rest in one. */
final class CheckTable {
    static final String NAME = "catalog_checks";
    static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS catalog_checks (node VARCHAR NOT NULL, check_id VARCHAR NOT NULL,"
                    + " service_id VARCHAR NOT NULL, service_name VARCHAR NOT NULL, status VARCHAR NOT NULL,"
                    + " content VARBINARY NOT NULL, tags VARBINARY NOT NULL,"
                    + " create_index BIGINT NOT NULL, modify_index BIGINT NOT NULL, modified_ms BIGINT NOT NULL,"
                    + " PRIMARY KEY (node, check_id))",
            "CREATE INDEX IF NOT EXISTS catalog_checks_by_service ON catalog_checks (node, service_id)",
            "CREATE INDEX IF NOT EXISTS catalog_checks_by_name ON catalog_checks (service_name)");

    private static final String SELECT = "SELECT c.node, c.content, c.service_name, c.tags, c.create_index,"
            + " c.modify_index, c.modified_ms FROM catalog_checks c";
    private static final String IN_ORDER = " ORDER BY c.node, c.check_id";

    private CheckTable() {}

    static @Nullable CheckRow named(Connection connection, String node, String id) throws SQLException {
        List<CheckRow> rows = select(connection, SELECT + " WHERE c.node = ? AND c.check_id = ?", node, id);
        return rows.isEmpty() ? null : rows.get(0);
    }

    static List<CheckRow> of(Connection connection, String node) throws SQLException {
        return select(connection, SELECT + " WHERE c.node = ?" + IN_ORDER, node);
    }

    /** The empty id: those of the node itself. */
    static List<CheckRow> of(Connection connection, String node, String serviceId) throws SQLException {
        return select(connection, SELECT + " WHERE c.node = ? AND c.service_id = ?" + IN_ORDER, node, serviceId);
    }

    static List<CheckRow> called(Connection connection, String id) throws SQLException {
        return select(connection, SELECT + " WHERE c.check_id = ?" + IN_ORDER, id);
    }

    static List<CheckRow> all(Connection connection) throws SQLException {
        return select(connection, SELECT + IN_ORDER);
    }

    static List<CheckRow> inStatus(Connection connection, String status) throws SQLException {
        return select(connection, SELECT + " WHERE c.status = ?" + IN_ORDER, status);
    }

    /** Those that were registered as checks of a service of that name. */
    static List<CheckRow> ofService(Connection connection, String name) throws SQLException {
        return select(connection, SELECT + " WHERE c.service_name = ?" + IN_ORDER, name);
    }

    /** Of the service's instances themselves. */
    static List<CheckRow> ofInstances(Connection connection, String name) throws SQLException {
        return select(
                connection,
                SELECT + " JOIN catalog_services s ON s.node = c.node AND s.service_id = c.service_id"
                        + " WHERE s.name = ?" + IN_ORDER,
                name);
    }

    /** Of the nodes, not of any service, that offer that service. */
    static List<CheckRow> ofNodesOffering(Connection connection, String name) throws SQLException {
        return select(
                connection,
                SELECT + " JOIN (SELECT DISTINCT node FROM catalog_services WHERE name = ?) s ON s.node = c.node"
                        + " WHERE c.service_id = ''" + IN_ORDER,
                name);
    }

    static Set<String> servicesOn(Connection connection, String node) throws SQLException {
        return CatalogTables.names(
                connection,
                "SELECT DISTINCT service_name FROM catalog_checks WHERE node = ? AND service_id <> ''",
                node);
    }

    static int delete(Connection connection, String node, String id) throws SQLException {
        return CatalogTables.delete(connection, "DELETE FROM catalog_checks WHERE node = ? AND check_id = ?", node, id);
    }

    static int deleteOf(Connection connection, String node) throws SQLException {
        return CatalogTables.delete(connection, "DELETE FROM catalog_checks WHERE node = ?", node);
    }

    static void put(Connection connection, CheckRow row) throws SQLException {
        Check check = row.check();
        try (PreparedStatement put = connection.prepareStatement("MERGE INTO catalog_checks"
                + " (node, check_id, service_id, service_name, status, content, tags,"
                + " create_index, modify_index, modified_ms)"
                + " KEY (node, check_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            put.setString(1, row.node());
            put.setString(2, check.id());
            put.setString(3, check.serviceId());
            put.setString(4, row.serviceName());
            put.setString(5, check.status());
            put.setBytes(6, CatalogForms.CHECK.bytes(check));
            put.setBytes(7, CatalogForms.TAGS.bytes(row.serviceTags()));
            CatalogTables.setStamp(put, 8, row.stamp());
            put.executeUpdate();
        }
    }

    private static List<CheckRow> select(Connection connection, String sql, String... parameters) throws SQLException {
        List<CheckRow> rows = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            CatalogTables.set(query, parameters);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(new CheckRow(
                            row.getString(1),
                            CatalogForms.fromColumn(row.getBytes(2), CatalogForms.CHECK),
                            row.getString(3),
                            CatalogForms.fromColumn(row.getBytes(4), CatalogForms.TAGS),
                            CatalogTables.stamp(row, 5)));
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
}
