package io.quorate.testing;

import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.CatalogFamily;
import io.quorate.catalog.StateReader;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.kernel.LogIndex;
import io.quorate.kv.KvFamily;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The catalog's tables in memory; each command goes through its bytes, one transaction each. */
public final class MemoryState implements StateReader, AutoCloseable {
    private final CatalogFamily family = new CatalogFamily();
    private final Connection connection;
    private volatile long index;
    public final Set<Topic> changed = new HashSet<>();

    public MemoryState() {
        try {
            connection = DriverManager.getConnection("jdbc:h2:mem:");
            connection.setAutoCommit(false);
            try (Statement ddl = connection.createStatement()) {
                ddl.execute(TopicIndexes.SCHEMA);
                for (String statement : family.schema()) {
                    ddl.execute(statement);
                }
                for (String statement : new KvFamily().schema()) {
                    ddl.execute(statement);
                }
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Applies it as the next entry. */
    public synchronized CommandFamily.Result apply(CatalogCommand command) {
        changed.clear();
        try {
            CatalogCommand decoded = family.form().of(family.form().bytes(command));
            CommandFamily.Result result =
                    family.apply(decoded, new Moment(new LogIndex(index + 1), index + 1), connection, changed);
            Map<Topic, Long> indexes = new HashMap<>();
            changed.forEach(topic -> indexes.put(topic, index + 1));
            TopicIndexes.save(connection, indexes);
            connection.commit();
            index++;
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    long changed(Topic topic, Connection transaction) throws SQLException {
        return family.changed(topic, transaction);
    }

    public long index() {
        return index;
    }

    @Override
    public synchronized <T> T read(Query<T> query) {
        try {
            return query.run(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same as the store gives it. Nothing waits here. */
    public io.quorate.store.StateReader reader() {
        return new MemoryReader(this);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
