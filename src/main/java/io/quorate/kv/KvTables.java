package io.quorate.kv;

import io.quorate.consensus.Moment;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of keys in H2. */
final class KvTables {
    /*
     * Keys stand as bytes of UTF-8, because their order is that of their bytes; H2 compares texts by their UTF-16, which differs.
     * A key has one index beside its row, and no more: each further one would be paid for at every write. So what is asked by prefix
     * walks over the keys of that prefix, by the index alone where nothing else of the row is needed. Who holds which lock stands a
     * second time in a table of its own, which only locks are written to, because a session that ends must find what it held.
     *
     * Every deletion leaves a tombstone, one for each key, also of a whole tree: what is asked by prefix later is then exact for every
     * prefix, and who asks what has changed is told each key. The leader has them forgotten, the eldest first; kv_reaped keeps up to
     * which deletion, and older ones are never asked for. A key that is written again keeps its tombstone until then: its row is newer.
     */
    /** A key's length is bounded in UTF-16 characters, which take three bytes at most. */
    static final int MAX_KEY_BYTES = 3 * KvCommand.MAX_KEY;

    static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS kv_entries (k VARBINARY(" + MAX_KEY_BYTES + ") PRIMARY KEY,"
                    + " content VARBINARY(" + Value.MAX_BYTES + ") NOT NULL, flags BIGINT NOT NULL, session UUID,"
                    + " create_index BIGINT NOT NULL, modify_index BIGINT NOT NULL, lock_index BIGINT NOT NULL,"
                    + " modified_ms BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS kv_locks (k VARBINARY(" + MAX_KEY_BYTES + ") PRIMARY KEY,"
                    + " session UUID NOT NULL)",
            "CREATE INDEX IF NOT EXISTS kv_locks_by_session ON kv_locks (session, k)",
            "CREATE TABLE IF NOT EXISTS kv_tombstones (k VARBINARY(" + MAX_KEY_BYTES + ") PRIMARY KEY,"
                    + " deleted_index BIGINT NOT NULL, deleted_ms BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS kv_tombstones_by_index ON kv_tombstones (deleted_index, k)",
            "CREATE TABLE IF NOT EXISTS kv_reaped (one INT PRIMARY KEY, up_to BIGINT NOT NULL)");
    static final List<String> NAMES = List.of("kv_entries", "kv_locks", "kv_tombstones", "kv_reaped");

    private static final String ENTRY =
            "SELECT k, content, flags, session, create_index, modify_index, lock_index, modified_ms FROM kv_entries";
    private static final String IN_RANGE = " WHERE k >= ? AND k < ?";
    private static final String IN_ORDER = " ORDER BY k FETCH FIRST ? ROWS ONLY";

    private KvTables() {}

