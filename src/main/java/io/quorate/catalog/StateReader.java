package io.quorate.catalog;

import java.sql.Connection;
import java.sql.SQLException;

/** Reads of the replicated state as this server has applied it. Safe for any thread; may wait for the disk. */
public interface StateReader {
    /**
     * Runs the query in one transaction of its own that sees one moment.
     *
     * @throws io.quorate.store.StateUnavailableException when no state is open, or it cannot be read now
     */
    <T> T read(Query<T> query);

    /** A query; the connection is only for it, must not be closed, and writes nothing. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }
}
