package io.quorate.operator.health;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.ServerRoster;
import io.quorate.operator.AgentParts;
import io.quorate.operator.Peers;
import io.quorate.operator.RaftNumbers;
import io.quorate.runtime.Failures;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/** The agent's numbers for Prometheus, read at the moment they are asked for. */
public final class AgentMetrics implements MeterBinder {
    /** Of itself a server always knows it. */
    private static final Set<FoundingState> FOUNDING_STATES = EnumSet.complementOf(EnumSet.of(FoundingState.UNKNOWN));

    private final AgentParts parts;
    private final Glance glance;
    private final RaftHistory history = new RaftHistory();

    public AgentMetrics(AgentParts parts) {
        this.parts = parts;
        this.glance = new Glance(parts);
        AgentParts.ServerParts server = parts.server();
        if (server != null) {
            server.consensus().listen(history::see);
        }
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        AgentParts.ServerParts server = parts.server();
        AgentParts.Identity identity = parts.identity();
        Gauge.builder("quorate.agent.info", parts, p -> 1)
                .description("1, with what this agent is")
                .tag("node", identity.name().value())
                .tag("role", server == null ? "client" : "server")
                .tag("datacenter", identity.datacenter().value())
                .tag("version", identity.version())
                .register(registry);
        failures(registry);
        if (server != null) {
            log(registry, server);
            leadership(registry, server);
            peerSet(registry, server);
            new RequestMetrics(server.consensus()).bindTo(registry);
            history(registry);
            founding(registry, server);
        }
        gauge(
                registry,
                "quorate.bootstrap.known_servers",
                "Servers of this datacenter that are known",
                p -> server == null
                        ? glance.servers().all().stream()
                                .filter(ServerRoster.Server::isAlive)
                                .count()
                        : server.founding().view().known());
        gauge(
                registry,
                "quorate.bootstrap.servers_on_older_data",
                "Servers that this agent saw come back on older data than they had",
                p -> p.words().serversOnOlderData());
        for (ReasonCode code : ReasonCode.values()) {
            Gauge.builder("quorate.why", glance, g -> g.says(code) ? 1 : 0)
                    .description(
                            "1 for what this agent waits for now, READY when for nothing; for FOREIGN_CLUSTER also beside"
                                    + " another code, for 5 minutes after another cluster was met")
                    .tag("code", code.name())
                    .register(registry);
        }
    }

    private static void log(MeterRegistry registry, AgentParts.ServerParts server) {
        raft(registry, server, "last_log_index", "Last entry in this server's log", RaftStatus::lastLogIndex);
        raft(registry, server, "commit_index", "Last entry known to be committed", RaftStatus::commitIndex);
        raft(registry, server, "applied_index", "Last entry applied to the state", RaftStatus::appliedIndex);
        raft(registry, server, "fsm_pending", "Entries committed and not yet applied", RaftNumbers::pending);
        raft(registry, server, "last_snapshot_index", "Last entry in a snapshot", RaftStatus::lastSnapshotIndex);
    }

    private static void leadership(MeterRegistry registry, AgentParts.ServerParts server) {
        raft(registry, server, "term", "Present term", RaftStatus::term);
        raft(registry, server, "is_leader", "1 on the leader", s -> s.isLeader() ? 1 : 0);
        raft(registry, server, "has_leader", "1 while a leader is known", s -> s.leader() == null ? 0 : 1);
        raft(
                registry,
                server,
                "last_contact_seconds",
                "Since the leader was heard, NaN before any; on the leader 0, or since a majority answered",
                s -> s.lastContactMs() < 0 ? Double.NaN : s.lastContactMs() / 1000.0);
        raft(
                registry,
                server,
                "failed",
                "1 when raft has stopped by an error",
                s -> s.role() == RaftStatus.Role.ERROR || s.error() != null ? 1 : 0);
    }

    private void peerSet(MeterRegistry registry, AgentParts.ServerParts server) {
        raft(registry, server, "num_peers", "Voters other than this server", s -> RaftNumbers.otherVoters(server, s));
        raft(
                registry,
                server,
                "voters",
                "Voters in the configuration",
                s -> s.voters().size());
        raft(
                registry,
                server,
                "learners",
                "Learners in the configuration",
                s -> s.learners().size());
        raft(registry, server, "quorum_size", "Voters that decide", RaftStatus::quorumSize);
        raft(
                registry,
                server,
                "failure_tolerance",
                "Voters that may fail before the quorum is lost",
                s -> Peers.failureTolerance(s, server.founding().view().self(), glance.servers()));
        raft(
                registry,
                server,
                "voters_healthy",
                "Voters that answer the leader; asked elsewhere: those that gossip holds for alive",
                s -> Peers.healthyVoters(s, server.founding().view().self(), glance.servers()));
    }

    private static void failures(MeterRegistry registry) {
        failures(registry, "exception", Failures::exceptions);
        failures(registry, "error", Failures::errors);
    }

    private static void failures(MeterRegistry registry, String kind, LongSupplier count) {
        FunctionCounter.builder("quorate.failures", count, LongSupplier::getAsLong)
                .description("Pieces of work of this agent that ended by a bug or an error; the log has each")
                .tag("kind", kind)
                .register(registry);
    }

    private void history(MeterRegistry registry) {
        FunctionCounter.builder("quorate.raft.leader.changes", history, RaftHistory::leaderChanges)
                .description("Times that this server saw another leader, or the same one elected again")
                .register(registry);
        FunctionCounter.builder("quorate.raft.elections", history, RaftHistory::elections)
                .description("Elections that were begun, by whomever, as this server saw the term grow")
                .register(registry);
    }

    private void founding(MeterRegistry registry, AgentParts.ServerParts server) {
        for (FoundingState state : FOUNDING_STATES) {
            Gauge.builder(
                            "quorate.bootstrap.state",
                            server,
                            s -> s.founding().view().state() == state ? 1 : 0)
                    .description("1 for this server's founding state")
                    .tag("state", state.word())
                    .register(registry);
        }
        gauge(
                registry,
                "quorate.bootstrap.missing_servers",
                "Servers still missing before a cluster can be founded",
                p -> server.founding().view().missing());
        gauge(
                registry,
                "quorate.bootstrap.expect",
                "Servers that bootstrap a cluster",
                p -> server.founding().view().expect().servers());
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<AgentParts> value) {
        Gauge.builder(name, parts, value).description(description).register(registry);
    }

    private static void raft(
            MeterRegistry registry,
            AgentParts.ServerParts server,
            String name,
            String description,
            ToDoubleFunction<RaftStatus> value) {
        Gauge.builder(
                        "quorate.raft." + name,
                        server,
                        s -> value.applyAsDouble(s.consensus().status()))
                .description(description)
                .register(registry);
    }
}
