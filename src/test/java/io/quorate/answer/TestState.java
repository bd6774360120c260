package io.quorate.answer;

import io.quorate.Await;
import io.quorate.store.PendingArchive;
import io.quorate.store.StateReader;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A state without a row, whose topics change when a test says so. */
final class TestState implements StateReader {
    private final Connection connection;
    private final Map<Topic, Long> changed = new HashMap<>();
    private final List<Wait> waits = new ArrayList<>();
    private long index = 5;
    private long generation = 1;

    private record Wait(Set<Topic> topics, CompletableFuture<Boolean> woken) {}

    TestState() {
        try {
            connection = DriverManager.getConnection("jdbc:h2:mem:");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    TestState changed(Set<Topic> topics, long at) {
        change(topics, at);
        return this;
    }

    /** As an entry at that index would. */
    void change(Set<Topic> topics, long at) {
        List<Wait> woken = new ArrayList<>();
        synchronized (this) {
            index = at;
            topics.forEach(topic -> changed.put(topic, at));
            waits.removeIf(wait -> !Collections.disjoint(wait.topics(), topics) && woken.add(wait));
        }
        woken.forEach(wait -> wait.woken().complete(true));
    }

    synchronized void exchange() {
        generation++;
    }

    void awaitWaiters(int count) {
        Await.until("waiters", Duration.ofSeconds(10), () -> waiters() >= count);
    }

    synchronized int waiters() {
        return waits.size();
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
        CompletableFuture<Boolean> woken = new CompletableFuture<>();
        if (changed(topics) > from) {
            woken.complete(true);
            return woken;
        }
        waits.add(new Wait(topics, woken));
        return woken.completeOnTimeout(false, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public synchronized long changed(Set<Topic> topics) {
        return topics.stream()
                .mapToLong(topic -> changed.getOrDefault(topic, 0L))
                .max()
                .orElse(0);
    }

    @Override
    public long changed(Set<Topic> topics, Connection transaction) {
        return changed(topics);
    }

    @Override
    public synchronized long generation() {
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
}
