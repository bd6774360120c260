package io.quorate.operator;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.ServerRoster;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What our own endpoints answer. All of it without a leader and without a peer. Safe for any thread. */
public final class AgentReports {
    private final AgentParts parts;

    public AgentReports(AgentParts parts) {
        this.parts = parts;
    }

    /**
     * @param role {@code server} or {@code client}
     * @param serverId absent on a client
     */
    public record MemberReport(
            String name,
            String id,
            String address,
            String status,
            String role,
            @Nullable String serverId,
            @Nullable String clusterId,
            SortedMap<String, String> tags,
            Instant since) {}

    /**
     * @param discovery the last attempt of each source of addresses
     * @param joins what joins met, the newest at each address, newest first
     */
    public record WhyReport(
            boolean ready,
            ReasonCode code,
            String message,
            String nextStep,
            List<Why.Evidence> evidence,
            List<AgentControl.DiscoveryAttempt> discovery,
            List<JoinsMet.JoinMeeting> joins) {}

    public List<MemberReport> members() {
        return parts.membership().roster().members().stream()
                .map(AgentReports::member)
                .toList();
    }

    public WhyReport why() {
        Why why = Reason.shown(parts);
        return new WhyReport(
                Reason.of(parts).isReady(),
                why.code(),
                why.message(),
                why.nextStep(),
                why.evidence(),
                parts.control().discovery(),
                JoinsMet.of(parts).reports());
    }

    /** Groups of keys and values; values are texts, numbers, booleans, lists, or null. */
    public Map<String, Map<String, @Nullable Object>> info() {
        Map<String, Map<String, @Nullable Object>> groups = new LinkedHashMap<>();
        AgentParts.ServerParts server = parts.server();
        groups.put("agent", agent(server));
        groups.put("build", build());
        groups.put("cluster", server == null ? clientCluster() : serverCluster(server));
        if (server != null) {
            groups.put("raft", raft(server));
        }
        groups.put("gossip", gossip());
        groups.put("runtime", runtime());
        return groups;
    }

    private Map<String, @Nullable Object> agent(AgentParts.@Nullable ServerParts server) {
        AgentParts.Identity identity = parts.identity();
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put("name", identity.name().value());
        group.put("id", identity.id().toString());
        if (server != null) {
            group.put("server_id", server.founding().view().self().toString());
        }
        group.put("role", server == null ? "client" : "server");
        group.put("datacenter", identity.datacenter().value());
        group.put("http", identity.httpAddresses());
        group.put("gossip", parts.membership().roster().self().address().toString());
        if (identity.rpcEndpoint() != null) {
            group.put("rpc", identity.rpcEndpoint().toString());
        }
        group.put("started_at", parts.control().startedAt().toString());
        return group;
    }

    private Map<String, @Nullable Object> build() {
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put("version", parts.identity().version());
        group.put("revision", parts.identity().revision());
        return group;
    }

    private Map<String, @Nullable Object> serverCluster(AgentParts.ServerParts server) {
        Founding.View view = server.founding().view();
        RaftStatus raft = server.consensus().status();
        ShownServers servers = ShownServers.of(parts);
        ServerId leader = raft.leader();
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put(
                "cluster_id",
                view.cluster() == null ? null : view.cluster().id().toString());
        group.put(
                "incarnation",
                view.cluster() == null ? null : view.cluster().incarnation().toString());
        group.put("state", view.state().word());
        group.put("expect", view.expect().servers());
        group.put("founders", view.founders().stream().map(Object::toString).toList());
        group.put("known_servers", view.known());
        group.put("missing_servers", view.missing());
        group.put("leader", leader != null && raft.isLeader());
        group.put("leader_id", leader == null ? null : leader.toString());
        group.put("leader_node", leader == null ? null : servers.name(leader).orElse(""));
        group.put("leader_addr", leader == null ? "" : servers.address(leader));
        reason(group);
        return group;
    }

    private Map<String, @Nullable Object> clientCluster() {
        List<ServerRoster.Server> alive =
                ShownServers.of(parts).alive().stream().toList();
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put(
                "cluster_id",
                alive.stream()
                        .map(known -> known.member().cluster())
                        .filter(cluster -> cluster != null)
                        .map(cluster -> cluster.id().toString())
                        .findFirst()
                        .orElse(null));
        group.put("known_servers", alive.size());
        group.put(
                "servers",
                alive.stream()
                        .map(known -> known.member().name() + " " + known.endpoint())
                        .toList());
        reason(group);
        return group;
    }

    private void reason(Map<String, @Nullable Object> group) {
        Why why = Reason.shown(parts);
        group.put("ready", Reason.of(parts).isReady());
        group.put("why", why.code().name());
    }

    private static Map<String, @Nullable Object> raft(AgentParts.ServerParts server) {
        RaftStatus raft = server.consensus().status();
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put("state", RaftNumbers.state(raft));
        group.put("term", raft.term());
        group.put("num_peers", RaftNumbers.otherVoters(server, raft));
        group.put("voters", raft.voters().size());
        group.put("learners", raft.learners().size());
        group.put("quorum_size", raft.quorumSize());
        group.put("last_log_index", raft.lastLogIndex());
        group.put("last_log_term", raft.lastLogTerm());
        group.put("commit_index", raft.commitIndex());
        group.put("applied_index", raft.appliedIndex());
        group.put("fsm_pending", RaftNumbers.pending(raft));
        group.put("last_snapshot_index", raft.lastSnapshotIndex());
        group.put("last_snapshot_term", raft.lastSnapshotTerm());
        group.put("last_contact", RaftNumbers.lastContact(raft));
        if (raft.error() != null) {
            group.put("error", raft.error());
        }
        return group;
    }

    private Map<String, @Nullable Object> gossip() {
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        List<Member> members = parts.membership().roster().members();
        group.put("members", members.size());
        for (String word : List.of("alive", "leaving", "failed", "left")) {
            group.put(
                    word,
                    members.stream().filter(m -> m.state().word().equals(word)).count());
        }
        parts.membership().stats().forEach(group::putIfAbsent);
        return group;
    }

    private static Map<String, @Nullable Object> runtime() {
        Runtime runtime = Runtime.getRuntime();
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put("java", System.getProperty("java.version", ""));
        group.put("os", System.getProperty("os.name", ""));
        group.put("arch", System.getProperty("os.arch", ""));
        group.put("cpu_count", runtime.availableProcessors());
        group.put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
        group.put("heap_used_bytes", runtime.totalMemory() - runtime.freeMemory());
        group.put("heap_max_bytes", runtime.maxMemory());
        group.put("uptime_ms", ManagementFactory.getRuntimeMXBean().getUptime());
        group.put("pid", ProcessHandle.current().pid());
        return group;
    }

    private static MemberReport member(Member member) {
        AgentTags tags = member.agent();
        ServerId serverId = tags == null ? null : tags.serverId();
        return new MemberReport(
                member.name().value(),
                member.id().toString(),
                member.address().toString(),
                member.state().word(),
                serverId == null ? "client" : "server",
                serverId == null ? null : serverId.toString(),
                member.cluster() == null ? null : member.cluster().id().toString(),
                member.tags(),
                member.since());
    }
}
