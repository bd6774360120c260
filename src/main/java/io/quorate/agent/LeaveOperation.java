package io.quorate.agent;

import io.quorate.answer.AskException;
import io.quorate.answer.Asking;
import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.answer.Patience;
import io.quorate.answer.Terms;
import io.quorate.consensus.NotCommittedException;
import io.quorate.kernel.Plain;
import io.quorate.operator.OperatorOperations.Nothing;
import io.quorate.peers.AskedLeader;
import io.quorate.peers.LeaveRequest;
import io.quorate.peers.RemovalRefusedException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A server's leave on its way to the leader. Safe for any thread, never blocks. */
record LeaveOperation(Asking asking) implements AskedLeader {
    /** Takes the server that asks out of the peer set. */
    static final Operation<LeaveRequest, Nothing> LEAVE = Operation.writes(
                    "peers.leave", LeaveRequest.FORM, Nothing.FORM)
            // To ask back, and to change the configuration.
            .taking(Duration.ofSeconds(5));

    /** Whoever leaves asks again by itself. */
    private static final Terms TERMS = Terms.DEFAULT.with(Patience.NONE);

    /** @param leader takes a server out where this agent leads */
    static Offer<LeaveRequest, Nothing> offer(AskedLeader leader) {
        return Offer.does(
                LEAVE,
                request -> leader.remove(request).handle((removed, failure) -> {
                    if (failure != null) {
                        throw told(failure);
                    }
                    return new Nothing();
                }));
    }

    private static RuntimeException told(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof NotCommittedException untouched) {
            return untouched;
        }
        return new AskException(
                cause instanceof RemovalRefusedException
                        ? AskException.Kind.REFUSED
                        : AskException.Kind.OUTCOME_UNKNOWN,
                Plain.reason(cause));
    }

    @Override
    public CompletionStage<@Nullable Void> remove(LeaveRequest request) {
        return asking.ask(LEAVE, request, TERMS).thenApply(removed -> null);
    }
}
