package io.quorate.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Reads of the replicated state as this server has applied it. Safe for any thread. */
public interface StateReader {
    /**
     * Runs the query in one transaction of its own that sees one moment. Waits up to 5 s for a free connection.
     *
     * @throws StateUnavailableException when no state is open, it fails, or every connection is taken
     */
    <T> Snapshot<T> read(Query<T> query);

    /**
     * Completes with true once one of the topics changed after that index, or the whole content was exchanged; with false when
     * the time is up or the state is closed. Completes at once when the change has been already; may wake without one.
     * Exceptionally with {@link StateUnavailableException} when no state is open or 100 000 waits are registered. Blocks
     * nothing. Completes on the store's own thread: what follows must not block.
     *
     * @param index of the {@link Snapshot} that the caller has
     */
    CompletableFuture<Boolean> await(Set<String> topics, long index, Duration timeout);

    /** Index of the last entry applied; 0 before the first or when no state is open. */
    long appliedIndex();

    /** A query; the connection is only for it, must not be closed, and writes nothing. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    /** @param index of the last entry that the value has seen */
    record Snapshot<T>(T value, long index) {}
}
