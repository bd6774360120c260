package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.consensus.ServerBusyException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way through the log. Whoever waits for it is told the outcome, or after a deadline that it is not known; its
 * share of what may be in flight is given back only when it is answered after raft gave the command back, or when raft is gone, because
 * until then somebody holds its bytes.
 */
final class Append implements Closure, Unanswered.Waiter {
    /** SOFAJRaft's texts for a task that it never appended; the same codes stand for other things, too. */
    private static final String NOT_LEADER = "Is not leader.";

    private static final String TRANSFERRING = "Is transferring leadership.";

    private final CompletableFuture<Object> result = new CompletableFuture<>();
    private final Unanswered unanswered;
    private final InFlight.Share share;
    private final long deadlineNanos;
    private final long caller = Thread.currentThread().getId();

    Append(Unanswered unanswered, InFlight.Share share, long deadlineNanos) {
        this.unanswered = unanswered;
        this.share = share;
        this.deadlineNanos = deadlineNanos;
    }

    CompletableFuture<Object> result() {
        return result;
    }

    /** Names the thread that made it: what one thread appended is answered in its order. */
    long caller() {
        return caller;
    }

    /** @param outcome absent when the store had the entry already: its result went out before, or to nobody */
    void applied(@Nullable Object outcome) {
        returned();
        if (outcome == null) {
            result.completeExceptionally(new OutcomeUnknownException("the entry was applied before"));
        } else {
            result.complete(outcome);
        }
    }

    @Override
    public void run(Status status) {
        if (status.isOk()) {
            refused(new IllegalStateException("done without a result"));
        } else {
            refused(failure(status));
        }
    }

    /** Raft did not take it, or gave it back. */
    void refused(RuntimeException why) {
        returned();
        result.completeExceptionally(why);
    }

    private void returned() {
        share.leave();
        unanswered.answered(this);
    }

    @Override
    public long deadlineNanos() {
        return deadlineNanos;
    }

    @Override
    public boolean giveUp(String why) {
        return !result.isDone()
                && result.completeExceptionally(new OutcomeUnknownException("the outcome is not known: " + why));
    }

    @Override
    public boolean end(String why) {
        share.leave();
        return giveUp(why);
    }

    /** What a failed task means. Unknown is the safe answer: only what surely stayed out of the log is called not committed. */
    static RuntimeException failure(Status status) {
        RaftError code = status.getRaftError();
        String text = String.valueOf(status.getErrorMsg());
        String words = RaftWords.of(status);
        if (code == RaftError.EBUSY) {
            return TRANSFERRING.equals(text)
                    ? new NotCommittedException("leadership is being handed over")
                    : new ServerBusyException("this server is busy: " + words);
        }
        if (code == RaftError.EPERM && NOT_LEADER.equals(text)) {
            return new NotCommittedException("not the leader");
        }
        return new OutcomeUnknownException("the outcome is not known: " + words);
    }
}
