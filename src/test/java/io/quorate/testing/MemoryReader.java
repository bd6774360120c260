package io.quorate.testing;

import io.quorate.store.StateReader;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Reads a {@link MemoryState}. Whatever changed counts as all of it, and nothing waits. */
record MemoryReader(MemoryState state) implements StateReader {
    @Override
    public <T> Snapshot<T> read(Query<T> query) {
        return new Snapshot<>(state.read(query::run), state.index());
    }

    @Override
    public CompletableFuture<Boolean> await(Set<Topic> topics, long from, Duration timeout) {
        return CompletableFuture.completedFuture(from < state.index());
    }

    @Override
    public long changed(Set<Topic> topics) {
        return state.index();
    }

    @Override
    public long changed(Set<Topic> topics, Connection transaction) throws SQLException {
        long last = 0;
        for (Topic topic : topics) {
            last = Math.max(last, TopicIndexes.of(transaction, (Topic.Whole) topic));
        }
        return last;
    }

    @Override
    public long generation() {
        return 1;
    }

    @Override
    public long appliedIndex() {
        return state.index();
    }
}
