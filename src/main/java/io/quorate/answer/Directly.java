package io.quorate.answer;

import io.quorate.codec.MalformedException;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Asks one certain server what it alone can say: how it is, say. Nobody else is asked in its place, nothing is held and nothing is
 * asked again, because that it does not answer is an answer, too. Safe for any thread, never blocks.
 */
public final class Directly {
    private final RpcCaller rpc;

    public Directly(RpcCaller rpc) {
        this.rpc = rpc;
    }

    /**
     * Ends within the time: with the answer, or exceptionally with {@link AskException}. {@link AskException.Kind#NO_SERVER} means that
     * it could not be reached, or did not answer in time, and its message says why; every other kind is what that server said.
     *
     * @param operation that any server answers by itself
     */
    public <Q, A> CompletableFuture<A> ask(Endpoint server, Operation<Q, A> operation, Q question, Duration longest) {
        byte[] message = Envelope.write(new Envelope.Forwarded(
                operation.name(),
                1,
                Duration.ZERO,
                Terms.DEFAULT,
                operation.question().bytes(question)));
        return rpc.call(server, Envelope.METHOD, message, longest).handle((bytes, failure) -> {
            if (failure != null) {
                throw failed(server, failure);
            }
            try {
                return Envelope.answer(bytes, operation.answer()).value();
            } catch (MalformedException e) {
                throw new AskException(AskException.Kind.FAILED, "bad answer: " + e.getMessage(), 1);
            }
        });
    }

    private static AskException failed(Endpoint server, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        // Whoever asks says himself whom he asked.
        String words = Plain.reason(cause).replace(Envelope.METHOD + " at " + server + ": ", "");
        if (!(cause instanceof RpcException rpc)) {
            return new AskException(AskException.Kind.NO_SERVER, words);
        }
        return switch (rpc.kind()) {
            case NOT_SENT, UNKNOWN -> new AskException(AskException.Kind.NO_SERVER, words);
            case BUSY -> new AskException(AskException.Kind.BUSY, words, 1);
            case FAILED -> new AskException(AskException.Kind.FAILED, words, 1);
        };
    }
}
