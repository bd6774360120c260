package io.quorate.operator.health;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.operator.AgentParts;
import io.quorate.operator.KnownServers;
import io.quorate.operator.RaftNumbers;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Whether this server takes part in its raft group and its state is as new as the log. Down when raft has stopped by an error;
 * out of service without a group, while catching up, or when for three election timeouts no leader was heard or raft itself did
 * not answer.
 */
public final class RaftHealth implements HealthIndicator {
    private final AgentParts parts;
    private final AgentParts.ServerParts server;

    public RaftHealth(AgentParts parts, AgentParts.ServerParts server) {
        this.parts = parts;
        this.server = server;
    }

    @Override
    public Health health() {
        RaftStatus raft = server.consensus().status();
        ServerId leader = raft.leader();
        KnownServers servers = KnownServers.of(parts);
        Health.Builder health = new Health.Builder(status(raft))
                .withDetail("role", RaftNumbers.state(raft))
                .withDetail("term", raft.term())
                .withDetail("leader", leader == null ? "" : servers.name(leader).orElse(""))
                .withDetail("num_peers", RaftNumbers.otherVoters(server, raft))
                .withDetail("last_log_index", raft.lastLogIndex())
                .withDetail("commit_index", raft.commitIndex())
                .withDetail("applied_index", raft.appliedIndex())
                .withDetail("last_contact", RaftNumbers.lastContact(raft));
        if (server.isRaftSilent()) {
            health.withDetail("not_answering_ms", server.consensus().statusAgeMs());
        }
        if (raft.error() != null) {
            health.withDetail("error", raft.error());
        }
        return health.build();
    }

    private Status status(RaftStatus raft) {
        if (raft.role() == RaftStatus.Role.ERROR || raft.error() != null) {
            return Status.DOWN;
        }
        if (server.isRaftSilent()) {
            return Status.OUT_OF_SERVICE;
        }
        if (raft.leader() == null) {
            // An election takes a moment and is no trouble of this server's.
            long patience = server.electionTimeout().multipliedBy(3).toMillis();
            boolean between = raft.lastContactMs() >= 0 && raft.lastContactMs() < patience;
            return between ? Status.UP : Status.OUT_OF_SERVICE;
        }
        return RaftNumbers.isCaughtUp(raft) ? Status.UP : Status.OUT_OF_SERVICE;
    }
}
