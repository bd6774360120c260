package io.quorate.monitoring;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quorate.Await;
import io.quorate.answer.Answers;
import io.quorate.consensus.Measurement;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.operator.AgentParts;
import io.quorate.operator.OperatorOperations;
import io.quorate.operator.health.AgentMetrics;
import io.quorate.operator.health.DataMetrics;
import io.quorate.operator.health.GossipMetrics;
import io.quorate.operator.health.RaftMeasurements;
import io.quorate.testing.Asked;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What the agent's own binders expose in a real registry: of a leader with followers, of a server that waits, and of a client. */
final class RealRegistry {
    private RealRegistry() {}

    /** With every series that depends on the role, and those of the raft library by a name that it has. */
    static Exposition everything(Path folder) {
        return leader(folder).and(follower(folder)).and(waiting(folder)).and(client(folder));
    }

    static Exposition leader(Path folder) {
        FakeConsensus consensus = new FakeConsensus();
        RaftStatus s = FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3));
        consensus.become(new RaftStatus(
                s.cluster(),
                s.role(),
                s.leader(),
                s.term(),
                s.lastLogIndex(),
                s.lastLogTerm(),
                s.commitIndex(),
                s.appliedIndex(),
                s.lastSnapshotIndex(),
                s.lastSnapshotTerm(),
                s.voters(),
                List.of(Fixtures.S1),
                0,
                Map.of(
                        Fixtures.S1, new RaftStatus.Follower(30, 5, true),
                        Fixtures.S2, new RaftStatus.Follower(0, -1, false)),
                null));
        consensus.measurements = Map.of(new Measurement("append-logs", "", "p99"), 1.5);
        AgentParts parts = Fixtures.server(
                Fixtures.everybody("s3", Fixtures.S3),
                FakeServers.leading(Fixtures.rpc(Fixtures.S3)),
                new FakeRpc(),
                Fixtures.FakeFounding.member(ReasonCode.READY),
                consensus);
        return scrape(parts, folder, "quorate_raft_follower_healthy{");
    }

    static Exposition follower(Path folder) {
        FakeConsensus consensus = new FakeConsensus();
        consensus.become(FakeConsensus.group(
                RaftStatus.Role.FOLLOWER, Fixtures.S1, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
        consensus.measurements = Map.of(new Measurement("append-logs", "", "p99"), 1.5);
        return scrape(
                Fixtures.server(
                        Fixtures.everybody("s3", Fixtures.S1),
                        FakeServers.alone(),
                        new FakeRpc(),
                        Fixtures.FakeFounding.member(ReasonCode.READY),
                        consensus),
                folder,
                "quorate_raft_library{");
    }

    /** Nothing is founded and there is no raft group: every series that does not speak of others must be there all the same. */
    static Exposition waiting(Path folder) {
        return scrape(
                Fixtures.server(
                        Fixtures.everybody("s1", null),
                        FakeServers.alone(),
                        new FakeRpc(),
                        Fixtures.FakeFounding.blank(),
                        new FakeConsensus()),
                folder,
                "quorate_raft_is_leader 0");
    }

    static Exposition client(Path folder) {
        return scrape(
                Fixtures.client(Fixtures.everybody("c1", Fixtures.S3), FakeServers.client(), new FakeRpc()),
                folder,
                "quorate_cluster_info{");
    }

    private static Exposition scrape(AgentParts parts, Path folder, String until) {
        PrometheusMeterRegistry registry =
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
        try (RaftMeasurements measurements = new RaftMeasurements(parts);
                DataMetrics data = new DataMetrics(folder);
                Answers answers = Asked.by(parts, new MemoryState(), new FakeRpc(), Duration.ofMillis(1))) {
            for (MeterBinder binder :
                    List.of(new AgentMetrics(parts), new GossipMetrics(parts), measurements, data, answers)) {
                binder.bindTo(registry);
            }
            // A figure of an operation is there once it was asked.
            var unused = answers.ask(OperatorOperations.LEADER, new OperatorOperations.Nothing());
            Await.until(until, Duration.ofSeconds(10), () -> registry.scrape().contains(until), registry::scrape);
            return Exposition.parse(registry.scrape());
        }
    }
}
