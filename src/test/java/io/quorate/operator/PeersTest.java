package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.answer.Answer;
import io.quorate.answer.Answers;
import io.quorate.answer.Offer;
import io.quorate.answer.Said;
import io.quorate.codec.Form;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.rpc.RpcException;
import io.quorate.runtime.EventLoop;
import io.quorate.testing.Datacenter3;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Who votes, as each agent shows it. */
class PeersTest {
    private final Datacenter3 world = new Datacenter3().led();

    private static Peers of(Datacenter3.Agent agent) {
        AgentParts.ServerParts server = agent.parts().server();
        assertThat(server).isNotNull();
        return Peers.of(agent.parts(), java.util.Objects.requireNonNull(server));
    }

    private void followers(Map<ServerId, RaftStatus.Follower> followers) {
        RaftStatus s = FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S3, Datacenter3.VOTERS);
        world.s3
                .consensus()
                .become(new RaftStatus(
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
                        s.lastContactMs(),
                        followers,
                        null));
    }

    @Test
    @Fault(
            line = "A5",
            fault = "Gossip shows a second member with the id of a voter, also of the leader, at another address",
            seen = "The peers and the leader are shown at the name and address that were there first")
    void whoClaimsAVotersIdIsNotShownInItsPlace() {
        FakeMembership membership = world.s3.membership();
        assertThat(membership.servers().find(Fixtures.S1)).isPresent();
        Member voter = membership.roster().find(new NodeName("s1")).orElseThrow();
        membership.replace(new Member(
                new NodeName("evil"),
                voter.id(),
                66,
                9,
                FakeServers.endpoint("127.77.0.66", 8301),
                voter.cluster(),
                voter.tags(),
                voter.state(),
                voter.since()));
        assertThat(of(world.s3).peers())
                .extracting(Peers.Peer::node, Peers.Peer::address)
                .contains(org.assertj.core.groups.Tuple.tuple("s1", "127.77.0.11:8300"))
                .hasSize(3);
        assertThat(new ConsulReports(world.s3.parts()).peers())
                .containsExactlyInAnyOrder("127.77.0.11:8300", "127.77.0.12:8300", "127.77.0.13:8300");
        assertThat(ShownServers.of(world.s3.parts()).all())
                .extracting(known -> known.member().name().value())
                .doesNotContain("evil");
    }

    @Test
    void theLeaderKnowsHowFarEachPeerIs() {
        followers(Map.of(
                Fixtures.S1, new RaftStatus.Follower(40, 90, true),
                Fixtures.S2, new RaftStatus.Follower(7, 60_000, true)));
        Peers peers = of(world.s3);
        assertThat(peers.voters()).isEqualTo(3);
        assertThat(peers.quorumSize()).isEqualTo(2);
        assertThat(peers.failureTolerance()).as("s2 does not answer").isZero();
        assertThat(peers.leader()).isEqualTo(new Peers.Leader(Fixtures.S3.toString(), "s3", "127.77.0.13:8300"));
        assertThat(peers.peers())
                .containsExactly(
                        new Peers.Peer(
                                Fixtures.S3.toString(), "s3", "127.77.0.13:8300", "leader", true, true, 0L, 41L, 0L),
                        new Peers.Peer(
                                Fixtures.S2.toString(),
                                "s2",
                                "127.77.0.12:8300",
                                "follower",
                                true,
                                false,
                                60_000L,
                                7L,
                                34L),
                        new Peers.Peer(
                                Fixtures.S1.toString(),
                                "s1",
                                "127.77.0.11:8300",
                                "follower",
                                true,
                                true,
                                90L,
                                40L,
                                1L));
        followers(Map.of(
                Fixtures.S1, new RaftStatus.Follower(40, 90, true),
                Fixtures.S2, new RaftStatus.Follower(41, 10, true)));
        assertThat(of(world.s3).failureTolerance()).isEqualTo(1);
    }

    @Test
    @Fault(
            line = "D2",
            fault = "the disk of a follower hangs: it answers heartbeats and stores nothing",
            seen = "on the leader it is not healthy, and does not count among those that may fail one more")
    void aFollowerThatStoresNothingIsNotHealthyThoughItAnswers() {
        followers(Map.of(
                Fixtures.S1, new RaftStatus.Follower(40, 90, true, 4_000),
                Fixtures.S2, new RaftStatus.Follower(7, 90, true, 6_000)));
        Peers peers = of(world.s3);
        assertThat(peers.failureTolerance()).isZero();
        assertThat(peers.peers()).extracting(Peers.Peer::healthy).containsExactly(true, false, true);
    }

    @Test
    @Fault(
            line = "D2",
            fault = "a follower says, asked by another server, that its disk hangs",
            seen = "neither the leader nor another follower counts it among those that can take part")
    void whoSaysThatItTakesNoPartDoesNotCount() {
        followers(Map.of(
                Fixtures.S1, new RaftStatus.Follower(41, 90, true),
                Fixtures.S2, new RaftStatus.Follower(41, 90, true)));
        ServerWord unable = new ServerWord(
                "DISK",
                "it hangs",
                "look at it",
                "DISK: it hangs",
                null,
                null,
                List.of(),
                List.of(),
                0,
                null,
                Map.of(),
                Map.of(),
                Map.of());
        world.rpc.serve(
                Fixtures.rpc(Fixtures.S2), Answers.METHOD, Said.by(Offer.knows(ServerWords.WORD, question -> unable)));
        for (Datacenter3.Agent agent : List.of(world.s3, world.s1)) {
            assertThat(of(agent).failureTolerance()).isEqualTo(1);
            try (EventLoop loop = new EventLoop("words")) {
                loop.submit(() -> {
                            agent.parts().words().ask(agent.parts(), loop);
                            return true;
                        })
                        .join();
                assertThat(loop.submit(() -> true).join()).isTrue();
            }
            assertThat(of(agent).failureTolerance()).as(agent.toString()).isZero();
        }
        assertThat(of(world.s3).peers().get(1).healthy()).isFalse();
    }

    @Test
    void aFollowerLeavesOpenWhatOnlyTheLeaderKnowsAndTakesTheToleranceFromGossip() {
        Peers peers = of(world.s1);
        assertThat(peers.failureTolerance()).isEqualTo(1);
        assertThat(peers.peers().get(0))
                .isEqualTo(new Peers.Peer(
                        Fixtures.S3.toString(), "s3", "127.77.0.13:8300", "leader", true, null, null, null, null));
        assertThat(peers.peers().get(2).lastLogIndex()).as("of itself it knows").isEqualTo(41);
        world.s1.membership().replace(Fixtures.in(MemberState.FAILED, Fixtures.server("s2", Fixtures.S2, null, true)));
        assertThat(of(world.s1).failureTolerance()).isZero();
    }

    @Test
    void aPeerThatGossipForgotIsNamedAsItWasTakenIn() {
        ServerId gone = ServerId.of("00000099-0000-4000-8000-000000000099");
        world.s3.consensus().names = Map.of(gone, new NodeName("s9"));
        world.s3
                .consensus()
                .become(FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S3, gone)));
        Peers.Peer peer = of(world.s3).peers().get(1);
        assertThat(peer.node()).isEqualTo("s9");
        assertThat(peer.address()).isEmpty();
        assertThat(new ConsulReports(world.s3.parts()).raftConfiguration())
                .extracting(RaftPeer::node)
                .contains("(unknown)");
    }

    @Test
    void aServerWithoutAClusterHasNoPeers() {
        world.s1.consensus().become(RaftStatus.NONE);
        Peers peers = of(world.s1);
        assertThat(peers).isEqualTo(new Peers(null, null, null, 0, 0, 0, 0, List.of(), List.of()));
        assertThat(new String(NativeJson.write(peers, false), StandardCharsets.UTF_8))
                .isEqualTo("{\"cluster_id\":null,\"incarnation\":null,\"leader\":null,\"term\":0,\"voters\":0,"
                        + "\"quorum_size\":0,\"failure_tolerance\":0,\"peers\":[],\"not_added\":[]}\n");
    }

    @Test
    void aClientAsksTheNextServerWhenOneIsSilent() {
        world.c1.servers().others = List.of(Fixtures.rpc(Fixtures.S3), Fixtures.rpc(Fixtures.S1));
        world.rpc.failing(Fixtures.rpc(Fixtures.S3), RpcException.Kind.UNKNOWN);
        assertThat(ask(world.c1))
                .succeedsWithin(Duration.ofSeconds(5))
                .extracting(Answer::value)
                .isEqualTo(of(world.s1));
        world.rpc.failing(Fixtures.rpc(Fixtures.S1), RpcException.Kind.UNKNOWN);
        assertThat(ask(world.c1))
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("UNKNOWN");
    }

    private static CompletableFuture<Answer<Peers>> ask(Datacenter3.Agent agent) {
        return agent.answers().ask(OperatorOperations.PEERS, new OperatorOperations.Nothing());
    }

    @Test
    void peersTravelAsTheyAre() throws Exception {
        world.led();
        for (Datacenter3.Agent server : List.of(world.s1, world.s3)) {
            Peers peers = of(server);
            Form<Peers> form = OperatorOperations.PEERS.answer();
            assertThat(form.of(form.bytes(peers))).isEqualTo(peers);
        }
    }
}
