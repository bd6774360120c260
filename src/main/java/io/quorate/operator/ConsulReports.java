package io.quorate.operator;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.IpText;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Consul's clients ask an agent, in Consul's words. Safe for any thread.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/agent">Consul's agent API</a>
 */
public final class ConsulReports {
    /** Those that Consul has; {@code /info} shows the rest. */
    private static final Set<String> GOSSIP_KEYS = Set.of(
            "coordinate_resets",
            "encrypted",
            "event_queue",
            "event_time",
            "failed",
            "health_score",
            "intent_queue",
            "left",
            "member_time",
            "members",
            "query_queue",
            "query_time");

    private final AgentParts parts;

    public ConsulReports(AgentParts parts) {
        this.parts = parts;
    }

    public List<Object> members() {
        List<Object> members = new ArrayList<>();
        parts.membership().roster().members().forEach(member -> members.add(member(member)));
        return members;
    }

    public Map<String, @Nullable Object> self() {
        AgentParts.Identity identity = parts.identity();
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("Datacenter", identity.datacenter().value());
        config.put("NodeName", identity.name().value());
        config.put("NodeID", identity.id().toString());
        config.put("Revision", identity.revision());
        config.put("Server", parts.isServer());
        config.put("Version", identity.version());
        Map<String, @Nullable Object> self = new LinkedHashMap<>();
        self.put("Config", config);
        self.put("DebugConfig", identity.debugConfig().get());
        // No round trips are measured: what Consul says when its coordinates are switched off.
        self.put("Coord", null);
        self.put("Member", member(parts.membership().roster().self()));
        self.put("Stats", stats());
        Map<String, String> meta = new TreeMap<>(identity.meta());
        meta.put("consul-network-segment", "");
        self.put("Meta", meta);
        return self;
    }

    /** The leader's RPC address; empty while there is none. */
    String leader() {
        return parts.servers().leader().map(Endpoint::toString).orElse("");
    }

    /** RPC addresses of the raft peers; one that was never seen has none and is left out. */
    List<String> peers() {
        AgentParts.ServerParts server = parts.server();
        if (server == null) {
            return List.of();
        }
        ShownServers servers = ShownServers.of(parts);
        RaftStatus raft = server.consensus().status();
        return Stream.concat(raft.voters().stream(), raft.learners().stream())
                .map(servers::address)
                .filter(address -> !address.isEmpty())
                .toList();
    }

    List<RaftPeer> raftConfiguration() {
        AgentParts.ServerParts server = parts.server();
        if (server == null) {
            return List.of();
        }
        ShownServers servers = ShownServers.of(parts);
        RaftStatus raft = server.consensus().status();
        return Stream.concat(raft.voters().stream(), raft.learners().stream())
                .map(id -> peer(id, raft, servers))
                .toList();
    }

    /** What {@code consul info} prints: every value is a text. */
    public Map<String, Map<String, String>> stats() {
        Map<String, Map<String, String>> stats = new TreeMap<>();
        AgentParts.ServerParts server = parts.server();
        Map<String, String> agent = new TreeMap<>();
        for (String key : List.of("check_monitors", "check_ttls", "checks", "services")) {
            // Registering on the agent is not served, so there is nothing of either kind.
            agent.put(key, "0");
        }
        stats.put("agent", agent);
        stats.put(
                "build",
                new TreeMap<>(Map.of(
                        "prerelease",
                        "",
                        "revision",
                        parts.identity().revision(),
                        "version",
                        parts.identity().version())));
        stats.put("consul", server == null ? clientGroup() : serverGroup(server));
        if (server != null) {
            stats.put("raft", raftGroup(server));
        }
        stats.put("runtime", runtimeGroup());
        stats.put("serf_lan", gossipGroup());
        return stats;
    }

    private Map<String, String> serverGroup(AgentParts.ServerParts server) {
        Map<String, String> group = new TreeMap<>();
        group.put("acl", "disabled");
        group.put(
                "bootstrap", Boolean.toString(server.founding().view().expect().servers() == 1));
        group.put("known_datacenters", "1");
        group.put("leader", Boolean.toString(server.consensus().status().isLeader()));
        group.put("leader_addr", leader());
        group.put("server", "true");
        return group;
    }

    private Map<String, String> clientGroup() {
        Map<String, String> group = new TreeMap<>();
        group.put("acl", "disabled");
        group.put(
                "known_servers", Integer.toString(ShownServers.of(parts).alive().size()));
        group.put("server", "false");
        return group;
    }

