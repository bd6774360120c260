package io.quorate.answer;

import java.util.concurrent.CompletableFuture;

/** Asks the cluster. Safe for any thread, never blocks. */
public interface Asking {
    /**
     * Brings the question to whoever can answer it: this agent, another server, the leader. Waits for a leader as long as
     * {@code rpc_hold_timeout} allows. Ends within that time, the terms' wait, what the operation takes and 5 s more: with the answer, or exceptionally with
     * {@link AskException} and nothing else. What follows runs on a thread that must not be blocked.
     */
    <Q, A> CompletableFuture<Answer<A>> ask(Operation<Q, A> operation, Q question, Terms terms);

    /**
     * Reads the body of a streamed answer. Whoever does so closes it; what nobody reads for 30 s the server frees by itself.
     *
     * @throws IllegalStateException when that operation has no body
     */
    Body body(Answer<?> answer);

    default <Q, A> CompletableFuture<Answer<A>> ask(Operation<Q, A> operation, Q question) {
        return ask(operation, question, Terms.DEFAULT);
    }
}
