package io.quorate.session;

import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * What a feature above hangs on sessions, and what must happen to it when one ends: locks fall, for instance. {@link SessionFamily} and
 * {@link SessionEnds} are given the same ones, in the order in which they are told.
 */
@FunctionalInterface
public interface SessionDependants {
    /**
     * A session is about to end, for whatever reason: it was destroyed, was not renewed, its node went, or a check of it failed. Runs
     * in the transaction of that command, on the state machine's thread, while the session's row is still there; bound by the rules of
     * {@link io.quorate.consensus.CommandFamily#apply}.
     *
     * @param session says what becomes of its keys ({@link Session#behavior}), and for how long nobody may lock them
     *     ({@link Session#lockDelay}, which is not bounded)
     * @param changed what changed by it, to be added to
     */
    void sessionEnds(Session session, Moment at, Connection transaction, Set<Topic> changed) throws SQLException;
}
