package io.quorate.http;

import io.quorate.consensus.CommandLog;
import io.quorate.kernel.Datacenter;
import io.quorate.rpc.RpcCaller;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the dispatcher needs of its agent.
 *
 * @param log absent on a client
 * @param rpcHoldTime how long a request waits for a leader: Consul's {@code rpc_hold_timeout}, 7 s by default
 * @param spread picks the server that a client begins with, so that clients share them: any number, e.g. a hash of the node id
 */
public record DispatcherParts(
        Datacenter datacenter,
        ServerDirectory servers,
        RpcCaller rpc,
        @Nullable CommandLog log,
        Duration rpcHoldTime,
        int spread) {
    public static final Duration RPC_HOLD_TIME = Duration.ofSeconds(7);
}
