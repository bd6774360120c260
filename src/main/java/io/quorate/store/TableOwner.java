package io.quorate.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Who owns the tables and knows what an entry of the log means in them. The store knows neither commands nor features.
 *
 * @param <R> what an entry came to
 */
public interface TableOwner<R> {
    /** DDL, idempotent. */
    List<String> schema();

    /** Every table of the state, in the order in which an archive holds them. */
    List<String> tables();

    /**
     * Carries one entry out inside the apply transaction.
     *
     * @param changed what the entry changed, to be added to
     * @throws SQLException the transaction is rolled back and the store is broken from then on; so does a RuntimeException
     */
    R apply(byte[] entry, long index, Connection transaction, Set<Topic> changed) throws SQLException;

    /**
     * When the key, or any key that begins with the prefix, changed last, as the transaction sees it: from its rows and from what is
     * left of those that are gone. Asked for {@link Topic.Key} and {@link Topic.Prefix} only.
     */
    default long changed(Topic topic, Connection transaction) throws SQLException {
        throw new IllegalArgumentException("nobody keeps " + topic);
    }

    /** Called when the whole content was exchanged or opened, before anybody reads it; for what is kept in memory beside it. */
    void loaded(Connection transaction) throws SQLException;

    /** Called after each commit of entries, before their index is told to anybody. */
    default void committed() {}
}
