package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.bootstrap.FoundingService;
import io.quorate.discovery.Discovery;
import io.quorate.http.ServerDirectory;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.IpText;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Membership;
import io.quorate.operator.AgentControl;
import io.quorate.operator.AgentParts;
import io.quorate.operator.ServerWords;
import io.quorate.rpc.RpcCaller;
import io.quorate.runtime.Clocks;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The agent as {@code operator} reports about it. */
final class Report {
    private Report() {}

    static AgentParts parts(
            AgentSettings settings,
            Path folder,
            NodeId node,
            Membership membership,
            ServerDirectory directory,
            RpcCaller rpc,
            @Nullable ServerSide server,
            ServerWords words,
            Departure departure,
            Joining joining,
            Reloading reloading) {
        AgentSettings.Network network = settings.network();
        AgentParts.Identity identity = new AgentParts.Identity(
                settings.node(),
                node,
                settings.datacenter(),
                Build.version(),
                "",
                server == null ? null : server.endpoint,
                network.client().stream()
                        .map(address -> text(address, network.httpPort()))
                        .toList(),
                settings.nodeMeta(),
                folder,
                debugConfig(settings, folder, node));
        AgentParts.ServerParts serverParts = server == null
                ? null
                : new AgentParts.ServerParts(
                        server.founding,
                        server.consensus,
                        server.book,
                        settings.raft().electionTimeout());
        return new AgentParts(
                identity,
                membership,
                directory,
                rpc,
                serverParts,
                words,
                new Control(departure, joining, server, reloading, Clocks.wall().instant()));
    }

    /** {@code 127.0.0.1:8500}, {@code [::1]:8500}. */
    private static String text(InetAddress address, int port) {
        return new Endpoint(address, port).toString();
    }

    private record Control(
            Departure departure, Joining joining, @Nullable ServerSide server, Reloading reloading, Instant startedAt)
            implements AgentControl {
        @Override
        public CompletionStage<@Nullable Void> leave() {
            return departure.leave();
        }

        @Override
        public CompletionStage<@Nullable Void> removePeer(ServerId peer, FoundingService.Removal how) {
            return server == null
                    ? CompletableFuture.failedFuture(new IllegalStateException("a client has no peers"))
                    : server.founding.removePeer(peer, how);
        }

        @Override
        public CompletionStage<Reload> reload() {
            return reloading.reload();
        }

        @Override
        public List<DiscoveryAttempt> discovery() {
            return joining.attempts();
        }
    }

    /** The settings in the names that clients of Consul look for; keys are never shown. */
    private static Map<String, Object> debugConfig(AgentSettings settings, Path folder, NodeId node) {
        AgentSettings.Network network = settings.network();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("ACLsEnabled", false);
        config.put("AdvertiseAddrLAN", IpText.of(network.advertise()));
        config.put("BindAddr", IpText.of(network.bind()));
        config.put("Bootstrap", settings.founding().expect().servers() == 1);
        config.put("BootstrapExpect", settings.founding().expect().servers());
        config.put("ClientAddrs", network.client().stream().map(IpText::of).toList());
        config.put("DataDir", folder.toString());
        config.put("Datacenter", settings.datacenter().value());
        config.put("DevMode", settings.dev());
        config.put("EnableUI", false);
        config.put("EncryptKey", settings.gossip().keys().isEmpty() ? "" : "hidden");
        config.put("EncryptVerifyIncoming", settings.gossip().verifyIncoming());
        config.put("EncryptVerifyOutgoing", settings.gossip().verifyOutgoing());
        config.put("GRPCPort", -1);
        config.put("GossipLANGossipInterval", settings.gossip().gossipInterval().toMillis() + "ms");
        config.put("GossipLANGossipNodes", settings.gossip().gossipNodes());
        config.put("GossipLANProbeInterval", settings.gossip().probeInterval().toMillis() + "ms");
        config.put("GossipLANProbeTimeout", settings.gossip().probeTimeout().toMillis() + "ms");
        config.put("GossipLANSuspicionMult", settings.gossip().suspicionMult());
        config.put("GossipLANRetransmitMult", settings.gossip().retransmitMult());
        config.put("HTTPPort", network.httpPort());
        config.put("LeaveOnTerm", settings.leaveOnTerminate());
        config.put("NodeID", node.toString());
        config.put("NodeMeta", settings.nodeMeta());
        config.put("NodeName", settings.node().value());
        config.put("RejoinAfterLeave", settings.joining().rejoinAfterLeave());
        config.put("RetryJoinLAN", shown(settings.joining().retryJoin()));
        config.put("SerfPortLAN", network.gossipPort());
        config.put("ServerMode", settings.server());
        config.put("ServerPort", settings.server() ? network.serverPort() : 0);
        config.put("StartJoinAddrsLAN", shown(settings.joining().join()));
        config.put(
                "TaggedAddresses",
                Map.of(
                        "lan", IpText.of(network.advertise()),
                        "wan", IpText.of(network.advertise())));
        return config;
    }

    private static List<String> shown(List<String> sources) {
        return sources.stream().map(Discovery::shown).toList();
    }
}
