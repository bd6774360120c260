package io.quorate.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.consensus.Measurement;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the raft library's names become series. */
class RaftMeasurementsTest {
    @Test
    void theLibrarysFiguresAndTheFollowersLagAreSeries() {
        FakeConsensus consensus = new FakeConsensus();
        RaftStatus s = FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S3));
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
                s.learners(),
                0,
                Map.of(Fixtures.S1, new RaftStatus.Follower(30, 5, true)),
                null));
        consensus.measurements = Map.of(new Measurement("append-logs", "", "mean"), 1.5);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (RaftMeasurements measurements = new RaftMeasurements(Fixtures.server(
                Fixtures.everybody("s3", Fixtures.S3),
                FakeServers.leading(Fixtures.rpc(Fixtures.S3)),
                new FakeRpc(),
                Fixtures.FakeFounding.member(ReasonCode.READY),
                consensus))) {
            measurements.bindTo(registry);
            org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                assertThat(registry.find("quorate.raft.library")
                                .tags("name", "append-logs", "peer", "", "stat", "mean")
                                .gauges())
                        .hasSize(1)
                        .allMatch(gauge -> gauge.value() == 1.5);
                assertThat(registry.find("quorate.raft.follower_lag")
                                .tag("node", "s1")
                                .gauges())
                        .hasSize(1)
                        .allMatch(gauge -> gauge.value() == 11);
                assertThat(registry.find("quorate.raft.follower_healthy")
                                .tags("node", "s1", "suffrage", "voter", "server_id", Fixtures.S1.toString())
                                .gauges())
                        .hasSize(1)
                        .allMatch(gauge -> gauge.value() == 1);
                assertThat(registry.find("quorate.raft.follower_contact_seconds")
                                .tag("node", "s1")
                                .gauges())
                        .hasSize(1)
                        .allMatch(gauge -> gauge.value() == 0.005);
                assertThat(registry.find("quorate.cluster.info")
                                .tags("cluster_id", Fixtures.CLUSTER.id().toString(), "datacenter", "dc1")
                                .gauges())
                        .hasSize(1);
            });
            consensus.become(
                    FakeConsensus.group(RaftStatus.Role.FOLLOWER, Fixtures.S1, List.of(Fixtures.S1, Fixtures.S3)));
            assertThat(registry.find("quorate.raft.follower_healthy").gauges())
                    .as("a server that leads no more tells nothing of others")
                    .allMatch(gauge -> Double.isNaN(gauge.value()));
        }
    }

    @Test
    void aClientIsInTheClusterOfItsServers() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        FakeMembership membership = Fixtures.everybody("c1", Fixtures.S3);
        try (RaftMeasurements measurements =
                new RaftMeasurements(Fixtures.client(membership, FakeServers.client(), new FakeRpc()))) {
            measurements.bindTo(registry);
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(registry.find("quorate.cluster.info")
                                    .tag("cluster_id", Fixtures.CLUSTER.id().toString())
                                    .gauges())
                            .hasSize(1));
        }
    }
}
