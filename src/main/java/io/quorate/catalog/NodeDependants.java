package io.quorate.catalog;

import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * What a feature above the catalog keeps of a node, and what must go with it: a node's sessions, for instance, and what they held.
 * {@link CatalogFamily} is given all of them, in the order in which they are told.
 */
@FunctionalInterface
public interface NodeDependants {
    /**
     * A node is about to go. Runs in the transaction of the command, on the state machine's thread, while the node's rows are still
     * there; bound by the rules of {@link io.quorate.consensus.CommandFamily#apply}.
     *
     * @param changed what changed by it, to be added to
     */
    void nodeGoes(String node, Moment at, Connection transaction, Set<Topic> changed) throws SQLException;
}
