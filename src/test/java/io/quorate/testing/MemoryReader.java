package io.quorate.testing;

import io.quorate.store.PendingArchive;
import io.quorate.store.StateReader;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            long changed = topic instanceof Topic.Whole whole
                    ? TopicIndexes.of(transaction, whole)
                    : state.changed(topic, transaction);
            last = Math.max(last, changed);
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

    /** What such a file holds is the store's affair: here it names the entry that it was taken at. */
    @Override
    public PendingArchive beginArchive() {
        long index = state.index();
        return new PendingArchive() {
            @Override
            public long index() {
                return index;
            }

            @Override
            public long term() {
                return 3;
            }

            @Override
            public void write(Path file) {
                try {
                    Files.writeString(file, "state at " + index);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void close() {}
        };
    }
}
