package io.quorate.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store's content at one moment. */
final class StoreArchive implements PendingArchive {
    private static final Logger LOG = LoggerFactory.getLogger(StoreArchive.class);

    private final Generation generation;
    private final Connection connection;
    private final Archive.Head head;
    private final List<String> tables;
    private final Function<Exception, StateUnavailableException> failing;

    StoreArchive(
            Generation generation,
            Connection connection,
            Archive.Head head,
            List<String> tables,
            Function<Exception, StateUnavailableException> failing) {
        this.generation = generation;
        this.connection = connection;
        this.head = head;
        this.tables = tables;
        this.failing = failing;
    }

    @Override
    public long index() {
        return head.index();
    }

    @Override
    public long term() {
        return head.term();
    }

    @Override
    public void write(Path file) {
        try {
            Archive.write(file, head, tables, connection);
            generation.check();
        } catch (DamagedFileException e) {
            throw failing.apply(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw failing.apply(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.atDebug().setCause(e).log("a reading connection did not close in order");
        } finally {
            generation.leave();
        }
    }
}
