package io.quorate.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a change of which topic. A short memory of past changes closes the gap between a read and the wait that follows
 * it. Guarded by this; futures complete on the given executor, outside the lock.
 */
final class Wakes {
    private static final int MAX_WAITS = 100_000;
    private static final int MAX_REMEMBERED_TOPICS = 65_536;
    private static final int MAX_REMEMBERED_CHANGES = 4096;

    private final ScheduledExecutorService timers;
    private final Map<String, Set<Wait>> byTopic = new HashMap<>();
    private final ArrayDeque<Change> recent = new ArrayDeque<>();
    private int rememberedTopics;
    private int waits;
    /** Changes up to here are forgotten. */
    private long forgotten;

    Wakes(ScheduledExecutorService timers) {
        this.timers = timers;
    }

    CompletableFuture<Boolean> register(Set<String> topics, long index, Duration timeout) {
        Wait wait = new Wait(Set.copyOf(topics));
        synchronized (this) {
            if (index < forgotten || changedSince(wait.topics, index)) {
                return CompletableFuture.completedFuture(true);
            }
            if (waits >= MAX_WAITS) {
                return CompletableFuture.failedFuture(
                        new StateUnavailableException(MAX_WAITS + " blocking reads wait already"));
            }
            waits++;
            wait.topics.forEach(topic ->
                    byTopic.computeIfAbsent(topic, ignored -> new HashSet<>()).add(wait));
            try {
                wait.timer = timers.schedule(() -> end(List.of(wait), false), timeout.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                forget(wait);
                return CompletableFuture.completedFuture(false);
            }
        }
        return wait.future;
    }

    private boolean changedSince(Set<String> topics, long index) {
        for (var changes = recent.descendingIterator(); changes.hasNext(); ) {
            Change change = changes.next();
            if (change.index <= index) {
                return false;
            }
            for (String topic : topics) {
                if (change.topics.contains(topic)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** After the commit that applied up to this index. */
    void changed(Set<String> topics, long index) {
        if (topics.isEmpty()) {
            return;
        }
        List<Wait> woken = new ArrayList<>();
        synchronized (this) {
            recent.addLast(new Change(index, Set.copyOf(topics)));
            rememberedTopics += topics.size();
            while (rememberedTopics > MAX_REMEMBERED_TOPICS || recent.size() > MAX_REMEMBERED_CHANGES) {
                Change oldest = recent.removeFirst();
                rememberedTopics -= oldest.topics.size();
                forgotten = oldest.index;
            }
            for (String topic : topics) {
                woken.addAll(byTopic.getOrDefault(topic, Set.of()));
            }
            woken.forEach(this::forget);
        }
        complete(woken, true);
    }

    /** The content was exchanged: everybody looks again. False: it was closed. */
    void all(long index, boolean exchanged) {
        List<Wait> woken = new ArrayList<>();
        synchronized (this) {
            recent.clear();
            rememberedTopics = 0;
            forgotten = index;
            byTopic.values().forEach(woken::addAll);
            woken.forEach(this::forget);
        }
        complete(woken, exchanged);
    }

    private void end(List<Wait> ended, boolean changed) {
        synchronized (this) {
            ended.forEach(this::forget);
        }
        ended.forEach(wait -> wait.future.complete(changed));
    }

    private void complete(List<Wait> woken, boolean changed) {
        if (woken.isEmpty()) {
            return;
        }
        Runnable completing = () -> woken.forEach(wait -> wait.future.complete(changed));
        try {
            timers.execute(completing);
        } catch (RejectedExecutionException e) {
            completing.run();
        }
    }

    private void forget(Wait wait) {
        if (wait.over) {
            return;
        }
        wait.over = true;
        waits--;
        if (wait.timer != null) {
            wait.timer.cancel(false);
        }
        for (String topic : wait.topics) {
            Set<Wait> others = byTopic.get(topic);
            if (others != null) {
                others.remove(wait);
                if (others.isEmpty()) {
                    byTopic.remove(topic);
                }
            }
        }
    }

    private record Change(long index, Set<String> topics) {}

    private static final class Wait {
        private final Set<String> topics;
        private final CompletableFuture<Boolean> future = new CompletableFuture<>();
        private @Nullable ScheduledFuture<?> timer;
        private boolean over;

        Wait(Set<String> topics) {
            this.topics = topics;
        }
    }
}
