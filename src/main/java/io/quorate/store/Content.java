package io.quorate.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A database that is open, and all that is read of it before anybody uses it.
 *
 * @param mark up to where it holds the log
 * @param known when each topic last changed
 */
record Content(Generation generation, Generation.Applied mark, KnownChanges known) {
    /**
     * Reads a database and gives it to the owner of its tables.
     *
     * @param opened closed when this throws
     */
    static Content takeOver(Generation opened, TableOwner<?> owner) throws SQLException, DamagedFileException {
        try {
            Connection writer = opened.writer();
            Archive.check(writer, tables(owner));
            Generation.Applied found = Generation.applied(writer);
            KnownChanges known = new KnownChanges(TopicIndexes.all(writer), found.index());
            owner.loaded(writer);
            writer.rollback();
            opened.check();
            return new Content(opened, found, known);
        } catch (SQLException | DamagedFileException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** All that an archive holds: of each the order is kept. */
    static List<String> tables(TableOwner<?> owner) {
        return Stream.concat(Stream.of(TopicIndexes.TABLE), owner.tables().stream())
                .toList();
    }
}
