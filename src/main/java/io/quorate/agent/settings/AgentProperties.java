package io.quorate.agent.settings;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.Delimiter;

/**
 * The settings as bound, before any rule has looked at them. Each component is named as its flag; the defaults are Consul's,
 * but for {@code raft_multiplier}, which is 1. Absent where the default depends on other settings. Sources of members are bound
 * as they are written, several in one text: commas belong to some of them.
 */
@ConfigurationProperties("quorate")
record AgentProperties(
        @Nullable Boolean server,
        @DefaultValue("false") boolean bootstrap,
        @DefaultValue("0") int bootstrapExpect,
        @DefaultValue List<String> founders,
        @Nullable String node,
        @Nullable String nodeId,
        @DefaultValue List<String> nodeMeta,
        @DefaultValue("dc1") String datacenter,
        @Nullable String dataDir,
        @Nullable String bind,
        @Nullable String advertise,
        @DefaultValue("127.0.0.1") List<String> client,
        @DefaultValue("8500") int httpPort,
        @DefaultValue("8300") int serverPort,
        @DefaultValue("8301") int serfLanPort,
        @DefaultValue("-1") int dnsPort,
        @Delimiter(Delimiter.NONE) @DefaultValue List<String> join,
        @Delimiter(Delimiter.NONE) @DefaultValue List<String> retryJoin,
        @DefaultValue("30s") Duration retryInterval,
        @DefaultValue("0") int retryMax,
        @DefaultValue("false") boolean rejoin,
        @Nullable Boolean leaveOnTerminate,
        @DefaultValue("false") boolean forgetServer,
        @DefaultValue List<String> encrypt,
        @DefaultValue("true") boolean encryptVerifyIncoming,
        @DefaultValue("true") boolean encryptVerifyOutgoing,
        @DefaultValue("INFO") String logLevel,
        @DefaultValue("false") boolean logJson,
        @DefaultValue("false") boolean dev,
        @DefaultValue("false") boolean stopWithStdin,
        @DefaultValue("72h") Duration reconnectTimeout,
        @DefaultValue Performance performance,
        @DefaultValue("16384") int raftSnapshotThreshold,
        @DefaultValue("10s") Duration sessionTtlMin,
        @DefaultValue GossipLan gossipLan,
        @DefaultValue Founding founding,
        @DefaultValue Adoption adoption) {

    record Performance(@DefaultValue("1") int raftMultiplier) {}

    record GossipLan(
            @DefaultValue("200ms") Duration gossipInterval,
            @DefaultValue("3") int gossipNodes,
            @DefaultValue("1s") Duration probeInterval,
            @DefaultValue("500ms") Duration probeTimeout,
            @DefaultValue("4") int suspicionMult,
            @DefaultValue("4") int retransmitMult) {}

    /** For tests: shorter waits. */
    record Founding(
            @DefaultValue("30s") Duration releaseTimeout,
            @DefaultValue("1s") Duration stableMargin) {}

    /** For tests: shorter waits. */
    record Adoption(@DefaultValue("10s") Duration stabilization) {}
}
