package io.quorate.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.answer.Answers;
import io.quorate.answer.Said;
import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.RaftStatus.Role;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.operator.AgentParts;
import io.quorate.operator.ShownServers;
import io.quorate.runtime.EventLoop;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** When a server, and a client, call themselves healthy. */
class HealthTest {
    private static final List<ServerId> VOTERS = List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3);

    private final FakeConsensus consensus = new FakeConsensus();
    private final Fixtures.FakeFounding founding = Fixtures.FakeFounding.member(ReasonCode.READY);
    private final AgentParts parts = Fixtures.server(
            Fixtures.everybody("s3", Fixtures.S3),
            FakeServers.leading(Fixtures.rpc(Fixtures.S3)),
            new FakeRpc(),
            founding,
            consensus);

    private Health raft(RaftStatus status) {
        consensus.become(status);
        return new RaftHealth(parts, Objects.requireNonNull(parts.server())).health();
    }

    private static RaftStatus status(
            Role role, @Nullable ServerId leader, long commit, long applied, long contact, @Nullable String error) {
        return new RaftStatus(
                Fixtures.CLUSTER,
                role,
                leader,
                3,
                5000,
                3,
                commit,
                applied,
                0,
                0,
                VOTERS,
                List.of(),
                contact,
                Map.of(),
                error);
    }

    @Test
    void raftIsUpOnALeaderAndOnAFollowerThatIsCaughtUp() {
        assertThat(raft(status(Role.LEADER, Fixtures.S3, 5000, 4990, 0, null)).getStatus())
                .isEqualTo(Status.UP);
        Health follower = raft(status(Role.FOLLOWER, Fixtures.S1, 5000, 5000, 20, null));
        assertThat(follower.getStatus()).isEqualTo(Status.UP);
        assertThat(follower.getDetails())
                .containsEntry("num_peers", 2)
                .containsEntry("last_log_index", 5000L)
                .containsEntry("commit_index", 5000L)
                .containsEntry("applied_index", 5000L)
                .containsEntry("term", 3L)
                .containsEntry("leader", "s1")
                .containsEntry("role", "Follower");
    }

    @Test
    void raftIsOutOfServiceWhileItsStateIsBehindOrItIsALearnerOrHasNoGroup() {
        assertThat(raft(status(Role.FOLLOWER, Fixtures.S1, 5000, 3000, 20, null))
                        .getStatus())
                .isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(raft(status(Role.LEARNER, Fixtures.S1, 5000, 5000, 20, null)).getStatus())
                .isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(raft(RaftStatus.NONE).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    }

    @Test
    @Fault(
            line = "D2",
            fault = "the disk of a follower hangs, so that it knows of no commit that it has not applied",
            seen = "/why says DISK, and raft and readiness are out of service with it")
    void raftIsOutOfServiceWhileWhyIsNotReady() {
        RaftStatus working = status(Role.FOLLOWER, Fixtures.S1, 5000, 5000, 20, null);
        assertThat(raft(working).getStatus()).isEqualTo(Status.UP);
        RaftStatus.Disk hangs = new RaftStatus.Disk("a write has not returned", "raft/log", false, true);
        assertThat(raft(working.disk(hangs)).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        RaftStatus leading = status(Role.LEADER, Fixtures.S3, 5000, 5000, 0, null);
        assertThat(raft(leading.disk(hangs)).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    }

    @Test
    void raftIsOutOfServiceWhileTheLeaderHasCommittedMuchMore() throws Exception {
        FakeRpc rpc = new FakeRpc();
        AgentParts asking = Fixtures.server(
                Fixtures.everybody("s3", Fixtures.S1),
                FakeServers.leading(Fixtures.rpc(Fixtures.S1)),
                rpc,
                founding,
                consensus);
        consensus.become(status(Role.LEADER, Fixtures.S1, 7000, 7000, 0, null));
        rpc.serve(
                Fixtures.rpc(Fixtures.S1),
                Answers.METHOD,
                Said.by(asking.words().offer(asking, Objects.requireNonNull(asking.server()))));
        consensus.become(status(Role.FOLLOWER, Fixtures.S1, 5000, 5000, 20, null));
        RaftHealth health = new RaftHealth(asking, Objects.requireNonNull(asking.server()));
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        consensus.become(status(Role.LEADER, Fixtures.S1, 7000, 7000, 0, null));
        try (EventLoop loop = new EventLoop("words")) {
            asking.words().start(asking, loop);
            Await.until(
                    "the leader was asked",
                    Duration.ofSeconds(20),
                    () -> ShownServers.of(asking).committed(status(Role.FOLLOWER, Fixtures.S1, 5000, 5000, 20, null))
                            == 7000);
            consensus.become(status(Role.FOLLOWER, Fixtures.S1, 5000, 5000, 20, null));
            assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        }
    }

    @Test
    void anElectionMayTakeThreeElectionTimeoutsBeforeRaftIsOutOfService() {
        assertThat(raft(status(Role.CANDIDATE, null, 5000, 5000, 2900, null)).getStatus())
                .isEqualTo(Status.UP);
        assertThat(raft(status(Role.CANDIDATE, null, 5000, 5000, 3100, null)).getStatus())
                .isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(raft(status(Role.FOLLOWER, null, 0, 0, -1, null)).getStatus())
                .isEqualTo(Status.OUT_OF_SERVICE);
    }

    @Test
    void raftThatStoppedByAnErrorIsDown() {
        Health broken = raft(status(Role.ERROR, null, 5000, 5000, 0, "disk full"));
        assertThat(broken.getStatus()).isEqualTo(Status.DOWN);
        assertThat(broken.getDetails()).containsEntry("error", "disk full");
    }

    @Test
    void bootstrapIsOutOfServiceWithTheReasonWhileThereIsNoLeader() {
        founding.view = Fixtures.FakeFounding.blank().view();
        Health waiting = new BootstrapHealth(parts).health();
        assertThat(waiting.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(waiting.getDetails())
                .containsEntry("state", "blank")
                .containsEntry("expect", 3)
                .containsEntry("known", 1)
                .containsEntry("missing", 2)
                .containsEntry(
                        "reason",
                        Map.of(
                                "code",
                                "WAITING_FOR_SERVERS",
                                "message",
                                "because WAITING_FOR_SERVERS",
                                "next_step",
                                "wait"));
        consensus.become(FakeConsensus.group(Role.FOLLOWER, Fixtures.S1, VOTERS));
        assertThat(new BootstrapHealth(parts).health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void aClientIsInServiceWhileAServerKnowsALeader() {
        FakeMembership ready = Fixtures.everybody("c1", Fixtures.S3);
        Health up = new BootstrapHealth(Fixtures.client(ready, FakeServers.client(), new FakeRpc())).health();
        assertThat(up.getStatus()).isEqualTo(Status.UP);
        assertThat(String.valueOf(up.getDetails().get("servers"))).contains("s1", "s2", "s3", "knows_leader=true");
        FakeMembership leaderless = Fixtures.everybody("c1", null);
        Health out = new BootstrapHealth(Fixtures.client(leaderless, FakeServers.client(), new FakeRpc())).health();
        assertThat(out.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(String.valueOf(out.getDetails().get("reason"))).contains("ELECTION");
    }
}
