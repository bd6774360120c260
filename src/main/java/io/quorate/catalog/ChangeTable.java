package io.quorate.catalog;

import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** At which entry anything of each node and each service last changed, what is gone included. */
final class ChangeTable {
    /*
     * The rows cannot tell it: of two instances one may have gone. So there is a row for each node and for each name of a service, as
     * long as it is there. Of one that is not there the index is that of the whole table, which is never below its last own one: whoever
     * waited for it is woken when it goes, and who waits for one that is absent waits for that name alone, whatever else changes.
     */
    static final String NAME = "catalog_changes";
    static final List<String> SCHEMA =
            List.of("CREATE TABLE IF NOT EXISTS catalog_changes (space VARCHAR NOT NULL, name VARCHAR NOT NULL,"
                    + " changed BIGINT NOT NULL, PRIMARY KEY (space, name))");

    private ChangeTable() {}

    /** After the rows themselves. */
    static void save(Connection connection, Set<Topic> changed, Moment at) throws SQLException {
        for (Topic topic : changed) {
            if (topic instanceof Topic.Key key) {
                if (isThere(connection, key)) {
                    put(connection, key, at);
                } else {
                    int gone = CatalogTables.delete(
                            connection,
                            "DELETE FROM catalog_changes WHERE space = ? AND name = ?",
                            key.space(),
                            key.key());
                    assert gone <= 1;
                }
            }
        }
    }

    private static boolean isThere(Connection connection, Topic.Key key) throws SQLException {
        return key.space().equals(CatalogTopics.NODE)
                ? NodeTable.has(connection, key.key())
                : ServiceTable.has(connection, key.key());
    }

    private static void put(Connection connection, Topic.Key key, Moment at) throws SQLException {
        try (PreparedStatement put = connection.prepareStatement(
                "MERGE INTO catalog_changes (space, name, changed) KEY (space, name) VALUES (?, ?, ?)")) {
            put.setString(1, key.space());
            put.setString(2, key.key());
            put.setLong(3, at.index().value());
            put.executeUpdate();
        }
    }

    static long of(Connection connection, Topic.Key key) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT changed FROM catalog_changes WHERE space = ? AND name = ?")) {
            query.setString(1, key.space());
            query.setString(2, key.key());
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    return row.getLong(1);
                }
            }
        }
        return TopicIndexes.of(
                connection, key.space().equals(CatalogTopics.NODE) ? CatalogTopics.NODES : CatalogTopics.SERVICES);
    }
}
