package io.quorate.operator.health;

import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.operator.AgentParts;
import io.quorate.operator.RaftNumbers;
import io.quorate.operator.Reason;
import io.quorate.operator.ShownServers;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Whether this server takes part in its raft group and its state is as new as what the leader has committed. Down when raft has stopped
 * by an error; out of service while {@code /why} is not ready, but for the moment of an election: three election timeouts from when a
 * leader was heard last.
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
        ShownServers servers = ShownServers.of(parts);
        Health.Builder health = new Health.Builder(status(raft, servers))
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

    private Status status(RaftStatus raft, ShownServers servers) {
        if (raft.role() == RaftStatus.Role.ERROR || raft.error() != null) {
            return Status.DOWN;
        }
        Why why = Reason.of(parts);
        if (why.isReady() && raft.leader() != null) {
            return RaftNumbers.isCaughtUp(raft, servers.committed(raft)) ? Status.UP : Status.OUT_OF_SERVICE;
        }
        // An election takes a moment and is no trouble of this server's.
        long patience = server.electionTimeout().multipliedBy(3).toMillis();
        boolean between = (why.isReady() || why.code() == ReasonCode.ELECTION)
                && !server.isRaftSilent()
                && raft.lastContactMs() >= 0
                && raft.lastContactMs() < patience;
        return between ? Status.UP : Status.OUT_OF_SERVICE;
    }
}