    private Map<String, String> raftGroup(AgentParts.ServerParts server) {
        RaftStatus raft = server.consensus().status();
        ShownServers servers = ShownServers.of(parts);
        List<String> configuration = new ArrayList<>();
        raft.voters().forEach(id -> configuration.add(suffrage("Voter", id, servers)));
        raft.learners().forEach(id -> configuration.add(suffrage("Nonvoter", id, servers)));
        Map<String, String> group = new TreeMap<>();
        group.put("applied_index", Long.toString(raft.appliedIndex()));
        group.put("commit_index", Long.toString(raft.commitIndex()));
        group.put("fsm_pending", Long.toString(RaftNumbers.pending(raft)));
        group.put("last_contact", RaftNumbers.lastContact(raft));
        group.put("last_log_index", Long.toString(raft.lastLogIndex()));
        group.put("last_log_term", Long.toString(raft.lastLogTerm()));
        group.put("last_snapshot_index", Long.toString(raft.lastSnapshotIndex()));
        group.put("last_snapshot_term", Long.toString(raft.lastSnapshotTerm()));
        group.put("latest_configuration", "[" + String.join(" ", configuration) + "]");
        // Consul's too is always 0: its raft does not keep it with the configuration that it tells.
        group.put("latest_configuration_index", "0");
        group.put("num_peers", Integer.toString(RaftNumbers.otherVoters(server, raft)));
        group.put("protocol_version", "3");
        group.put("protocol_version_max", "3");
        group.put("protocol_version_min", "0");
        group.put("snapshot_version_max", "1");
        group.put("snapshot_version_min", "0");
        // Consul knows neither a server without a group nor a learner as a state of its own: both follow.
        boolean known = raft.role() == RaftStatus.Role.LEADER || raft.role() == RaftStatus.Role.CANDIDATE;
        group.put("state", known ? RaftNumbers.state(raft) : "Follower");
        group.put("term", Long.toString(raft.term()));
        return group;
    }

    private static String suffrage(String suffrage, ServerId id, ShownServers servers) {
        return "{Suffrage:" + suffrage + " ID:" + id + " Address:" + servers.address(id) + "}";
    }

    private static Map<String, String> runtimeGroup() {
        Map<String, String> group = new TreeMap<>();
        String cpus = Integer.toString(Runtime.getRuntime().availableProcessors());
        group.put("arch", System.getProperty("os.arch", ""));
        group.put("cpu_count", cpus);
        // Threads of execution, whatever they are called.
        group.put(
                "goroutines",
                Integer.toString(ManagementFactory.getThreadMXBean().getThreadCount()));
        group.put("max_procs", cpus);
        group.put("os", System.getProperty("os.name", "").toLowerCase(Locale.ROOT));
        group.put("version", "java" + System.getProperty("java.version", ""));
        return group;
    }

    private Map<String, String> gossipGroup() {
        List<Member> members = parts.membership().roster().members();
        Map<String, String> group = new TreeMap<>();
        parts.membership().stats().forEach((key, value) -> {
            if (GOSSIP_KEYS.contains(key)) {
                group.put(key, String.valueOf(value));
            }
        });
        group.put("members", Integer.toString(members.size()));
        for (String word : List.of("failed", "left")) {
            group.put(
                    word,
                    Long.toString(members.stream()
                            .filter(m -> m.state().word().equals(word))
                            .count()));
        }
        return group;
    }

    private static RaftPeer peer(ServerId id, RaftStatus raft, ShownServers servers) {
        return new RaftPeer(
                id.toString(),
                // Consul's word for a peer that gossip does not know.
                servers.isMember(id) ? servers.name(id).orElse("") : "(unknown)",
                servers.address(id),
                id.equals(raft.leader()),
                raft.voters().contains(id));
    }

    private static Map<String, @Nullable Object> member(Member member) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("Name", member.name().value());
        answer.put("Addr", IpText.of(member.address().address()));
        answer.put("Port", member.address().port());
        answer.put("Tags", tags(member));
        answer.put("Status", member.state().status());
        answer.put("ProtocolMin", 1);
        answer.put("ProtocolMax", 5);
        answer.put("ProtocolCur", 2);
        answer.put("DelegateMin", 2);
        answer.put("DelegateMax", 5);
        answer.put("DelegateCur", 4);
        return answer;
    }

    private static Map<String, String> tags(Member member) {
        AgentTags own = member.agent();
        Map<String, String> tags = new TreeMap<>();
        tags.put("acls", "0");
        tags.put("build", (own == null ? "" : own.version()) + ":");
        tags.put("dc", own == null ? "" : own.datacenter());
        tags.put("id", member.id().toString());
        tags.put("role", own != null && own.isServer() ? "consul" : "node");
        tags.put("segment", "");
        tags.put("vsn", "2");
        tags.put("vsn_max", "3");
        tags.put("vsn_min", "2");
        if (own != null && own.isServer()) {
            tags.put("ft_fs", "1");
            tags.put("port", Integer.toString(own.rpcPort()));
            tags.put("raft_vsn", "3");
            if (own.expect().servers() == 1) {
                tags.put("bootstrap", "1");
            } else if (own.expect().isSet()) {
                tags.put("expect", own.expect().toString());
            }
        }
        return tags;
    }
}
