package io.quorate.operator;

import io.quorate.answer.Placement;
import io.quorate.bootstrap.Founding;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.Membership;
import io.quorate.peers.Leavers;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.RpcCaller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent as this package sees it: what it reports about and what it may ask of it.
 *
 * @param server absent on a client
 * @param words what the servers said when they were asked
 */
public record AgentParts(
        Identity identity,
        Membership membership,
        Placement servers,
        RpcCaller rpc,
        @Nullable ServerParts server,
        ServerWords words,
        AgentControl control) {
    /**
     * What does not change while the process lives.
     *
     * @param version ours, e.g. {@code 0.1.0}
     * @param revision of the source; empty when unknown
     * @param rpcEndpoint as advertised; absent on a client
     * @param httpAddresses as bound, {@code 127.0.0.1:8500}
     * @param meta of the node, as given by {@code -node-meta}
     * @param dataFolder keeps the agent's state
     * @param debugConfig the settings in force in Consul's names, secrets hidden, also after a reload; values are maps, lists, strings,
     *     numbers, booleans
     */
    public record Identity(
            NodeName name,
            NodeId id,
            Datacenter datacenter,
            String version,
            String revision,
            @Nullable Endpoint rpcEndpoint,
            List<String> httpAddresses,
            Map<String, String> meta,
            Path dataFolder,
            Supplier<Map<String, Object>> debugConfig) {}

    /** @param electionTimeout after raft_multiplier */
    public record ServerParts(
            Founding founding, Leavers leavers, Consensus consensus, AddressBook addresses, Duration electionTimeout) {
        /** Raft has not answered for so long that what is known of it must not be told as if it were so now. */
        public boolean isRaftSilent() {
            return consensus.statusAgeMs() > electionTimeout.multipliedBy(3).toMillis();
        }
    }

    public boolean isServer() {
        return server != null;
    }
}
