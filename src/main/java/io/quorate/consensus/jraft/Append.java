package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One command on its way through the log. */
final class Append implements Closure {
    /** SOFAJRaft's texts for a task that it never appended; the same code stands for leadership lost on the way. */
    private static final String NOT_LEADER = "Is not leader.";

    private final CompletableFuture<CommandFamily.Result> result = new CompletableFuture<>();

    CompletableFuture<CommandFamily.Result> result() {
        return result;
    }

    /** @param outcome absent when the store had the entry already: its result went out before, or to nobody */
    void applied(CommandFamily.@Nullable Result outcome) {
        if (outcome == null) {
            result.completeExceptionally(new OutcomeUnknownException("the entry was applied before"));
        } else {
            result.complete(outcome);
        }
    }

    @Override
    public void run(Status status) {
        if (status.isOk()) {
            result.completeExceptionally(new IllegalStateException("done without a result"));
        } else {
            result.completeExceptionally(failure(status));
        }
    }

    /** What a failed task means. Unknown is the safe answer: only what surely stayed out of the log is called not committed. */
    static RuntimeException failure(Status status) {
        RaftError code = status.getRaftError();
        String text = String.valueOf(status.getErrorMsg());
        if (code == RaftError.EBUSY) {
            return new NotCommittedException("busy: " + text);
        }
        if (code == RaftError.EPERM && NOT_LEADER.equals(text)) {
            return new NotCommittedException("not the leader");
        }
        return new OutcomeUnknownException(code + ": " + text);
    }
}
