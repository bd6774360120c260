package io.quorate.consensus;

import java.util.concurrent.CompletableFuture;

/** Appends to the replicated log. Safe for any thread, never blocks. */
public interface CommandLog {
    /**
     * Completes after the command was applied on this server, which must be the leader. Exceptionally:
     * {@link NotCommittedException} when this server does not lead, refuses for load, or hands leadership over;
     * {@link OutcomeUnknownException} when leadership was lost on the way.
     */
    CompletableFuture<CommandFamily.Result> append(Command command);

    /** Completes once this server's store has applied everything committed before the call; exceptionally as {@link #append}. */
    CompletableFuture<Void> readBarrier();
}
