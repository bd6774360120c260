package io.quorate.rpc;

import io.quorate.kernel.Endpoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Calls a method on somebody's RPC port: many calls share one connection per address. Safe for any thread, never blocks. */
public interface RpcCaller {
    /**
     * Completes with the answer, or exceptionally with {@link RpcException}, within the timeout.
     *
     * @param method lower case, e.g. {@code founding}
     * @param request 8 MiB at most
     */
    CompletableFuture<byte[]> call(Endpoint to, String method, byte[] request, Duration timeout);
}
