package io.quorate.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.catalog.SeenMember.State;
import io.quorate.testing.Fault;
import io.quorate.testing.MemoryState;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which commands make the catalog say what gossip says. */
class ReconcilerTest {
    private static final String ID = "aaaaaaaa-0000-4000-8000-00000000000a";
    private static final String LEADER = "s1";

    private static boolean nobodyLives(Node node) {
        return false;
    }

    private static SeenMember seen(String name, State state) {
        return seen(name, state, "10.0.0.1");
    }

    private static SeenMember seen(String name, State state, String address) {
        try {
            return SeenMember.at(name, ID, InetAddress.getByName(address), Map.of("rack", "7"), state);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Present with(Present.Entry... entries) {
        return new Present(List.of(entries));
    }

    private static Present.Entry entry(SeenMember member, @Nullable Check gossip) {
        return new Present.Entry(member.node(), gossip, null);
    }

    private static Present.Entry external(String name) {
        return new Present.Entry(new Node(name, "", "192.0.2.1", null, null), null, null);
    }

    @Test
    void anAliveMemberIsRegisteredWithAPassingCheck() {
        SeenMember member = seen("n1", State.ALIVE);
        assertThat(Reconciler.member(member, with(), LEADER, ReconcilerTest::nobodyLives))
                .containsExactly(CatalogCommand.Register.node(
                        member.node(),
                        List.of(Check.ofNode(
                                "serfHealth", "Serf Health Status", "passing", "", "Agent alive and reachable"))));
        assertThat(member.node().taggedAddresses())
                .isEqualTo(
                        Map.of("lan", "10.0.0.1", "lan_ipv4", "10.0.0.1", "wan", "10.0.0.1", "wan_ipv4", "10.0.0.1"));
        assertThat(member.node().meta()).isEqualTo(Map.of("rack", "7", "consul-network-segment", ""));
        assertThat(seen("n1", State.ALIVE, "::1").taggedAddresses()).containsKey("lan_ipv6");
    }

    @Test
    void nothingIsDoneWhenNothingDiffers() {
        SeenMember alive = seen("n1", State.ALIVE);
        assertThat(Reconciler.member(alive, with(entry(alive, Check.alive())), LEADER, ReconcilerTest::nobodyLives))
                .isEmpty();
        SeenMember failed = seen("n1", State.FAILED);
        assertThat(Reconciler.member(failed, with(entry(failed, Check.failed())), LEADER, ReconcilerTest::nobodyLives))
                .isEmpty();
        assertThat(Reconciler.member(seen("n1", State.LEFT), with(), LEADER, ReconcilerTest::nobodyLives))
                .isEmpty();
    }

    @Test
    void aNewAddressOrARecoveryRegistersAgain() {
        SeenMember before = seen("n1", State.ALIVE);
        SeenMember moved = seen("n1", State.ALIVE, "10.0.0.2");
        assertThat(Reconciler.member(moved, with(entry(before, Check.alive())), LEADER, ReconcilerTest::nobodyLives))
                .hasSize(1);
        assertThat(Reconciler.member(before, with(entry(before, Check.failed())), LEADER, ReconcilerTest::nobodyLives))
                .hasSize(1);
        assertThat(Reconciler.member(before, with(entry(before, null)), LEADER, ReconcilerTest::nobodyLives))
                .as("a node from outside that became an agent")
                .hasSize(1);
    }

    @Test
    void aFailedMemberTurnsCriticalAndStays() {
        SeenMember member = seen("n1", State.FAILED);
        assertThat(Reconciler.member(member, with(entry(member, Check.alive())), LEADER, ReconcilerTest::nobodyLives))
                .containsExactly(new CatalogCommand.SetCheck(
                        "n1",
                        Check.ofNode(
                                "serfHealth", "Serf Health Status", "critical", "", "Agent not live or unreachable")));
        assertThat(Reconciler.member(member, with(), LEADER, ReconcilerTest::nobodyLives))
                .as("never registered")
                .isEmpty();
    }

    @Test
    void theFailureOfAFormerOwnerDoesNotTouchTheNewOwnerOfItsName() {
        SeenMember member = seen("n1", State.FAILED);
        Node other = new Node("n1", "bbbbbbbb-0000-4000-8000-00000000000b", "10.0.0.9", null, null);
        assertThat(Reconciler.member(
                        member,
                        with(new Present.Entry(other, Check.alive(), null)),
                        LEADER,
                        ReconcilerTest::nobodyLives))
                .isEmpty();
    }

    @Test
    void whoLeftOrWasReapedIsDeregistered() {
        SeenMember member = seen("n1", State.LEFT);
        Present present = with(entry(member, Check.alive()));
        assertThat(Reconciler.member(member, present, LEADER, ReconcilerTest::nobodyLives))
                .containsExactly(new CatalogCommand.DeregisterNode("n1"));
        assertThat(Reconciler.reaped("n1", present, LEADER)).containsExactly(new CatalogCommand.DeregisterNode("n1"));
    }

    @Test
    @Fault(
            line = "A5",
            fault = "An agent of another node id leaves under the name of a registered node",
            seen = "The node stays registered")
    void aLeaveOfAnotherIdUnderTheNameConcernsNobodyElse() {
        SeenMember owner = seen("n1", State.ALIVE);
        SeenMember other = SeenMember.at("n1", "another", InetAddress.getLoopbackAddress(), Map.of(), State.LEFT);
        assertThat(Reconciler.member(other, with(entry(owner, Check.alive())), LEADER, ReconcilerTest::nobodyLives))
                .isEmpty();
    }

    @Test
    @Fault(
            line = "A5",
            fault =
                    "Gossip shows a living node's id under another name and address, or a server that it cannot believe",
            seen = "The node stays registered as it is; only when it is gone its id passes on to the other name")
    void aLivingNodeKeepsItsIdWhoeverClaimsIt() {
        SeenMember owner = seen("n1", State.ALIVE);
        SeenMember evil = seen("evil", State.ALIVE, "10.0.0.66");
        Present present = with(entry(owner, Check.alive()));
        assertThat(Reconciler.everybody(List.of(evil, owner), present, LEADER)).isEmpty();
        assertThat(Reconciler.everybody(List.of(evil, seen("n1", State.LEAVING)), present, LEADER))
                .isEmpty();
        assertThat(Reconciler.member(evil, present, LEADER, owner.node()::equals))
                .isEmpty();
        SeenMember disputed = seen("evil", State.DISPUTED, "10.0.0.66");
        assertThat(Reconciler.everybody(List.of(disputed, seen("n1", State.FAILED)), present, LEADER))
                .containsExactly(new CatalogCommand.SetCheck("n1", Check.failed()));
        assertThat(Reconciler.everybody(List.of(evil, seen("n1", State.FAILED)), present, LEADER))
                .contains(CatalogCommand.Register.node(evil.node(), List.of(Check.alive())));
    }

    @Test
    void whoIsLeavingStillServes() {
        SeenMember member = seen("n1", State.LEAVING);
        assertThat(Reconciler.member(member, with(entry(member, Check.alive())), LEADER, ReconcilerTest::nobodyLives))
                .isEmpty();
    }

    @Test
    void theLeaderNeverDeregistersItself() {
        SeenMember self = seen(LEADER, State.LEFT);
        Present present = with(entry(self, Check.alive()));
        assertThat(Reconciler.member(self, present, LEADER, ReconcilerTest::nobodyLives))
                .isEmpty();
        assertThat(Reconciler.reaped(LEADER, present, LEADER)).isEmpty();
        assertThat(Reconciler.everybody(List.of(), present, LEADER)).isEmpty();
    }

    @Test
    void theFullPassReapsWhatGossipForgotAndLeavesStrangersAlone() {
        SeenMember here = seen("here", State.ALIVE);
        SeenMember forgotten = seen("forgotten", State.ALIVE);
        Present present = with(entry(here, Check.alive()), entry(forgotten, Check.failed()), external("ext"));
        assertThat(Reconciler.everybody(List.of(here), present, LEADER))
                .containsExactly(new CatalogCommand.DeregisterNode("forgotten"));
    }

    @Test
    void carriedOutItLeavesNothingToDoWhateverWasThere() throws Exception {
        List<State> states = List.of(State.ALIVE, State.LEAVING, State.FAILED, State.LEFT);
        for (State before : states) {
            for (State after : states) {
                for (boolean external : new boolean[] {false, true}) {
                    settles(before, after, external);
                }
            }
        }
    }

    private static void settles(State before, State after, boolean external) throws Exception {
        try (MemoryState state = new MemoryState()) {
            Catalog catalog = new Catalog(state);
            if (external) {
                state.apply(CatalogCommand.Register.node(new Node("n1", "", "192.0.2.1", null, null), List.of()));
            }
            Stream.of(before, after)
                    .forEach(next -> Reconciler.everybody(List.of(seen("n1", next)), catalog.present(), LEADER)
                            .forEach(state::apply));
            assertThat(Reconciler.everybody(List.of(seen("n1", after)), catalog.present(), LEADER))
                    .as("%s then %s, external %s", before, after, external)
                    .isEmpty();
        }
    }
}
