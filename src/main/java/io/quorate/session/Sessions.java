package io.quorate.session;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/** What features above look up of sessions in a transaction of their own. */
public final class Sessions {
    private Sessions() {}

    /** Empty when no such session lives. */
    public static Optional<Session> find(Connection transaction, UUID id) throws SQLException {
        return Optional.ofNullable(SessionTables.find(transaction, id)).map(SessionRow::session);
    }
}
