package io.quorate.rpc;

import java.util.concurrent.CompletionStage;

/** Answers one method of the RPC port. Called on a pool thread of the listener; must not block for long. */
@FunctionalInterface
public interface RpcHandler {
    /**
     * The answer's bytes; completing exceptionally, or throwing, answers the caller with
     * {@link RpcException.Kind#FAILED} and the exception's message.
     */
    CompletionStage<byte[]> handle(byte[] request);
}
