package io.quorate.store;

import io.quorate.runtime.Disk;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database file and its connections. The writer belongs to the apply thread; readers are counted, so that a retired file
 * is closed by the last of them.
 */
final class Generation {
    private static final Logger LOG = LoggerFactory.getLogger(Generation.class);
    private static final String NAME = "db-";
    private static final long NANOS_PER_MS = 1_000_000;

    /** Rows of our own: whose state this is, how far it is applied, and how far the log was known to be on disk. */
    private static final List<String> OWN = List.of(
            "CREATE TABLE IF NOT EXISTS quorate_state (one INT PRIMARY KEY, cluster VARCHAR(200) NOT NULL,"
                    + " token VARCHAR(200) NOT NULL, applied_index BIGINT NOT NULL, applied_term BIGINT NOT NULL,"
                    + " synced_index BIGINT NOT NULL)",
            TopicIndexes.SCHEMA);

    private final long number;
    private final Path file;
    private final JdbcDataSource source;
    private final Readers readers;
    private final Connection writer;
    private int users;
    private boolean retired;
    private boolean closed;

    private Generation(long number, Path file, JdbcDataSource source, Connection writer) {
        this.number = number;
        this.file = file;
        this.source = source;
        this.readers = new Readers(source);
        this.writer = PreparedOnce.of(writer);
    }

    /** Opens or makes the file. */
    static Generation open(Path folder, long number, List<String> schema) throws SQLException {
        Path base = folder.resolve(NAME + number);
        if (base.toString().indexOf(';') >= 0) {
            throw new SQLException("the data directory's path must not contain a semicolon: " + base);
        }
        CheckedPath.register();
        CheckedPath.forget(file(folder, number));
        JdbcDataSource source = new JdbcDataSource();
        // The log is the truth: no sync at commit, no compaction at close, no closing by H2's own hook.
        source.setURL("jdbc:h2:" + CheckedPath.PREFIX + base.toAbsolutePath()
                + ";DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=-1;MAX_COMPACT_TIME=0;WRITE_DELAY=500;CACHE_SIZE=16384");
        source.setUser("sa");
        source.setPassword("");
        Connection writer = source.getConnection();
        try {
            writer.setAutoCommit(false);
            try (Statement statement = writer.createStatement()) {
                for (String ddl : OWN) {
                    statement.execute(ddl);
                }
                for (String ddl : schema) {
                    statement.execute(ddl);
                }
            }
            writer.commit();
            return new Generation(number, file(folder, number), source, writer);
        } catch (SQLException | RuntimeException e) {
            shutdown(writer);
            throw e;
        }
    }

    static Path file(Path folder, long number) {
        return folder.resolve(NAME + number + ".mv.db");
    }

    static void delete(Disk disk, Path folder, long number) throws IOException {
        CheckedPath.forget(file(folder, number));
        disk.delete(file(folder, number));
        disk.delete(CheckedPath.sums(file(folder, number)));
        disk.delete(folder.resolve(NAME + number + ".trace.db"));
    }

    static void deleteAll(Disk disk, Path folder) throws IOException {
        for (Path file : disk.list(folder)) {
            if (file.getFileName().toString().startsWith(NAME)) {
                disk.delete(file);
            }
        }
    }

    long number() {
        return number;
    }

    Path file() {
        return file;
    }

    /** @throws DamagedFileException when any part of the file that was read since it was opened is not what was written */
    void check() throws DamagedFileException {
        String damage = CheckedPath.damage(file);
        if (damage != null) {
            throw new DamagedFileException(damage);
        }
    }

    Connection writer() {
        return writer;
    }

    /** What the writer has begun. */
    void rollback(Exception cause) {
        try {
            writer.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** False when it is retired: take the present one. */
    synchronized boolean enter() {
        if (retired) {
            return false;
        }
        users++;
        return true;
    }

    void leave() {
        boolean last;
        synchronized (this) {
            users--;
            notifyAll();
            last = retired && users == 0;
        }
        if (last) {
            close();
        }
    }

    /** No new users; closed by the last one, or now. */
    void retire() {
        boolean last;
        synchronized (this) {
            retired = true;
            last = users == 0;
        }
        if (last) {
            close();
        }
    }

    /** No new users; closes when the last is gone or the time is up. */
    void retireAndWait(Duration longest, Ticker ticker) {
        synchronized (this) {
            retired = true;
            long end = ticker.nanos() + longest.toNanos();
            try {
                for (long left = longest.toMillis();
                        users > 0 && left > 0;
                        left = (end - ticker.nanos()) / NANOS_PER_MS) {
                    wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        close();
    }

    /** Ends whatever still reads. */
    void close() {
        synchronized (this) {
            retired = true;
            if (closed) {
                return;
            }
            closed = true;
        }
        readers.close();
        shutdown(writer);
    }

    /** Where reads take their connection and give it back. */
    Readers readers() {
        return readers;
    }

    /** One beside them, so that a long snapshot takes no reader's place. */
    Connection extraReader() throws SQLException {
        return Readers.open(source);
    }

    private static void shutdown(Connection connection) {
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        } catch (SQLException e) {
            LOG.atDebug().setCause(e).log("database did not close in order");
        }
    }

    /** The row of our own, as the given transaction sees it; absent in a new file. */
    static Applied applied(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "SELECT cluster, token, applied_index, applied_term, synced_index FROM quorate_state"
                                + " WHERE one = 1");
                ResultSet row = query.executeQuery()) {
            return row.next()
                    ? new Applied(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5))
                    : Applied.NONE;
        }
    }

    static void setApplied(Connection connection, Applied applied) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(
                "MERGE INTO quorate_state (one, cluster, token, applied_index, applied_term, synced_index)"
                        + " VALUES (1, ?, ?, ?, ?, ?)")) {
            merge.setString(1, applied.cluster());
            merge.setString(2, applied.token());
            merge.setLong(3, applied.index());
            merge.setLong(4, applied.term());
            merge.setLong(5, applied.synced());
            merge.executeUpdate();
        }
    }

    /**
     * @param cluster empty in a new file
     * @param synced the last applied entry that was known to be on this server's disk, in its log or a snapshot; may be below
     *     the index, because what a majority of the others stored is applied before the own disk is sure of it, and above it
     *     while a database that was thrown away is filled again
     */
    record Applied(String cluster, String token, long index, long term, long synced) {
        static final Applied NONE = new Applied("", "", 0, 0, 0);

        boolean isOf(StoreIdentity wanted) {
            return cluster.equals(wanted.cluster().toString()) && token.equals(wanted.token());
        }

        /** Why the database must be thrown away; absent when it fits. */
        @Nullable
        String unfit(StoreIdentity wanted, LogView log) {
            if (!isOf(wanted)) {
                return cluster.equals(wanted.cluster().toString())
                        ? "it belongs to another raft directory"
                        : "it belongs to cluster " + cluster;
            }
            if (index > log.lastIndex()) {
                // A leader applies what the others stored before its own disk is sure of it: nothing of ours was lost.
                return "it has applied entry " + index + ", and the log ends at " + log.lastIndex();
            }
            long inLog = log.termAt(index);
            return index > 0 && inLog != term
                    ? "entry " + index + " has term " + term + " in it, but " + inLog + " in the log"
                    : null;
        }

        Applied at(long newIndex, long newTerm) {
            return new Applied(cluster, token, newIndex, newTerm, synced);
        }

        /** What was committed is never cut off again, so that this only grows. */
        Applied durable(long logIndex) {
            return new Applied(cluster, token, index, term, Math.max(synced, Math.min(index, logIndex)));
        }
    }
}
