package io.quorate.agent.settings;

import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What this agent was told to be, checked: immutable, safe for any thread. Made by {@link AgentSettingsReader}.
 *
 * @param nodeId absent: a server's own id names its node, a client makes one and keeps it
 * @param nodeMeta at most 64 pairs, shown in the catalog
 * @param sessionTtlMin the shortest TTL that a session may have
 * @param leaveOnTerminate whether a signal to stop means to leave the datacenter too
 * @param forgetServer a client may put the data of a server aside that it finds in its folder
 * @param dev a datacenter of one server on 127.0.0.1 that keeps nothing
 * @param stopWithStdin the agent stops when its standard input closes: its launcher is gone
 * @param warnings to be logged at every start; {@link Founding#warnings()} only while nothing is founded
 */
public record AgentSettings(
        boolean server,
        NodeName node,
        @Nullable NodeId nodeId,
        SortedMap<String, String> nodeMeta,
        Datacenter datacenter,
        Data data,
        Founding founding,
        Network network,
        Joining joining,
        Gossip gossip,
        Raft raft,
        Duration sessionTtlMin,
        Logging logging,
        boolean leaveOnTerminate,
        boolean forgetServer,
        boolean dev,
        boolean stopWithStdin,
        List<String> warnings) {

    public AgentSettings {
        nodeMeta = Collections.unmodifiableSortedMap(new TreeMap<>(nodeMeta));
        warnings = List.copyOf(warnings);
    }

    public Optional<NodeId> givenNodeId() {
        return Optional.ofNullable(nodeId);
    }

    /** These, with what can be changed while an agent runs taken from others. */
    public AgentSettings reloadedFrom(AgentSettings read) {
        return new AgentSettings(
                server,
                node,
                nodeId,
                nodeMeta,
                datacenter,
                data,
                founding,
                network,
                new Joining(
                        joining.join,
                        read.joining.retryJoin,
                        read.joining.retryInterval,
                        read.joining.retryMax,
                        joining.rejoinAfterLeave),
                gossip.withKeysOf(read.gossip),
                raft,
                sessionTtlMin,
                read.logging,
                leaveOnTerminate,
                forgetServer,
                dev,
                stopWithStdin,
                read.warnings);
    }

    /** @param temporary to be removed, with all in it, when the agent ends */
    public record Data(Path folder, boolean temporary) {}

    /**
     * @param expect none on a client, and on a server that only waits to be taken in
     * @param founders declared founders: empty, or exactly as many as expected
     * @param stableMargin how long the candidates must have stayed the same before one proposes; ignored with declared founders
     * @param releaseTimeout how long a pledge waits for proof before it is withdrawn
     * @param warnings about the above: of interest only while this server is no member of a cluster
     */
    public record Founding(
            Expect expect,
            List<NodeName> founders,
            Duration stableMargin,
            Duration releaseTimeout,
            List<String> warnings) {
        public Founding {
            founders = List.copyOf(founders);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * @param bind where gossip and server RPC listen; the wildcard address means all interfaces
     * @param advertise what others are told; never the wildcard
     * @param client where HTTP listens, at least one
     */
    public record Network(
            InetAddress bind,
            InetAddress advertise,
            List<InetAddress> client,
            int httpPort,
            int serverPort,
            int gossipPort) {
        public Network {
            client = List.copyOf(client);
        }
    }

    /**
     * @param join tried once at start; when none of them answers, the agent ends
     * @param retryJoin tried until one answers: {@code address}, {@code host:port}, a name, {@code dns+srv:name},
     *     {@code file:path}
     * @param retryMax further tries after the first; 0 for ever
     * @param rejoinAfterLeave whether a start after a graceful leave goes back to the members known before
     */
    public record Joining(
            List<String> join, List<String> retryJoin, Duration retryInterval, int retryMax, boolean rejoinAfterLeave) {
        public Joining {
            join = List.copyOf(join);
            retryJoin = List.copyOf(retryJoin);
        }
    }

    /**
     * @param keys the first seals, each opens; none: the pool talks in the clear
     * @param verifyIncoming whether plain packets are refused when there is a key
     * @param verifyOutgoing whether packets are sealed when there is a key
     * @param reconnectTimeout how long a failed or left member is remembered, at least 8 hours
     */
    public record Gossip(
            List<SharedKey> keys,
            boolean verifyIncoming,
            boolean verifyOutgoing,
            Duration gossipInterval,
            int gossipNodes,
            Duration probeInterval,
            Duration probeTimeout,
            int suspicionMult,
            int retransmitMult,
            Duration reconnectTimeout) {
        public Gossip {
            keys = List.copyOf(keys);
        }

        private Gossip withKeysOf(Gossip read) {
            return new Gossip(
                    read.keys,
                    read.verifyIncoming,
                    read.verifyOutgoing,
                    gossipInterval,
                    gossipNodes,
                    probeInterval,
                    probeTimeout,
                    suspicionMult,
                    retransmitMult,
                    reconnectTimeout);
        }

        /** Whether anything leaves this agent sealed. */
        boolean seals() {
            return !keys.isEmpty() && verifyOutgoing;
        }
    }

    /**
     * @param multiplier slows all raft timing down, 1 to 10
     * @param snapshotThreshold entries since the last snapshot after which another one is saved
     * @param stabilization how long an adopted server must have been healthy before it becomes a voter
     */
    public record Raft(int multiplier, int snapshotThreshold, Duration stabilization) {
        /** One second times the multiplier. */
        public Duration electionTimeout() {
            return Duration.ofSeconds(multiplier);
        }
    }

    /** @param json one JSON object a line instead of text */
    public record Logging(Level level, boolean json) {}

    /** How much is logged. */
    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }
}
