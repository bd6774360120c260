package io.quorate.answer;

import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that this server's state has everything that was committed when it was asked. Safe for any thread, never blocks.
 */
final class Confirmation {
    /*
     * A read index costs a message to the leader or to a majority, whatever the number of reads that wait for it. So one is under way
     * at a time, and whoever asks meanwhile waits for the next: a read may only use an index that was taken after it was asked, hence
     * never the one that is under way. Under load each takes in everybody who came during the one before; alone, a read waits for
     * none.
     *
     * A follower that has the index may still lack the entries up to it: it hears that they are committed only by the leader's next
     * message, up to a heartbeat later. Then the leader answers sooner than this server can, and whoever waits is told so. The index
     * that is late goes on alone; nobody who comes later waits behind it. Late is no confirmation: a server that takes itself for the
     * leader, and may have stood still while another was elected, has nobody to send the read to, and waits for the index itself.
     *
     * under way: the round whose barrier was asked for last and is neither done nor late; next: those who came since. Both guarded by
     * this; a round's future is completed outside the lock, because what follows may come straight back.
     */
    private final Supplier<CompletableFuture<@Nullable Void>> barrier;
    private final Timers timers;
    private final @Nullable Duration patience;
    private @Nullable Round underWay;
    private @Nullable Round next;

    /** Whether this server has it all. */
    enum Outcome {
        CURRENT,
        /** Not in the time that it is worth waiting. */
        LATE
    }

    /**
     * One read index.
     *
     * @param soon ends when it is applied here, or late
     * @param sure ends when it is applied here, and with nothing else
     */
    record Round(CompletableFuture<Outcome> soon, CompletableFuture<Outcome> sure) {
        Round() {
            this(new CompletableFuture<>(), new CompletableFuture<>());
        }
    }

    /** @param patience how long a round may take before it counts as late; absent: as long as the barrier takes */
    Confirmation(Supplier<CompletableFuture<@Nullable Void>> barrier, Timers timers, @Nullable Duration patience) {
        this.barrier = barrier;
        this.timers = timers;
        this.patience = patience;
    }

    /** Exceptionally as the barrier. Completes on threads of raft's: what follows must not block. */
    Round ask() {
        Round mine;
        synchronized (this) {
            if (underWay != null) {
                if (next == null) {
                    next = new Round();
                }
                return next;
            }
            mine = new Round();
            underWay = mine;
        }
        start(mine);
        return mine;
    }

    private void start(Round round) {
        Timers.@Nullable Timer late = null;
        try {
            CompletableFuture<?> confirmed = barrier.get();
            if (patience != null && !confirmed.isDone()) {
                late = timers.after(patience, () -> end(round, Outcome.LATE, null));
            }
            Timers.@Nullable Timer timer = late;
            Failures.whenDone(confirmed, Duty.HELPFUL, "read index", (done, failure) -> {
                if (timer != null) {
                    timer.cancel();
                }
                end(round, Outcome.CURRENT, failure);
            });
        } catch (RejectedExecutionException e) {
            // The agent stops; the barrier itself still ends.
            end(round, Outcome.LATE, null);
        } catch (RuntimeException | Error e) {
            end(round, Outcome.CURRENT, e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    private void end(Round round, Outcome outcome, @Nullable Throwable failure) {
        Round following = null;
        synchronized (this) {
            // Else it was late, and nobody waits behind it any more.
            if (round.equals(underWay)) {
                following = next;
                next = null;
                underWay = following;
            }
        }
        if (following != null) {
            start(following);
        }
        if (failure != null) {
            round.soon.completeExceptionally(failure);
            round.sure.completeExceptionally(failure);
            return;
        }
        round.soon.complete(outcome);
        if (outcome == Outcome.CURRENT) {
            round.sure.complete(outcome);
        }
    }
}
