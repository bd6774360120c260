package io.quorate.consensus;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Appends to the replicated log. Safe for any thread, never blocks; every future that is given out ends within a bounded time. */
public interface CommandLog {
    /**
     * Completes after the command was applied on this server, which must be the leader. Exceptionally:
     * {@link NotCommittedException} when this server does not lead or hands leadership over, its subclass
     * {@link ServerBusyException} when too much is in flight, its subclass {@link NotUnderstoodException} when a server of the
     * configuration is too old for the command; {@link OutcomeUnknownException} when leadership was lost on the
     * way, the group stopped, or raft did not answer in 10 s.
     */
    <R> CompletableFuture<R> append(Command<R> command);

    /**
     * Completes once this server's store has applied everything committed before the call, which a majority confirmed; a follower
     * asks the leader. Exceptionally as {@link #append}, and within 5 s: never with an unknown outcome, for a read may be asked
     * again.
     *
     * <p>Source: Ongaro's thesis, section 6.4.
     */
    CompletableFuture<@Nullable Void> readBarrier();

    /**
     * As {@link #readBarrier}, but a leader that heard of a majority within nine tenths of the election timeout is believed:
     * nobody else can have been elected since, as long as clocks run at the same rate. One that did not asks a majority.
     *
     * <p>Source: Ongaro's thesis, section 6.4.1.
     */
    CompletableFuture<@Nullable Void> leaseBarrier();
}
