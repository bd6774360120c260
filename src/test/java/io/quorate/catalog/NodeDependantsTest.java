package io.quorate.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.consensus.Moment;
import io.quorate.kernel.LogIndex;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What hangs on a node goes with it, and what hangs on a check, in the same transaction and in the declared order. */
class NodeDependantsTest {
    private static final String ID = "11111111-1111-1111-1111-111111111111";
    private static final Topic LOCKS = Topic.prefix("locks", "");

    private final List<String> told = new ArrayList<>();
    private final Set<Topic> changed = new HashSet<>();
    private final CatalogFamily family = new CatalogFamily(
            List.of(
                    (node, at, transaction, topics) -> {
                        told.add("sessions of " + node + " at " + at.index().value());
                        try (Statement statement = transaction.createStatement()) {
                            statement.execute("DELETE FROM sessions WHERE node = '" + node + "'");
                        }
                    },
                    (node, at, transaction, topics) -> {
                        told.add("locks of " + node);
                        topics.add(LOCKS);
                        if (node.equals("bad")) {
                            throw new SQLException("no");
                        }
                    }),
            List.of((node, check, at, transaction, topics) -> {
                told.add(check + " of " + node + " fails at " + at.index().value());
                topics.add(LOCKS);
            }));
    private long index;

    @SuppressWarnings("NullAway.Init")
    private Connection database;

    @BeforeEach
    void open() throws SQLException {
        database = DriverManager.getConnection("jdbc:h2:mem:");
        database.setAutoCommit(false);
        try (Statement statement = database.createStatement()) {
            for (String ddl : family.schema()) {
                statement.execute(ddl);
            }
            statement.execute("CREATE TABLE sessions (node VARCHAR)");
            statement.execute("INSERT INTO sessions VALUES ('a'), ('b'), ('bad')");
        }
        database.commit();
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private void apply(CatalogCommand command) throws SQLException {
        changed.clear();
        family.apply(command, new Moment(new LogIndex(++index), 0), database, changed);
    }

    private void register(String name, String id) throws SQLException {
        apply(CatalogCommand.Register.node(
                new Node(name, id, "10.0.0.1", null, new TreeMap<>()), List.of(Check.alive())));
    }

    private long sessions() throws SQLException {
        try (Statement statement = database.createStatement();
                var row = statement.executeQuery("SELECT COUNT(*) FROM sessions")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void theyAreToldInTheirOrderWhenANodeGoesAndNotOtherwise() throws SQLException {
        register("a", "");
        apply(new CatalogCommand.SetCheck("a", Check.alive()));
        apply(new CatalogCommand.DeregisterNode("unknown"));
        assertThat(told).isEmpty();
        apply(new CatalogCommand.DeregisterNode("a"));
        assertThat(told).containsExactly("sessions of a at 4", "locks of a");
        assertThat(changed).contains(LOCKS, CatalogTopics.NODES);
        assertThat(sessions()).isEqualTo(2);
    }

    @Test
    void aNodeThatIsRenamedLeavesItsOldNameWithAllThatHungOnIt() throws SQLException {
        register("b", ID);
        register("c", ID);
        assertThat(told).containsExactly("sessions of b at 2", "locks of b");
    }

    @Test
    void whatTheyDidGoesBackWithTheTransaction() throws SQLException {
        register("bad", "");
        database.commit();
        assertThatThrownBy(() -> apply(new CatalogCommand.DeregisterNode("bad")))
                .isInstanceOf(SQLException.class);
        assertThat(sessions()).isEqualTo(2);
        database.rollback();
        assertThat(sessions()).isEqualTo(3);
    }

    @Test
    void whoHangsOnACheckIsToldWhenItTurnsCriticalAndNotOtherwise() throws SQLException {
        register("a", "");
        apply(new CatalogCommand.SetCheck("a", Check.ofNode("mem", "mem", "warning", "", "")));
        assertThat(told).isEmpty();
        apply(new CatalogCommand.SetCheck("a", Check.ofNode("mem", "mem", Check.CRITICAL, "", "")));
        assertThat(told).containsExactly("mem of a fails at 3");
        assertThat(changed).contains(LOCKS, CatalogTopics.CHECKS);
        register("b", "");
        apply(CatalogCommand.Register.node(
                new Node("b", "", "10.0.0.1", null, new TreeMap<>()), List.of(Check.failed())));
        assertThat(told).containsExactly("mem of a fails at 3", "serfHealth of b fails at 5");
    }

    @Test
    void aNodeAndItsChecksAreFoundInEitherCaseButJustSoFirst() throws SQLException {
        register("Web", "");
        apply(new CatalogCommand.SetCheck("Web", Check.ofNode("MEM", "", Check.CRITICAL, "", "")));
        apply(new CatalogCommand.SetCheck("Web", Check.ofNode("mem", "", Check.PASSING, "", "")));
        NodeChecks found = NodeChecks.of(database, "wEB").orElseThrow();
        assertThat(found.node()).isEqualTo("Web");
        assertThat(found.find("mem").orElseThrow().status()).isEqualTo(Check.PASSING);
        assertThat(found.find("MEM").orElseThrow().status()).isEqualTo(Check.CRITICAL);
        assertThat(found.find("SERFHEALTH").orElseThrow().id()).isEqualTo(Check.SERF_HEALTH);
        assertThat(found.find("cpu")).isEmpty();
        register("web", "");
        assertThat(NodeChecks.of(database, "web").orElseThrow().node()).isEqualTo("web");
        assertThat(NodeChecks.of(database, "wb")).isEmpty();
    }
}
