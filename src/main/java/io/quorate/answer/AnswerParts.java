package io.quorate.answer;

import io.quorate.consensus.CommandLog;
import io.quorate.kernel.Datacenter;
import io.quorate.rpc.RpcCaller;
import io.quorate.store.StateReader;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What asking and answering need of their agent.
 *
 * @param server absent on a client
 * @param hold how long a question waits for a leader: Consul's {@code rpc_hold_timeout}, 7 s by default
 * @param spread picks the server that a client begins with, so that clients share them: any number, e.g. a hash of the node id
 */
public record AnswerParts(
        Datacenter datacenter,
        Placement servers,
        RpcCaller rpc,
        @Nullable Server server,
        Duration hold,
        int spread) {
    public static final Duration HOLD = Duration.ofSeconds(7);

    /** @param state what {@code log} has applied */
    public record Server(CommandLog log, StateReader state) {}
}
