package io.quorate.consensus.jraft;

import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whoever waits for an answer of one raft group. SOFAJRaft answers nearly always, but not when its disk hangs, when a task of its
 * own was lost, or when it is asked in the moment in which it stops: so each of them has a deadline, and all of them end with the
 * group. Safe for any thread; {@link #expire} is to be called regularly, by a thread that may run what hangs on an answer.
 */
final class Unanswered {
    private final Ticker ticker;
    private final LongAdder counter;
    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String ended;

    /** @param counter counts who was not answered */
    Unanswered(Ticker ticker, LongAdder counter) {
        this.ticker = ticker;
        this.counter = counter;
    }

    /** One that waits. Both methods may be called more than once, and after the answer. */
    interface Waiter {
        long deadlineNanos();

        /** @return true when it was still waiting */
        boolean giveUp(String why);

        /** The group is gone: nobody will touch again what the waiter gave it. */
        default boolean end(String why) {
            return giveUp(why);
        }
    }

    long deadlineIn(Duration time) {
        return ticker.nanos() + time.toNanos();
    }

    /**
     * Waits from now on, until {@link #answered}.
     *
     * @return false when the group has ended: nothing must be begun any more, and the waiter was ended
     */
    boolean add(Waiter waiter) {
        waiting.add(waiter);
        String why = ended;
        if (why == null) {
            return true;
        }
        answered(waiter);
        return false;
    }

    void answered(Waiter waiter) {
        waiting.remove(waiter);
    }

    /** Why nothing is begun any more; absent while the group lives. */
    @Nullable
    String ended() {
        return ended;
    }

    /**
     * A future that ends with whatever completes it first: its owner, the time, or the end of the group.
     *
     * @param failure what it ends with in the latter cases
     */
    <T extends @Nullable Object> CompletableFuture<T> future(
            Duration within, Function<String, RuntimeException> failure) {
        Plain<T> waiter = new Plain<>(deadlineIn(within), failure);
        CompletableFuture<?> unused = waiter.future.whenComplete((value, error) -> answered(waiter));
        if (!add(waiter)) {
            waiter.giveUp(String.valueOf(ended));
        }
        return waiter.future;
    }

    /** Ends those whose time is over. */
    void expire() {
        long now = ticker.nanos();
        for (Waiter waiter : waiting) {
            if (waiter.deadlineNanos() - now <= 0 && waiter.giveUp("raft did not answer in time")) {
                counter.increment();
            }
        }
    }

    /** Ends everybody, now and from now on. */
    void end(String why) {
        ended = why;
        for (Waiter waiter : waiting) {
            if (waiter.end(why)) {
                counter.increment();
            }
            answered(waiter);
        }
    }

    int count() {
        return waiting.size();
    }

    private static final class Plain<T extends @Nullable Object> implements Waiter {
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private final long deadlineNanos;
        private final Function<String, RuntimeException> failure;

        Plain(long deadlineNanos, Function<String, RuntimeException> failure) {
            this.deadlineNanos = deadlineNanos;
            this.failure = failure;
        }

        @Override
        public long deadlineNanos() {
            return deadlineNanos;
        }

        @Override
        public boolean giveUp(String why) {
            return !future.isDone() && future.completeExceptionally(failure.apply(why));
        }
    }
}
