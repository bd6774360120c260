package io.quorate.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.h2.jdbcx.JdbcDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bounded number of reading connections that stay open, each of which sees one moment per transaction. Safe for any thread. */
final class Readers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final int MOST = 16;
    private static final int WAIT_S = 5;

    private final JdbcDataSource source;
    private final Semaphore places = new Semaphore(MOST, true);
    /** The one that was used last is the next: what it needs is in the caches still. Guarded by itself. */
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();

    private volatile boolean closed;

    Readers(JdbcDataSource source) {
        this.source = source;
    }

    /** Whose transaction has not begun; to be given back. @throws SQLException also when every one is taken for 5 s */
    Connection take() throws SQLException {
        try {
            if (!places.tryAcquire(WAIT_S, TimeUnit.SECONDS)) {
                throw new SQLException("each of the " + MOST + " connections is in use");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for a connection", e);
        }
        try {
            Connection free;
            synchronized (idle) {
                free = idle.pollFirst();
            }
            return free == null ? open(source) : free;
        } catch (SQLException | RuntimeException e) {
            places.release();
            throw e;
        }
    }

    /** Ends its transaction; one that cannot do that is not used again. */
    void giveBack(Connection used) {
        try {
            used.rollback();
            if (closed) {
                close(used);
            } else {
                synchronized (idle) {
                    idle.addFirst(used);
                }
            }
        } catch (SQLException | RuntimeException e) {
            close(used);
        } finally {
            places.release();
        }
    }

    /** A reading connection of its own, snapshot isolated. */
    static Connection open(JdbcDataSource source) throws SQLException {
        Connection connection = source.getConnection();
        try {
            connection.setAutoCommit(false);
            // Once: it stays so for the life of the session.
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SNAPSHOT");
            }
            return PreparedOnce.of(connection);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Those that are in use are closed when they come back. */
    @Override
    public void close() {
        closed = true;
        synchronized (idle) {
            idle.forEach(Readers::close);
            idle.clear();
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.atDebug().setCause(e).log("a reading connection did not close in order");
        }
    }
}
