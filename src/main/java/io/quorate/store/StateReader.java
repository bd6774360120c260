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
     * the time is up or the state is closed. Completes at once when the change has been already, or when it is not known any more
     * whether it has; may wake without one. Exceptionally with {@link StateUnavailableException} when no state is open or 100 000
     * waits are registered. Blocks nothing. Completes on the store's own thread: what follows must not block.
     *
     * <p>Who reads again after each wake, and waits from the index of that new {@link Snapshot}, misses no change and is not woken
     * over and over by one that was forgotten: of what it has read, nothing older can be in question.
     *
     * @param topics 256 at most
     * @param index of the {@link Snapshot} that the caller has
     * @param timeout one hour at most: what is longer is cut; met up to a tenth of a second late
     * @throws IllegalArgumentException for more topics
     */
    CompletableFuture<Boolean> await(Set<Topic> topics, long index, Duration timeout);

    /**
     * The last index at which one of the topics changed, as far as it is known in memory: never less than it is, more where changes of
     * keys were forgotten. A change is told before it can be read, so that what was read at an index that is not less than this is
     * still what would be read now. {@link Long#MAX_VALUE} when no state is open. Costs no query and takes no lock.
     */
    long changed(Set<Topic> topics);

    /**
     * The last index at which one of the topics changed, as that transaction sees it: exact, for keys from their rows and from what
     * is left of those that are gone.
     */
    long changed(Set<Topic> topics, Connection transaction) throws SQLException;

    /**
     * Another number whenever the whole content was exchanged, opened or closed: what was read before says nothing of what comes after.
     * Asked before the read whose value is kept; never used twice.
     */
    long generation();

    /** Index of the last entry applied; 0 before the first or when no state is open. */
    long appliedIndex();

    /**
     * Takes hold of the state as it is now; written later by any one thread while applying goes on.
     *
     * @throws StateUnavailableException when no state is open, or it fails
     */
    PendingArchive beginArchive();

    /** A query; the connection is only for it, must not be closed, and writes nothing. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    /** @param index of the last entry that the value has seen */
    record Snapshot<T>(T value, long index) {}
}
