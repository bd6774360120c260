package io.quorate.kv;

import io.quorate.consensus.Moment;
import io.quorate.session.Session;
import io.quorate.session.SessionDependants;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/** What a session held when it ends: it is given back or deleted, as the session says, and cannot be locked for its lock-delay. */
public final class KvLocks implements SessionDependants {
    private final LockDelays delays;

    public KvLocks(LockDelays delays) {
        this.delays = delays;
    }

    @Override
    public void sessionEnds(Session session, Moment at, Connection transaction, Set<Topic> changed)
            throws SQLException {
        for (KvEntry entry : KvTables.heldBy(transaction, session.id())) {
            switch (session.behavior()) {
                case RELEASE ->
                    KvTables.write(transaction, entry, entry.released(at.index().value(), at.wallMs()));
                case DELETE -> KvTables.delete(transaction, entry, at);
            }
            delays.begin(entry.key(), session.lockDelay());
            changed.add(KvTopics.key(entry.key()));
            changed.add(KvTopics.ANY);
        }
    }
}
