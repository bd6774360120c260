package io.quorate.session;

import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.CatalogFamily;
import io.quorate.catalog.Check;
import io.quorate.catalog.Node;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.kernel.LogIndex;
import io.quorate.store.PendingArchive;
import io.quorate.store.StateReader;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Catalog and sessions in memory; each command goes through its bytes and is one transaction. Waits end when something changed, and
 * never by time. Safe for any thread.
 */
public final class SessionState implements StateReader, AutoCloseable {
    private final CommandCodec codec;
    private final Connection connection;
    private final List<Wait> waits = new ArrayList<>();
    private final Map<Topic, Long> last = new HashMap<>();
    private long index;
    public final Set<Topic> changed = new HashSet<>();
    public long generation = 1;

    private record Wait(Set<Topic> topics, CompletableFuture<Boolean> future) {}

    public SessionState(SessionDependants... dependants) {
        SessionEnds ends = new SessionEnds(List.of(dependants));
        codec = new CommandCodec(List.of(new CatalogFamily(List.of(ends), List.of(ends)), new SessionFamily(ends)));
        try {
            connection = DriverManager.getConnection("jdbc:h2:mem:");
            connection.setAutoCommit(false);
            try (Statement ddl = connection.createStatement()) {
                ddl.execute(TopicIndexes.SCHEMA);
                for (CommandFamily<?, ?> family : codec.families()) {
                    for (String statement : family.schema()) {
                        ddl.execute(statement);
                    }
                }
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Session session(UUID id, String node, Duration life, String... checks) {
        return new Session(
                id,
                "lock",
                node,
                Duration.ofSeconds(15),
                Session.Behavior.RELEASE,
                life.isZero() ? "" : life.toSeconds() + "s",
                life,
                List.of(checks),
                null);
    }

    public void register(String node, Check... checks) {
        apply(CatalogCommand.Register.node(new Node(node, "", "10.0.0.1", null, null), List.of(checks)));
    }

    public static Check check(String id, String status) {
        return Check.ofNode(id, id, status, "", "");
    }

    /** Applies it as the next entry. */
    public synchronized CommandFamily.Result apply(Command<CommandFamily.Result> command) {
        changed.clear();
        try {
            CommandFamily.Result result = apply(codec.decode(codec.encode(command, 1000 + index)));
            Map<Topic, Long> indexes = new HashMap<>();
            changed.forEach(topic -> indexes.put(topic, index));
            TopicIndexes.save(connection, indexes);
            connection.commit();
            last.putAll(indexes);
            List<Wait> met = waits.stream()
                    .filter(wait -> wait.topics().stream().anyMatch(changed::contains))
                    .toList();
            waits.removeAll(met);
            met.forEach(wait -> wait.future().complete(true));
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private <C extends Command<R>, R> CommandFamily.Result apply(CommandCodec.Decoded<C, R> decoded)
            throws SQLException {
        index++;
        return (CommandFamily.Result) decoded.family()
                .apply(decoded.command(), new Moment(new LogIndex(index), decoded.wallMs()), connection, changed);
    }

    /** Of that session; absent when it does not live. */
    @Nullable
    SessionRow find(UUID id) {
        return read(transaction -> java.util.Optional.ofNullable(SessionTables.find(transaction, id)))
                .value()
                .orElse(null);
    }

    List<SessionRow> all() {
        return read(SessionTables::all).value();
    }

    long rowsOf(String table) {
        return read(transaction -> {
                    try (Statement statement = transaction.createStatement();
                            var row = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
                        row.next();
                        return row.getLong(1);
                    }
                })
                .value();
    }

    @Override
    public synchronized <T> Snapshot<T> read(Query<T> query) {
        try {
            return new Snapshot<>(query.run(connection), index);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized CompletableFuture<Boolean> await(Set<Topic> topics, long from, Duration timeout) {
        if (topics.stream().anyMatch(topic -> last.getOrDefault(topic, 0L) > from)) {
            return CompletableFuture.completedFuture(true);
        }
        Wait wait = new Wait(topics, new CompletableFuture<>());
        waits.add(wait);
        return wait.future();
    }

    /** The content is another. */
    void exchanged() {
        generation++;
        List<Wait> all = List.copyOf(waits);
        waits.clear();
        all.forEach(wait -> wait.future().complete(true));
    }

    @Override
    public synchronized long changed(Set<Topic> topics) {
        return topics.stream()
                .mapToLong(topic -> last.getOrDefault(topic, 0L))
                .max()
                .orElse(0);
    }

    @Override
    public long changed(Set<Topic> topics, Connection transaction) throws SQLException {
        long latest = 0;
        for (Topic topic : topics) {
            long of = topic instanceof Topic.Whole whole
                    ? TopicIndexes.of(transaction, whole)
                    : ofKey(topic, transaction);
            latest = Math.max(latest, of);
        }
        return latest;
    }

    private long ofKey(Topic topic, Connection transaction) throws SQLException {
        for (CommandFamily<?, ?> family : codec.families()) {
            if (topic instanceof Topic.Key key && family.spaces().contains(key.space())) {
                return family.changed(topic, transaction);
            }
        }
        throw new IllegalArgumentException("nobody keeps " + topic);
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public synchronized long appliedIndex() {
        return index;
    }

    @Override
    public PendingArchive beginArchive() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
