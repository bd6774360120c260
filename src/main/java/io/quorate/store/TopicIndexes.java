package io.quorate.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The store's table of whole topics: at which index each changed last, written in the transaction of the change, so that it lasts
 * over restarts and stands in every archive. Of keys and prefixes nothing stands here: their rows and tombstones tell.
 */
public final class TopicIndexes {
    static final String TABLE = "quorate_topics";

    /** DDL, idempotent. */
    public static final String SCHEMA =
            "CREATE TABLE IF NOT EXISTS " + TABLE + " (name VARCHAR PRIMARY KEY, changed BIGINT NOT NULL)";

    private TopicIndexes() {}

    /** When the topic changed last, as the transaction sees it; 0 never. */
    public static long of(Connection transaction, Topic.Whole topic) throws SQLException {
        try (PreparedStatement query =
                transaction.prepareStatement("SELECT changed FROM " + TABLE + " WHERE name = ?")) {
            query.setString(1, topic.name());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    /** The last of all of them; of keys and prefixes their owner is asked. */
    static long of(Connection transaction, Set<Topic> topics, TableOwner<?> owner) throws SQLException {
        long last = 0;
        for (Topic topic : topics) {
            long index =
                    topic instanceof Topic.Whole whole ? of(transaction, whole) : owner.changed(topic, transaction);
            last = Math.max(last, index);
        }
        return last;
    }

    /** Writes those of them that are whole; only the store does so to its own table. */
    public static void save(Connection transaction, Map<Topic, Long> changed) throws SQLException {
        try (PreparedStatement merge =
                transaction.prepareStatement("MERGE INTO " + TABLE + " (name, changed) KEY (name) VALUES (?, ?)")) {
            for (Map.Entry<Topic, Long> entry : changed.entrySet()) {
                if (entry.getKey() instanceof Topic.Whole whole) {
                    merge.setString(1, whole.name());
                    merge.setLong(2, entry.getValue());
                    merge.executeUpdate();
                }
            }
        }
    }

    static Map<String, Long> all(Connection transaction) throws SQLException {
        Map<String, Long> all = new HashMap<>();
        try (Statement statement = transaction.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name, changed FROM " + TABLE)) {
            while (rows.next()) {
                all.put(rows.getString(1), rows.getLong(2));
            }
        }
        return all;
    }
}
