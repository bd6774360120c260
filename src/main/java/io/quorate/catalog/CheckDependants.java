package io.quorate.catalog;

import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * What a feature above the catalog has tied to a check, and what must end with it: sessions, for instance. {@link CatalogFamily} is
 * given all of them, in the order in which they are told. Of a node that goes, {@link NodeDependants} tells; not of each of its checks.
 */
@FunctionalInterface
public interface CheckDependants {
    /**
     * A check turns critical, or goes while its node stays. Runs in the transaction of the command, on the state machine's thread,
     * before the check's row is changed; bound by the rules of {@link io.quorate.consensus.CommandFamily#apply}. May be told again of
     * a check that is critical already.
     *
     * @param node as it is registered
     * @param changed what changed by it, to be added to
     */
    void checkFails(String node, String checkId, Moment at, Connection transaction, Set<Topic> changed)
            throws SQLException;
}