    static @Nullable KvEntry entry(Connection connection, String key) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(ENTRY + " WHERE k = ?")) {
            query.setBytes(1, KvRange.bytes(key));
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? entry(row) : null;
            }
        }
    }

    /** The first of them, as many as that at most. */
    static List<KvEntry> entries(Connection connection, KvRange range, int most) throws SQLException {
        List<KvEntry> entries = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(ENTRY + IN_RANGE + IN_ORDER)) {
            bind(query, range).setInt(3, most);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    entries.add(entry(row));
                }
            }
        }
        return entries;
    }

    /** The first keys of them, as many as that at most; read without their values. */
    static List<String> keys(Connection connection, KvRange range, int most) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT k FROM kv_entries" + IN_RANGE + IN_ORDER)) {
            bind(query, range).setInt(3, most);
            return keys(query);
        }
    }

    static long count(Connection connection, KvRange range) throws SQLException {
        return number(connection, "SELECT COUNT(*) FROM kv_entries" + IN_RANGE, range);
    }

    /** When one of those that are there was last changed; 0 when there is none. */
    static long lastChanged(Connection connection, KvRange range) throws SQLException {
        return number(connection, "SELECT MAX(modify_index) FROM kv_entries" + IN_RANGE, range);
    }

    /** When one of them was last deleted, as far as that is still known; 0 when it is not. */
    static long lastDeleted(Connection connection, KvRange range) throws SQLException {
        return number(connection, "SELECT MAX(deleted_index) FROM kv_tombstones" + IN_RANGE, range);
    }

    /** The same of one key. */
    static long deleted(Connection connection, String key) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT deleted_index FROM kv_tombstones WHERE k = ?")) {
            query.setBytes(1, KvRange.bytes(key));
            return number(query);
        }
    }

    /** Up to which index deletions are forgotten; 0 when none is. */
    static long reaped(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT up_to FROM kv_reaped WHERE one = 1")) {
            return number(query);
        }
    }

    /** The first of them that were changed after that index. */
    static List<KvEntry> changedSince(Connection connection, KvRange range, long since, int most) throws SQLException {
        List<KvEntry> entries = new ArrayList<>();
        try (PreparedStatement query =
                connection.prepareStatement(ENTRY + IN_RANGE + " AND modify_index > ?" + IN_ORDER)) {
            bind(query, range).setLong(3, since);
            query.setInt(4, most);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    entries.add(entry(row));
                }
            }
        }
        return entries;
    }

    /** The first keys of them that were deleted after that index and are still absent. */
    static List<String> deletedSince(Connection connection, KvRange range, long since, int most) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT k FROM kv_tombstones t" + IN_RANGE
                + " AND deleted_index > ? AND NOT EXISTS (SELECT 1 FROM kv_entries e WHERE e.k = t.k)" + IN_ORDER)) {
            bind(query, range).setLong(3, since);
            query.setInt(4, most);
            return keys(query);
        }
    }

    /** What that session holds. */
    static List<KvEntry> heldBy(Connection connection, UUID session) throws SQLException {
        List<String> keys;
        try (PreparedStatement query =
                connection.prepareStatement("SELECT k FROM kv_locks WHERE session = ? ORDER BY k")) {
            query.setObject(1, session);
            keys = keys(query);
        }
        List<KvEntry> held = new ArrayList<>(keys.size());
        for (String key : keys) {
            held.add(Objects.requireNonNull(entry(connection, key)));
        }
        return held;
    }

    /** When the eldest deletions were, the eldest first. */
    static List<Deletion> eldestDeletions(Connection connection, int most) throws SQLException {
        List<Deletion> deletions = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("SELECT deleted_index, deleted_ms FROM kv_tombstones"
                + " ORDER BY deleted_index, k FETCH FIRST ? ROWS ONLY")) {
            query.setInt(1, most);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    deletions.add(new Deletion(row.getLong(1), row.getLong(2)));
                }
            }
        }
        return deletions;
    }

    /** @param atMs wall time of the leader, in milliseconds since 1970 */
    record Deletion(long index, long atMs) {}

    /** @param before absent when the key was */
    static void write(Connection connection, @Nullable KvEntry before, KvEntry entry) throws SQLException {
        String sql = before == null
                ? "INSERT INTO kv_entries (content, flags, session, create_index, modify_index, lock_index, modified_ms, k)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                : "UPDATE kv_entries SET content = ?, flags = ?, session = ?, create_index = ?, modify_index = ?,"
                        + " lock_index = ?, modified_ms = ? WHERE k = ?";
        byte[] k = KvRange.bytes(entry.key());
        try (PreparedStatement write = connection.prepareStatement(sql)) {
            write.setBytes(1, entry.value().bytes());
            write.setLong(2, entry.flags());
            write.setObject(3, entry.session());
            write.setLong(4, entry.createIndex());
            write.setLong(5, entry.modifyIndex());
            write.setLong(6, entry.lockIndex());
            write.setLong(7, entry.modifiedMs());
            write.setBytes(8, k);
            write.executeUpdate();
        }
        UUID held = before == null ? null : before.session();
        if (!Objects.equals(held, entry.session())) {
            noteHolder(connection, k, entry.session());
        }
    }

    private static void noteHolder(Connection connection, byte[] k, @Nullable UUID session) throws SQLException {
        if (session == null) {
            deleteKey(connection, "DELETE FROM kv_locks WHERE k = ?", k);
            return;
        }
        try (PreparedStatement note =
                connection.prepareStatement("MERGE INTO kv_locks (k, session) KEY (k) VALUES (?, ?)")) {
            note.setBytes(1, k);
            note.setObject(2, session);
            note.executeUpdate();
        }
    }

    static void delete(Connection connection, KvEntry entry, Moment at) throws SQLException {
        byte[] k = KvRange.bytes(entry.key());
        deleteKey(connection, "DELETE FROM kv_entries WHERE k = ?", k);
        if (entry.session() != null) {
            deleteKey(connection, "DELETE FROM kv_locks WHERE k = ?", k);
        }
        try (PreparedStatement leave = connection.prepareStatement(
                "MERGE INTO kv_tombstones (k, deleted_index, deleted_ms) KEY (k) VALUES (?, ?, ?)")) {
            leave.setBytes(1, k);
            leave.setLong(2, at.index().value());
            leave.setLong(3, at.wallMs());
            leave.executeUpdate();
        }
    }

    private static void deleteKey(Connection connection, String sql, byte[] k) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setBytes(1, k);
            delete.executeUpdate();
        }
    }

    /** Whether there was any. */
    static boolean delete(Connection connection, KvRange range, Moment at) throws SQLException {
        try (PreparedStatement leave =
                        connection.prepareStatement("MERGE INTO kv_tombstones (k, deleted_index, deleted_ms) KEY (k)"
                                + " SELECT k, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM kv_entries" + IN_RANGE);
                PreparedStatement unlock = connection.prepareStatement("DELETE FROM kv_locks" + IN_RANGE);
                PreparedStatement delete = connection.prepareStatement("DELETE FROM kv_entries" + IN_RANGE)) {
            leave.setLong(1, at.index().value());
            leave.setLong(2, at.wallMs());
            leave.setBytes(3, range.from());
            leave.setBytes(4, range.to());
            leave.executeUpdate();
            bind(unlock, range).executeUpdate();
            return bind(delete, range).executeUpdate() > 0;
        }
    }

    /** Forgets deletions up to that index, the eldest first. Which ones is the same on every server. */
    static void reap(Connection connection, long upTo, int most) throws SQLException {
        try (PreparedStatement forget = connection.prepareStatement(
                        "DELETE FROM kv_tombstones WHERE k IN (SELECT k FROM kv_tombstones WHERE deleted_index <= ?"
                                + " ORDER BY deleted_index, k FETCH FIRST ? ROWS ONLY)");
                PreparedStatement note =
                        connection.prepareStatement("MERGE INTO kv_reaped (one, up_to) KEY (one) VALUES (1, ?)")) {
            forget.setLong(1, upTo);
            forget.setInt(2, most);
            forget.executeUpdate();
            note.setLong(1, Math.max(upTo, reaped(connection)));
            note.executeUpdate();
        }
    }

    private static PreparedStatement bind(PreparedStatement statement, KvRange range) throws SQLException {
        statement.setBytes(1, range.from());
        statement.setBytes(2, range.to());
        return statement;
    }

    private static long number(Connection connection, String sql, KvRange range) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            return number(bind(query, range));
        }
    }

    private static long number(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static List<String> keys(PreparedStatement query) throws SQLException {
        List<String> keys = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                keys.add(text(row.getBytes(1)));
            }
        }
        return keys;
    }

    private static KvEntry entry(ResultSet row) throws SQLException {
        return new KvEntry(
                text(row.getBytes(1)),
                new Value(Objects.requireNonNull(row.getBytes(2))),
                row.getLong(3),
                row.getObject(4, UUID.class),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8));
    }

    private static String text(byte @Nullable [] utf8) {
        return new String(Objects.requireNonNull(utf8), StandardCharsets.UTF_8);
    }
}
