package io.quorate.session;

import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The sessions' rows in H2. */
final class SessionTables {
    /*
     * A session never changes, so what is not asked for by itself stands in one column, in the form in which it stands in the log. life
     * is 0 for a session that does not expire. Of reigns there is one row.
     */
    static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS session_sessions (id UUID PRIMARY KEY, holder VARCHAR NOT NULL,"
                    + " session VARBINARY NOT NULL, life BIGINT NOT NULL, create_index BIGINT NOT NULL,"
                    + " modified_ms BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS session_sessions_by_holder ON session_sessions (holder)",
            "CREATE INDEX IF NOT EXISTS session_sessions_by_index ON session_sessions (create_index)",
            "CREATE TABLE IF NOT EXISTS session_ties (holder VARCHAR NOT NULL, check_id VARCHAR NOT NULL,"
                    + " id UUID NOT NULL, PRIMARY KEY (holder, check_id, id))",
            "CREATE INDEX IF NOT EXISTS session_ties_by_id ON session_ties (id)",
            "CREATE TABLE IF NOT EXISTS session_reign (place INT PRIMARY KEY, reign UUID NOT NULL)");
    static final List<String> NAMES = List.of("session_sessions", "session_ties", "session_reign");

    private static final String ROW = "SELECT session, holder, create_index, modified_ms FROM session_sessions";
    /** As Consul sorts them: by their bytes. */
    private static final String SORTED = " ORDER BY id";

    private SessionTables() {}

    static @Nullable SessionRow find(Connection connection, UUID id) throws SQLException {
        List<SessionRow> rows = rows(connection, ROW + " WHERE id = ?", id);
        return rows.isEmpty() ? null : rows.get(0);
    }

    static List<SessionRow> all(Connection connection) throws SQLException {
        return rows(connection, ROW + SORTED);
    }

    static List<SessionRow> ofNode(Connection connection, String holder) throws SQLException {
        return rows(connection, ROW + " WHERE holder = ?" + SORTED, holder);
    }

    static List<SessionRow> tiedTo(Connection connection, String holder, String checkId) throws SQLException {
        return rows(
                connection,
                ROW + " WHERE id IN (SELECT id FROM session_ties WHERE holder = ? AND check_id = ?)" + SORTED,
                holder,
                checkId);
    }

    /** @param life nanoseconds; more than 0 */
    record Expiring(UUID id, long life) {}

    /** Those that expire and were created after that entry. */
    static List<Expiring> expiring(Connection connection, long after) throws SQLException {
        List<Expiring> found = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT id, life FROM session_sessions WHERE create_index > ? AND life > 0")) {
            query.setLong(1, after);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(new Expiring(row.getObject(1, UUID.class), row.getLong(2)));
                }
            }
        }
        return found;
    }

    static void begin(Connection transaction, SessionRow row, Set<String> ties, Set<Topic> changed)
            throws SQLException {
        Session session = row.session();
        try (PreparedStatement insert = transaction.prepareStatement(
                "INSERT INTO session_sessions (id, holder, session, life, create_index, modified_ms)"
                        + " VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setObject(1, session.id());
            insert.setString(2, row.holder());
            insert.setBytes(3, SessionForms.column(session));
            insert.setLong(4, session.life().toNanos());
            insert.setLong(5, row.createIndex());
            insert.setLong(6, row.sinceMs());
            insert.executeUpdate();
        }
        try (PreparedStatement insert =
                transaction.prepareStatement("INSERT INTO session_ties (holder, check_id, id) VALUES (?, ?, ?)")) {
            for (String checkId : ties) {
                insert.setString(1, row.holder());
                insert.setString(2, checkId);
                insert.setObject(3, session.id());
                insert.executeUpdate();
            }
        }
        changed.addAll(SessionTopics.of(row));
    }

    static void end(Connection transaction, SessionRow row, Set<Topic> changed) throws SQLException {
        for (String sql :
                List.of("DELETE FROM session_ties WHERE id = ?", "DELETE FROM session_sessions WHERE id = ?")) {
            try (PreparedStatement delete = transaction.prepareStatement(sql)) {
                delete.setObject(1, row.session().id());
                delete.executeUpdate();
            }
        }
        changed.addAll(SessionTopics.of(row));
    }

    static @Nullable UUID reign(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT reign FROM session_reign");
                ResultSet row = query.executeQuery()) {
            return row.next() ? row.getObject(1, UUID.class) : null;
        }
    }

    static void crown(Connection transaction, UUID reign) throws SQLException {
        try (PreparedStatement put =
                transaction.prepareStatement("MERGE INTO session_reign (place, reign) KEY (place) VALUES (1, ?)")) {
            put.setObject(1, reign);
            put.executeUpdate();
        }
    }

    private static List<SessionRow> rows(Connection connection, String sql, Object... parameters) throws SQLException {
        List<SessionRow> rows = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                query.setObject(i + 1, parameters[i]);
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(new SessionRow(
                            SessionForms.fromColumn(row.getBytes(1)),
                            row.getString(2),
                            row.getLong(3),
                            row.getLong(4)));
                }
            }
        }
        return rows;
    }
}
