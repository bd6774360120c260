package io.quorate.answer;

import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.NotUnderstoodException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.store.StateUnavailableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/** What log, store and threads fail with, as whoever asked is told it. */
final class AskFailures {
    private AskFailures() {}

    /** The failure as askers know it; what is a bug is told where bugs are told. */
    static AskException asAsked(Operation<?, ?> operation, Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof AskException asked) {
            return asked;
        }
        if (cause instanceof ServerBusyException) {
            return new AskException(AskException.Kind.BUSY, words(cause));
        }
        if (cause instanceof NotUnderstoodException) {
            return new AskException(AskException.Kind.NOT_UNDERSTOOD, words(cause));
        }
        if (cause instanceof NotCommittedException) {
            return new AskException(AskException.Kind.NOT_COMMITTED, words(cause));
        }
        if (cause instanceof OutcomeUnknownException) {
            return new AskException(AskException.Kind.OUTCOME_UNKNOWN, words(cause));
        }
        if (cause instanceof StateUnavailableException) {
            return new AskException(AskException.Kind.FAILED, words(cause));
        }
        if (cause instanceof RejectedExecutionException) {
            return new AskException(AskException.Kind.BUSY, "this server is busy: too many requests wait for a thread");
        }
        Failures.heard(Duty.HELPFUL, operation.name(), cause);
        return new AskException(AskException.Kind.FAILED, Plain.reason(cause));
    }

    static Throwable unwrap(Throwable failure) {
        Throwable inner = failure;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    static String words(Throwable failure) {
        return failure.getMessage() == null ? Plain.reason(failure) : failure.getMessage();
    }
}
