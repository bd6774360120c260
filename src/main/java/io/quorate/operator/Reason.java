package io.quorate.operator;

import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.membership.AgentTags;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.Membership;
import io.quorate.runtime.Clocks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What this agent waits for at this moment, taken from all of its parts. */
public final class Reason {
    /** How long after the last meeting another cluster is worth telling of. */
    private static final Duration FOREIGN = Duration.ofHours(1);

    private Reason() {}

    /**
     * What people are shown: as {@link #of}, but that another cluster was met in the last hour outranks being ready. It does not
     * make this agent less able to serve: a mistaken join must not take a working cluster out of service.
     */
    public static Why shown(AgentParts parts) {
        Why own = of(parts);
        List<ForeignCluster> recent = parts.membership().foreignClusters().stream()
                .filter(f -> f.lastSeen().isAfter(Clocks.wall().instant().minus(FOREIGN)))
                .toList();
        return own.isReady() && !recent.isEmpty() ? foreign(parts, recent, own) : own;
    }

    private static Why foreign(AgentParts parts, List<ForeignCluster> met, Why own) {
        var self = parts.membership().roster().self().cluster();
        String others = met.stream()
                .map(f -> f.cluster().id() + " (at " + f.address() + ")")
                .collect(Collectors.joining(", "));
        return new Why(
                Why.Code.FOREIGN_CLUSTER,
                "this agent belongs to cluster " + (self == null ? "(none)" : self.id()) + " and met another one, "
                        + others + ": they do not mix, both keep their data",
                "take the other cluster's addresses out of -retry-join and do not join it; to move its servers over, stop"
                        + " them and clear their data folders one by one",
                own.evidence());
    }

    public static Why of(AgentParts parts) {
        AgentParts.ServerParts server = parts.server();
        Why own = server == null
                ? client(KnownServers.of(parts))
                : server(server.founding().view().why(), server.consensus().status());
        Membership.Trouble trouble = parts.membership().trouble();
        return trouble == null ? JoinsMet.of(parts).explain(own) : troubled(trouble, own);
    }

    /** Raft may have stopped working after founding was done with it. */
    static Why server(Why founding, RaftStatus raft) {
        String error = raft.error();
        boolean stopped = raft.role() == RaftStatus.Role.ERROR || error != null;
        if (!stopped || !isRunning(founding.code())) {
            return founding;
        }
        return new Why(
                Why.Code.DISK,
                "raft has stopped on this server: " + (error == null ? "no reason is known" : error),
                "free space or repair the disk that holds the data folder, then restart this agent: it takes up where it was",
                founding.evidence());
    }

    /** Codes that say that raft should be working. */
    private static boolean isRunning(Why.Code code) {
        return code == Why.Code.READY || code == Why.Code.ELECTION || code == Why.Code.QUORUM_LOST;
    }

    private static Why troubled(Membership.Trouble trouble, Why own) {
        Why.Code code =
                trouble.code().equals(Why.Code.KEY_MISMATCH.name()) ? Why.Code.KEY_MISMATCH : Why.Code.NAME_CONFLICT;
        return new Why(code, trouble.message(), trouble.nextStep(), own.evidence());
    }

    /** A client has nothing of its own to wait for: it waits for what its servers say of themselves. */
    static Why client(KnownServers servers) {
        List<Why.Evidence> evidence =
                servers.all().stream().map(Reason::evidence).toList();
        List<KnownServers.Known> alive =
                servers.all().stream().filter(KnownServers.Known::isAlive).toList();
        if (alive.isEmpty()) {
            String message = servers.all().isEmpty()
                    ? "no server is known to this client"
                    : "none of the known servers is alive: " + names(servers.all());
            return new Why(
                    Why.Code.NO_SERVERS,
                    message,
                    "join any agent of the datacenter: PUT /join with its address, or start with -retry-join",
                    evidence);
        }
        Optional<KnownServers.Known> informed =
                alive.stream().filter(k -> leads(k.tags(), alive)).findFirst();
        if (informed.isPresent()) {
            return new Why(
                    Why.Code.READY,
                    "server " + informed.get().member().name() + " knows a leader",
                    "nothing: this client is ready",
                    evidence);
        }
        List<KnownServers.Known> members =
                alive.stream().filter(k -> k.member().cluster() != null).toList();
        if (!members.isEmpty()) {
            return new Why(
                    Why.Code.ELECTION,
                    "no server that is alive knows a leader: " + names(members),
                    "nothing: the servers elect one when a majority of them is there; ask one of them for /why",
                    evidence);
        }
        int expect =
                alive.stream().mapToInt(k -> k.tags().expect().servers()).max().orElse(0);
        if (alive.size() < expect) {
            return new Why(
                    Why.Code.WAITING_FOR_SERVERS,
                    "the servers have no cluster yet: " + alive.size() + " of " + expect + " are there: "
                            + names(alive),
                    "start the missing servers, or join them",
                    evidence);
        }
        return new Why(
                Why.Code.FOUNDING,
                "the servers have no cluster yet: " + names(alive),
                "nothing if they are founding one; else ask one of them for /why",
                evidence);
    }

    private static boolean leads(AgentTags tags, List<KnownServers.Known> alive) {
        return tags.leader() != null && alive.stream().anyMatch(k -> k.id().equals(tags.leader()));
    }

    private static Why.Evidence evidence(KnownServers.Known known) {
        var cluster = known.member().cluster();
        return new Why.Evidence(
                known.member().name().value(),
                known.id().toString(),
                known.endpoint().toString(),
                true,
                known.isAlive(),
                known.tags().founding().isEmpty() ? "unknown" : known.tags().founding(),
                cluster == null ? null : cluster.toString(),
                known.tags().expect().servers(),
                null);
    }

    private static String names(List<KnownServers.Known> servers) {
        return servers.stream().map(k -> k.member().name().value()).collect(Collectors.joining(", "));
    }
}
