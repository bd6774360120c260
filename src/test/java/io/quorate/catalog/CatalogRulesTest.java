package io.quorate.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.CommandFamily;
import io.quorate.testing.MemoryState;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each command means for the nodes and checks that are there. Each goes through its bytes and its tables. */
class CatalogRulesTest {
    private static final String ID_A = "aaaaaaaa-0000-4000-8000-00000000000a";
    private static final String ID_B = "bbbbbbbb-0000-4000-8000-00000000000b";

    private final MemoryState state = new MemoryState();
    private final Catalog catalog = new Catalog(state);

    @AfterEach
    void close() throws SQLException {
        state.close();
    }

    private static Node node(String name, String id, String address) {
        return new Node(name, id, address, new TreeMap<>(Map.of("lan", address)), new TreeMap<>(Map.of("rack", "7")));
    }

    private CommandFamily.Result register(Node node, Check... checks) {
        return state.apply(CatalogCommand.Register.node(node, List.of(checks)));
    }

    private NodeRow row(String name) {
        return catalog.nodes().rows().stream()
                .filter(row -> row.node().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<CheckRow> checks(String node) {
        return state.read(connection -> CheckTable.of(connection, node));
    }

    @Test
    void aNewNodeHasTheIndexOfItsEntryTwice() {
        assertThat(register(node("n1", ID_A, "10.0.0.1"), Check.alive())).isEqualTo(CommandFamily.Result.DONE);
        assertThat(row("n1")).isEqualTo(new NodeRow(node("n1", ID_A, "10.0.0.1"), new Stamp(1, 1, 1)));
        assertThat(checks("n1")).containsExactly(new CheckRow("n1", Check.alive(), "", List.of(), new Stamp(1, 1, 1)));
        assertThat(state.changed)
                .containsExactlyInAnyOrder(CatalogTopics.CHECKS, CatalogTopics.NODES, CatalogTopics.node("n1"));
        assertThat(catalog.nodes().index()).isEqualTo(1);
    }

    @Test
    void theSameContentAgainChangesNothingAndWakesNobody() {
        register(node("n1", ID_A, "10.0.0.1"), Check.alive());
        register(node("n1", ID_A, "10.0.0.1"), Check.alive());
        assertThat(row("n1").stamp().modifyIndex()).isEqualTo(1);
        assertThat(checks("n1").get(0).stamp().modifyIndex()).isEqualTo(1);
        assertThat(state.changed).isEmpty();
        assertThat(catalog.nodes().index()).isEqualTo(1);
    }

    @Test
    void aChangeKeepsTheCreateIndex() {
        register(node("n1", ID_A, "10.0.0.1"));
        register(node("n1", ID_A, "10.0.0.2"));
        assertThat(row("n1")).isEqualTo(new NodeRow(node("n1", ID_A, "10.0.0.2"), new Stamp(1, 2, 2)));
        assertThat(state.changed).containsExactlyInAnyOrder(CatalogTopics.NODES, CatalogTopics.node("n1"));
    }

    @Test
    void aNodeWithoutMapsKeepsThemAbsent() {
        register(new Node("n1", "", "10.0.0.1", null, null));
        assertThat(row("n1").node()).isEqualTo(new Node("n1", "", "10.0.0.1", null, null));
        register(new Node("n1", "", "10.0.0.1", new TreeMap<>(), null));
        assertThat(row("n1").stamp().modifyIndex()).as("empty is not absent").isEqualTo(2);
    }

    @Test
    void theSameIdUnderAnotherNameRenamesAndDropsTheOldOnesChecks() {
        register(node("old", ID_A, "10.0.0.1"), Check.alive());
        register(node("new", ID_A, "10.0.0.1"));
        assertThat(catalog.nodes().rows())
                .containsExactly(new NodeRow(node("new", ID_A, "10.0.0.1"), new Stamp(1, 2, 2)));
        assertThat(checks("old")).isEmpty();
        assertThat(checks("new")).isEmpty();
        assertThat(state.changed)
                .containsExactlyInAnyOrder(
                        CatalogTopics.CHECKS,
                        CatalogTopics.NODES,
                        CatalogTopics.node("old"),
                        CatalogTopics.node("new"));
    }

    @Test
    void aNameIsReservedByAnotherIdWhileThatNodeIsNotCritical() {
        register(node("n1", ID_A, "10.0.0.1"), Check.alive());
        CommandFamily.Result refused = register(node("n1", ID_B, "10.0.0.9"), Check.alive());
        assertThat(refused)
                .isEqualTo(CommandFamily.Result.refused("failed inserting node: Error while renaming Node ID: \"" + ID_B
                        + "\": Node name n1 is reserved by node " + ID_A + " with name n1 (10.0.0.1)"));
        assertThat(row("n1").node().id()).isEqualTo(ID_A);
        assertThat(state.changed).isEmpty();

        state.apply(new CatalogCommand.SetCheck("n1", Check.failed()));
        assertThat(register(node("n1", ID_B, "10.0.0.9"), Check.alive()).done()).isTrue();
        assertThat(row("n1")).isEqualTo(new NodeRow(node("n1", ID_B, "10.0.0.9"), new Stamp(1, 4, 4)));
        assertThat(checks("n1").get(0)).isEqualTo(new CheckRow("n1", Check.alive(), "", List.of(), new Stamp(1, 4, 4)));
    }

    @Test
    void aNameThatDiffersInCaseOnlyIsReservedToo() {
        register(node("Node", ID_A, "10.0.0.1"), Check.alive());
        assertThat(register(node("node", ID_B, "10.0.0.2")).done()).isFalse();
        register(node("other", ID_B, "10.0.0.2"));
        assertThat(register(node("NODE", ID_B, "10.0.0.2")).text())
                .as("renaming takes no name either")
                .contains("reserved by node " + ID_A);
        assertThat(row("other").node().id()).isEqualTo(ID_B);
    }

    @Test
    void aNodeWithoutIdGetsOneUnderItsOwnNameButIsNotRobbedByARename() {
        register(new Node("n1", "", "10.0.0.1", null, null));
        assertThat(register(node("n1", ID_A, "10.0.0.1")).done()).isTrue();
        assertThat(row("n1").stamp().createIndex()).isEqualTo(1);
        register(new Node("n2", "", "10.0.0.2", null, null));
        assertThat(register(node("n2", ID_A, "10.0.0.1")).done()).isFalse();
    }

    @Test
    void deregisteringTakesTheChecksAlongAndAnUnknownNodeIsNoError() {
        register(node("n1", ID_A, "10.0.0.1"), Check.alive());
        assertThat(state.apply(new CatalogCommand.DeregisterNode("n1")).done()).isTrue();
        assertThat(catalog.nodes()).isEqualTo(new Catalog.Nodes(2, List.of()));
        assertThat(checks("n1")).isEmpty();
        assertThat(state.apply(new CatalogCommand.DeregisterNode("n1")).done()).isTrue();
        assertThat(catalog.nodes().index()).as("nothing was there").isEqualTo(2);
        assertThat(state.changed).isEmpty();
    }

    @Test
    void aCheckIsSetOnItsNodeOnly() {
        assertThat(state.apply(new CatalogCommand.SetCheck("n1", Check.failed()))
                        .text())
                .isEqualTo("failed inserting check: Missing node registration");
        register(node("n1", ID_A, "10.0.0.1"), Check.alive());
        state.apply(new CatalogCommand.SetCheck("n1", Check.failed()));
        assertThat(checks("n1")).containsExactly(new CheckRow("n1", Check.failed(), "", List.of(), new Stamp(2, 3, 3)));
        assertThat(state.changed).containsExactlyInAnyOrder(CatalogTopics.CHECKS, CatalogTopics.node("n1"));
        assertThat(row("n1").stamp().modifyIndex())
                .as("the node itself did not change")
                .isEqualTo(2);
        state.apply(new CatalogCommand.SetCheck("n1", Check.failed()));
        assertThat(state.changed).isEmpty();
    }

    @Test
    void nodesAreListedByName() {
        register(node("b", ID_B, "10.0.0.2"));
        register(node("a", ID_A, "10.0.0.1"));
        register(new Node("B", "", "10.0.0.3", null, null));
        assertThat(catalog.nodes().rows()).extracting(row -> row.node().name()).containsExactly("B", "a", "b");
    }

    @Test
    void whatGossipIsComparedWithHoldsTheGossipCheckOnly() {
        register(node("n1", ID_A, "10.0.0.1"), Check.alive(), Check.ofNode("disk", "Disk", "warning", "", ""));
        register(new Node("ext", "", "10.0.0.2", null, null), Check.ofNode("disk", "Disk", "passing", "", ""));
        assertThat(catalog.present().entries())
                .containsExactly(
                        new Present.Entry(new Node("ext", "", "10.0.0.2", null, null), null, null),
                        new Present.Entry(node("n1", ID_A, "10.0.0.1"), Check.alive(), null));
        assertThat(catalog.present("x", ID_A).entries()).hasSize(1);
        assertThat(catalog.present("n1", ID_A).entries()).hasSize(1);
        assertThat(catalog.present("x", "").entries()).isEmpty();
    }

    @Test
    void whatIsReadOfOneNodeDecidesAsWhatIsReadOfAllDoes() {
        register(node("n1", ID_A, "10.0.0.1"), Check.alive());
        register(node("n2", ID_B, "10.0.0.2"), Check.failed());
        register(new Node("ext", "", "10.0.0.3", null, null));
        int commands = 0;
        for (String name : List.of("n1", "n2", "ext", "new")) {
            assertThat(Reconciler.reaped(name, catalog.present(name, ""), "n2"))
                    .isEqualTo(Reconciler.reaped(name, catalog.present(), "n2"));
            for (String id : List.of(ID_A, ID_B, "77777777-0000-4000-8000-000000000000")) {
                for (SeenMember.State state : SeenMember.State.values()) {
                    for (boolean living : new boolean[] {false, true}) {
                        SeenMember member =
                                new SeenMember(name, id, "10.0.0.9", new TreeMap<>(), new TreeMap<>(), state, null);
                        List<CatalogCommand> all = Reconciler.member(member, catalog.present(), "n2", node -> living);
                        assertThat(Reconciler.member(member, catalog.present(name, id), "n2", node -> living))
                                .as("%s, living %s", member, living)
                                .isEqualTo(all);
                        commands += all.size();
                    }
                }
            }
        }
        assertThat(commands).isPositive();
    }
}
