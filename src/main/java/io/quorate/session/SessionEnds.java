package io.quorate.session;

import io.quorate.catalog.CheckDependants;
import io.quorate.catalog.NodeDependants;
import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** How sessions end: with all that hangs on them. Also for the catalog, with a node or when a check fails. */
public final class SessionEnds implements NodeDependants, CheckDependants {
    private final List<SessionDependants> dependants;

    /** @param dependants in the order in which they are told that a session ends */
    public SessionEnds(List<SessionDependants> dependants) {
        this.dependants = List.copyOf(dependants);
    }

    @Override
    public void nodeGoes(String node, Moment at, Connection transaction, Set<Topic> changed) throws SQLException {
        for (SessionRow row : SessionTables.ofNode(transaction, node)) {
            end(row, at, transaction, changed);
        }
    }

    @Override
    public void checkFails(String node, String checkId, Moment at, Connection transaction, Set<Topic> changed)
            throws SQLException {
        for (SessionRow row : SessionTables.tiedTo(transaction, node, checkId)) {
            end(row, at, transaction, changed);
        }
    }

    void end(SessionRow row, Moment at, Connection transaction, Set<Topic> changed) throws SQLException {
        for (SessionDependants each : dependants) {
            each.sessionEnds(row.session(), at, transaction, changed);
        }
        SessionTables.end(transaction, row, changed);
    }
}
