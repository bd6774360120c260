package io.quorate.store;

import io.quorate.runtime.Ticker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is told of changes beside the database. {@link #opened}, {@link #commit}, {@link #wake} and {@link #closed} belong to the state
 * machine's thread; asking and waiting to any.
 */
final class Topics {
    /*
     * A change goes through three moments, in this order: raised (its topics have its index in memory), committed (a query can see
     * it), published (the applied index is its). Then the waiting are woken, and then writers are answered.
     *
     * Who keeps an answer that was read at index s asks whether any of its topics was raised above s. If not, no change above s was
     * committed to them at the moment of asking, because it would have been raised before: the answer is what a query would give.
     * Raised after the commit, a reader could see the new rows, or a writer its own success, and then be given the old answer.
     * Who read a newer index through the log waits for the published one, and finds all up to it raised.
     *
     * Who waits is woken for what is published only. A change that is raised and not committed yet would wake a reader that finds the
     * old rows, waits again, and is woken again, for as long as the commit takes; it is registered instead, and the wake that follows
     * the commit finds it. Who asks between commit and wake sees the published index and need not wait.
     */
    private final Waits waits;
    private final LongSupplier published;
    private volatile @Nullable KnownChanges known;

    /** @param published the applied index; asked by any thread */
    Topics(ScheduledExecutorService others, Ticker ticker, LongSupplier published) {
        this.waits = new Waits(others, ticker);
        this.published = published;
    }

    /** The content is another: before it can be read. {@link #exchanged} comes after that. */
    void opened(KnownChanges content) {
        known = content;
    }

    /** Those who wait for the old content look again. */
    void exchanged() {
        waits.all(true);
    }

    void closed() {
        known = null;
        waits.all(false);
    }

    /**
     * Raises the topics, then has their changes committed.
     *
     * @param changed the last index of each
     */
    void commit(Map<Topic, Long> changed, Commit committing) throws SQLException {
        KnownChanges present = known;
        if (present != null) {
            changed.forEach(present::raise);
        }
        committing.commit();
    }

    /** Makes what was changed visible. */
    @FunctionalInterface
    interface Commit {
        void commit() throws SQLException;
    }

    /** After the index was published. */
    void wake(Set<Topic> changed) {
        if (!changed.isEmpty()) {
            waits.changed(changed);
        }
    }

    long changed(Set<Topic> topics) {
        KnownChanges present = known;
        if (present == null) {
            return Long.MAX_VALUE;
        }
        long last = 0;
        for (Topic topic : topics) {
            last = Math.max(last, present.changed(topic));
        }
        return last;
    }

    CompletableFuture<Boolean> await(Set<Topic> topics, long index, Duration timeout) {
        KnownChanges present = known;
        if (present == null) {
            return CompletableFuture.failedFuture(new StateUnavailableException("no state is open"));
        }
        return waits.register(topics, timeout, () -> known != present || isMet(present, topics, index));
    }

    private boolean isMet(KnownChanges present, Set<Topic> topics, long index) {
        for (Topic topic : topics) {
            // In this order: what is forgotten between the two questions is known to the first or counts for the
            // second.
            long last = present.known(topic);
            if (present.floor(topic) > index || (last > index && last <= published.getAsLong())) {
                return true;
            }
        }
        return false;
    }
}
