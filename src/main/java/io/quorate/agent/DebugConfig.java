package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.discovery.Discovery;
import io.quorate.kernel.IpText;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.Plain;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code /v1/agent/self} calls {@code DebugConfig}. */
final class DebugConfig {
    private DebugConfig() {}

    /** The settings in the names that clients of Consul look for; keys are never shown. */
    static Map<String, Object> of(AgentSettings settings, Path folder, NodeId node) {
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
        config.put("LogJSON", settings.logging().json());
        config.put("LogLevel", settings.logging().level().name());
        config.put("NodeID", node.toString());
        config.put("NodeMeta", settings.nodeMeta());
        config.put("NodeName", settings.node().value());
        config.put("RejoinAfterLeave", settings.joining().rejoinAfterLeave());
        config.put("RetryJoinIntervalLAN", Plain.duration(settings.joining().retryInterval()));
        config.put("RetryJoinLAN", shown(settings.joining().retryJoin()));
        config.put("RetryJoinMaxAttemptsLAN", settings.joining().retryMax());
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
