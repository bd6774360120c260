package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.catalog.Catalog;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.util.Map;
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
        assertThat(keeper.take(said).get(10, TimeUnit.SECONDS)).isEmpty();
    }

    private void refuses(NodeFacts said, String why) {
        assertThatThrownBy(() -> take(said))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining(why);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "A stranger sends facts of a node, its metadata, to the server port of the leader",
            seen = "Refused: only facts are taken whose digest that very node carries in gossip")
    void factsThatTheNodeDoesNotAnnounceAreRefused() throws Exception {
        refuses(TRUE, "not the leader");
        consensus.become(FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, java.util.List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
        refuses(TRUE, "does not announce");
        announce(TRUE);
        take(TRUE);
        refuses(facts("rack", "8"), "does not announce");
        refuses(new NodeFacts(new NodeName("s1"), Fixtures.C1, TRUE.meta()), "does not announce");
        refuses(new NodeFacts(new NodeName("nobody"), Fixtures.C1, TRUE.meta()), "does not announce");
        take(TRUE);
    }
}
