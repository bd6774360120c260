package io.quorate.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.operator.AgentParts;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is put together once for several series is never older than what it was taken from. */
class GlanceTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
    private final FakeConsensus consensus = new FakeConsensus();
    private final FakeMembership membership = Fixtures.everybody("s3", Fixtures.S3);
    private final Fixtures.FakeFounding founding = Fixtures.FakeFounding.member(ReasonCode.READY);
    private final AgentParts parts = Fixtures.server(
            membership, FakeServers.leading(Fixtures.rpc(Fixtures.S3)), new FakeRpc(), founding, consensus);
    private final Glance glance = new Glance(parts, now::get);

    @Test
    void theCodeFollowsEveryPartThatItIsTakenFrom() {
        assertThat(glance.code()).isEqualTo(ReasonCode.READY);
        founding.view = Fixtures.FakeFounding.member(ReasonCode.ELECTION).view();
        assertThat(glance.code()).isEqualTo(ReasonCode.ELECTION);
        consensus.become(new RaftStatus(
                Fixtures.CLUSTER,
                RaftStatus.Role.ERROR,
                null,
                3,
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(),
                List.of(),
                -1,
                java.util.Map.of(),
                "an error that raft cannot survive"));
        assertThat(glance.code()).isEqualTo(ReasonCode.FAILED);
    }

    @Test
    void theServersAreTakenAnewFromEachRoster() {
        assertThat(glance.servers().all()).hasSize(3);
        membership.forgetAllBut(membership.roster().self());
        assertThat(glance.servers().all()).hasSize(1);
    }
}
