package io.quorate.operator;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The raft peers as one server sees them. What only the leader knows is absent elsewhere.
 *
 * @param clusterId absent while the server belongs to no cluster
 * @param incarnation as {@code <number>-<UUID>}
 * @param leader absent while none is known
 * @param voters how many
 * @param failureTolerance how many more voters may fail: those that answer the leader, elsewhere those that gossip holds for
 *     alive, beyond the quorum
 * @param notAdded servers that are alive and wait to be added, but run a version that does not know what is in the log
 */
public record Peers(
        @Nullable String clusterId,
        @Nullable String incarnation,
        @Nullable Leader leader,
        long term,
        int voters,
        int quorumSize,
        int failureTolerance,
        List<Peer> peers,
        List<NotAdded> notAdded) {
    /**
     * A peer that has not answered the leader for longer is not healthy, heartbeats come at least twice a second; nor is one that
     * stored nothing for so long although the leader has more.
     */
    private static final long HEALTHY_CONTACT_MS = 5_000;

    public Peers {
        peers = List.copyOf(peers);
        notAdded = List.copyOf(notAdded);
    }

    /** @param address empty when it was never seen */
    public record Leader(String serverId, String node, String address) {}

    /**
     * @param role {@code leader}, {@code follower} or {@code learner}
     * @param lastContactMs since it answered the leader; of the asked server itself: since it heard the leader
     * @param lag entries that the leader has and it has not
     */
    public record Peer(
            String serverId,
            String node,
            String address,
            String role,
            boolean voter,
            @Nullable Boolean healthy,
            @Nullable Long lastContactMs,
            @Nullable Long lastLogIndex,
            @Nullable Long lag) {}

    /** @param reason for people */
    public record NotAdded(String serverId, String node, String address, String reason) {}

    /** As this server sees them; a server that belongs to no cluster has none. */
    public static Peers of(AgentParts parts, AgentParts.ServerParts server) {
        RaftStatus raft = server.consensus().status();
        ServerId self = server.founding().view().self();
        ShownServers servers = ShownServers.of(parts);
        List<Peer> peers = new ArrayList<>();
        Stream.concat(raft.voters().stream(), raft.learners().stream())
                .forEach(id -> peers.add(peer(id, self, raft, servers)));
        ClusterRef cluster = raft.cluster();
        ServerId leader = raft.leader();
        return new Peers(
                cluster == null ? null : cluster.id().toString(),
                cluster == null ? null : cluster.incarnation().toString(),
                leader == null
                        ? null
                        : new Leader(leader.toString(), servers.name(leader).orElse(""), servers.address(leader)),
                raft.term(),
                raft.voters().size(),
                raft.quorumSize(),
                failureTolerance(raft, self, servers),
                peers,
                TooOld.notAdded(server, servers));
    }

    /** How many more voters may fail; 0 when there are none. */
    public static int failureTolerance(RaftStatus raft, ServerId self, ShownServers servers) {
        return Math.max(0, healthyVoters(raft, self, servers) - raft.quorumSize());
    }

    /** Voters that answer the leader and follow it, elsewhere those that gossip holds for alive; none that says that it cannot. */
    public static int healthyVoters(RaftStatus raft, ServerId self, ShownServers servers) {
        return (int) raft.voters().stream()
                .filter(id -> id.equals(self) ? raft.disk() == null : isAble(id, raft, servers))
                .count();
    }

    private static boolean isAble(ServerId id, RaftStatus raft, ShownServers servers) {
        boolean there = raft.isLeader()
                ? isHealthy(raft.followers().get(id))
                : servers.find(id).map(ServerRoster.Server::isAlive).orElse(false);
        return there && !servers.isUnable(id);
    }

    private static Peer peer(ServerId id, ServerId self, RaftStatus raft, ShownServers servers) {
        boolean voter = raft.voters().contains(id);
        String role = id.equals(raft.leader()) ? "leader" : voter ? "follower" : "learner";
        Boolean healthy = null;
        Long contact = null;
        Long last = null;
        Long lag = null;
        if (id.equals(self)) {
            healthy = raft.role() != RaftStatus.Role.ERROR && raft.leader() != null && raft.disk() == null;
            contact = raft.lastContactMs() < 0 ? null : Long.valueOf(raft.lastContactMs());
            last = raft.lastLogIndex();
            lag = raft.isLeader() ? Long.valueOf(0) : null;
        } else if (raft.isLeader()) {
            RaftStatus.Follower follower = raft.followers().get(id);
            healthy = isHealthy(follower) && !servers.isUnable(id);
            if (follower != null) {
                contact = follower.lastContactMs() < 0 ? null : Long.valueOf(follower.lastContactMs());
                last = follower.lastLogIndex();
                lag = Math.max(0, raft.lastLogIndex() - follower.lastLogIndex());
            }
        }
        return new Peer(
                id.toString(),
                servers.name(id).orElse(""),
                servers.address(id),
                role,
                voter,
                healthy,
                contact,
                last,
                lag);
    }

    /** Whether a follower is connected and, within the last 5 s, answered the leader and had or stored what that has; absent: never heard of. */
    public static boolean isHealthy(RaftStatus.@Nullable Follower follower) {
        return follower != null
                && follower.connected()
                && follower.lastContactMs() >= 0
                && follower.lastContactMs() <= HEALTHY_CONTACT_MS
                && follower.stuckMs() <= HEALTHY_CONTACT_MS;
    }
}
