package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.answer.Patience;
import io.quorate.answer.Terms;
import io.quorate.catalog.Catalog;
import io.quorate.catalog.CatalogCommand;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the leader believes of a node. */
class CatalogKeeperTest {
    private static final NodeFacts TRUE = facts("rack", "7");

    private final FakeMembership membership = Fixtures.everybody("s3", Fixtures.S3);
    private final FakeConsensus consensus = new FakeConsensus();
    private final CatalogKeeper keeper = new CatalogKeeper(
            membership,
            consensus,
            new Catalog(new MemoryState()),
            new NodeFacts(new NodeName("s3"), new io.quorate.kernel.NodeId(Fixtures.S3.value()), new TreeMap<>()));

    private static NodeFacts facts(String key, String value) {
        return new NodeFacts(new NodeName("c1"), Fixtures.C1, new TreeMap<>(Map.of(key, value)));
    }

    @AfterEach
    void close() {
        keeper.close();
    }

    private void announce(NodeFacts facts) {
        Member client = Fixtures.client("c1");
        AgentTags tags = AgentTags.decode(client.tags()).orElseThrow().facts(facts.digest());
        membership.replace(new Member(
                client.name(),
                client.id(),
                client.instance(),
                client.incarnation(),
                client.address(),
                client.cluster(),
                tags.encode(),
                client.state(),
                client.since()));
    }

    private void take(NodeFacts said) throws Exception {
        assertThat(keeper.take(said).get(10, TimeUnit.SECONDS)).isNotNull();
    }

    private void refuses(NodeFacts said, String why) {
        assertThatThrownBy(() -> take(said))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining(why);
    }

    @Test
    @Fault(
            line = "A5",
            fault = "Gossip shows another member with the id of a living server, before either is in the catalog",
            seen = "The server is registered, the other one is not")
    void whoClaimsAServersIdIsNotRegistered() {
        assertThat(membership.servers().find(Fixtures.S1)).isPresent();
        Member s1 = membership.roster().find(new NodeName("s1")).orElseThrow();
        membership.replace(new Member(
                new NodeName("evil"),
                s1.id(),
                66,
                9,
                FakeServers.endpoint("127.77.0.66", 8301),
                s1.cluster(),
                s1.tags(),
                s1.state(),
                s1.since()));
        keeper.start();
        consensus.become(FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
        Await.until(
                "everybody is registered",
                Duration.ofSeconds(20),
                () -> consensus.appended.stream()
                                .filter(CatalogCommand.Register.class::isInstance)
                                .count()
                        >= 4);
        assertThat(consensus.appended)
                .filteredOn(CatalogCommand.Register.class::isInstance)
                .extracting(
                        command -> ((CatalogCommand.Register) command).node().name())
                .containsOnly("c1", "s1", "s2", "s3");
    }

    @Test
    @Fault(
            line = "A6",
            fault = "A stranger sends facts of a node, its metadata, to the server port of the leader",
            seen = "Refused: only facts are taken whose digest that very node carries in gossip")
    void factsThatTheNodeDoesNotAnnounceAreRefused() throws Exception {
        refuses(TRUE, "not the leader");
        consensus.become(FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
        refuses(TRUE, "does not announce");
        announce(TRUE);
        take(TRUE);
        refuses(facts("rack", "8"), "does not announce");
        refuses(new NodeFacts(new NodeName("s1"), Fixtures.C1, TRUE.meta()), "does not announce");
        refuses(new NodeFacts(new NodeName("nobody"), Fixtures.C1, TRUE.meta()), "does not announce");
        take(TRUE);
    }

    @Test
    void whatAClientTellsAFollowerReachesTheLeaderAndWhyItIsRefusedComesBack() throws Exception {
        FakeRpc rpc = new FakeRpc();
        FakeServers follows = FakeServers.alone();
        follows.leader = Optional.of(Fixtures.rpc(Fixtures.S3));
        try (Answers leader = answers(FakeServers.leading(Fixtures.rpc(Fixtures.S3)), rpc, true);
                Answers follower = answers(follows, rpc, true);
                Answers client = answers(FakeServers.client(Fixtures.rpc(Fixtures.S1)), rpc, false)) {
            rpc.serve(Fixtures.rpc(Fixtures.S3), Answers.METHOD, leader.rpcHandler());
            rpc.serve(Fixtures.rpc(Fixtures.S1), Answers.METHOD, follower.rpcHandler());
            consensus.become(FakeConsensus.group(
                    RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
            assertThatThrownBy(() -> tell(client))
                    .hasCauseInstanceOf(AskException.class)
                    .hasMessageContaining("c1 does not announce these facts");
            announce(TRUE);
            tell(client);
            assertThat(rpc.calls)
                    .containsExactly(
                            Fixtures.rpc(Fixtures.S1),
                            Fixtures.rpc(Fixtures.S3),
                            Fixtures.rpc(Fixtures.S1),
                            Fixtures.rpc(Fixtures.S3));
        }
    }

    private static void tell(Answers agent) throws Exception {
        Object unused = agent.ask(NodeFacts.TELL, TRUE, Terms.DEFAULT.with(Patience.NONE))
                .get(10, TimeUnit.SECONDS);
    }

    private Answers answers(FakeServers servers, FakeRpc rpc, boolean server) {
        return new Answers(
                new AnswerParts(
                        Fixtures.DC1,
                        servers,
                        rpc,
                        server ? new AnswerParts.Server(consensus, new MemoryState().reader()) : null,
                        Duration.ofSeconds(1),
                        0),
                server ? List.of(Offer.does(NodeFacts.TELL, keeper::take)) : List.of());
    }
}
