package io.quorate.catalog;

import io.quorate.kernel.IpText;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What gossip knows of an agent, as far as the catalog cares.
 *
 * @param id node id
 * @param address without port
 * @param meta as the node shows it in the catalog; an agent's own always has {@code consul-network-segment}
 * @param consul the service that a server offers; absent on a client
 */
public record SeenMember(
        String name,
        String id,
        String address,
        SortedMap<String, String> taggedAddresses,
        SortedMap<String, String> meta,
        State state,
        @Nullable Service consul) {
    /** As gossip says it; a suspect is alive. */
    public enum State {
        ALIVE,
        LEAVING,
        FAILED,
        LEFT,
        /** Alive, and says that it is a server which, as far as is known here, somebody else is. */
        DISPUTED
    }

    /** A member whose address is the same from everywhere. */
    public static SeenMember at(String name, String id, InetAddress address, Map<String, String> meta, State state) {
        String text = IpText.of(address);
        String family = address instanceof Inet6Address ? "ipv6" : "ipv4";
        TreeMap<String, String> tagged = new TreeMap<>();
        for (String network : new String[] {"lan", "wan"}) {
            tagged.put(network, text);
            tagged.put(network + "_" + family, text);
        }
        TreeMap<String, String> all = new TreeMap<>(meta);
        all.put("consul-network-segment", "");
        return new SeenMember(name, id, text, tagged, all, state, null);
    }

    /**
     * The same, which is a server.
     *
     * @param port where other servers reach it
     * @param version of its agent
     */
    public SeenMember serving(int port, boolean voter, String version) {
        TreeMap<String, String> said = new TreeMap<>(Map.of(
                "non_voter", Boolean.toString(!voter),
                "raft_version", "3",
                "serf_protocol_current", "2",
                "serf_protocol_max", "5",
                "serf_protocol_min", "1",
                "version", version));
        Service consul = new Service(
                Service.CONSUL,
                Service.CONSUL,
                "",
                List.of(),
                "",
                new TreeMap<>(),
                said,
                port,
                Service.Weights.EVEN,
                false);
        return new SeenMember(name, id, address, taggedAddresses, meta, state, consul);
    }

    Node node() {
        return new Node(name, id, address, taggedAddresses, meta);
    }
}
