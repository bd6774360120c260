package io.quorate.consensus;

import io.quorate.kernel.ServerId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** Servers that were removed by hand, with the count of starts that each had then. Changed by the state machine's thread only. */
final class RemovedServers {
    static final String TABLE = "removed_servers";

    private final Map<ServerId, Long> pending = new HashMap<>();
    private volatile Map<ServerId, Long> all = Map.of();

    Map<ServerId, Long> all() {
        return all;
    }

    String schema() {
        return "CREATE TABLE IF NOT EXISTS " + TABLE
                + " (server_id VARCHAR(36) PRIMARY KEY, node VARCHAR(128) NOT NULL, starts BIGINT NOT NULL,"
                + " at_index BIGINT NOT NULL)";
    }

    void put(ServerCommand.Remove command, long index, Connection transaction) throws SQLException {
        try (PreparedStatement merge = transaction.prepareStatement(
                "MERGE INTO " + TABLE + " (server_id, node, starts, at_index) KEY (server_id) VALUES (?, ?, ?, ?)")) {
            merge.setString(1, command.server().toString());
            merge.setString(2, command.node().value());
            merge.setLong(3, command.starts());
            merge.setLong(4, index);
            merge.executeUpdate();
        }
        pending.put(command.server(), command.starts());
    }

    void publish() {
        if (!pending.isEmpty()) {
            Map<ServerId, Long> next = new HashMap<>(all);
            next.putAll(pending);
            pending.clear();
            all = Map.copyOf(next);
        }
    }

    void load(Connection transaction) throws SQLException {
        Map<ServerId, Long> next = new HashMap<>();
        try (Statement statement = transaction.createStatement();
                ResultSet rows = statement.executeQuery("SELECT server_id, starts FROM " + TABLE)) {
            while (rows.next()) {
                next.put(ServerId.of(rows.getString(1)), rows.getLong(2));
            }
        }
        pending.clear();
        all = Map.copyOf(next);
    }
}
