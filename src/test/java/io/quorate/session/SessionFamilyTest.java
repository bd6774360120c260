package io.quorate.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.CatalogTopics;
import io.quorate.catalog.Check;
import io.quorate.store.Topic;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions in a database: how they begin, and every way in which they end. */
class SessionFamilyTest {
    private static final UUID A = UUID.fromString("00000000-0000-4000-8000-00000000000a");
    private static final UUID B = UUID.fromString("70000000-0000-4000-8000-00000000000b");
    private static final UUID C = UUID.fromString("f0000000-0000-4000-8000-00000000000c");
    private static final Topic LOCKS = Topic.prefix("locks", "");

    private final List<String> told = new ArrayList<>();
    private final SessionState state = new SessionState(
            (session, at, transaction, changed) -> {
                told.add(session.id() + " ends at " + at.index().value() + " by its rows: "
                        + Sessions.find(transaction, session.id()).isPresent());
                changed.add(LOCKS);
            },
            (session, at, transaction, changed) -> told.add("then the second"));

    @BeforeEach
    void register() {
        state.register("web", SessionState.check("serfHealth", "passing"), SessionState.check("mem", "warning"));
        state.register("db", SessionState.check("serfHealth", "passing"));
    }

    @AfterEach
    void close() throws SQLException {
        state.close();
    }

    private void create(UUID id, String node, String... checks) {
        assertThat(state.apply(new SessionCommand.Create(SessionState.session(id, node, Duration.ZERO, checks)))
                        .done())
                .isTrue();
    }

    @Test
    void aSessionIsKeptAsItWasAskedForAndListedByTheBytesOfItsId() {
        create(C, "WEB", "serfHealth", "MEM");
        create(A, "db");
        create(B, "web");
        assertThat(state.all()).extracting(row -> row.session().id()).containsExactly(A, B, C);
        SessionRow row = Objects.requireNonNull(state.find(C));
        assertThat(row.session()).isEqualTo(SessionState.session(C, "WEB", Duration.ZERO, "serfHealth", "MEM"));
        assertThat(row.holder()).isEqualTo("web");
        assertThat(row.createIndex()).isEqualTo(3);
        assertThat(row.sinceMs()).isEqualTo(1002);
        assertThat(state.read(transaction -> SessionTables.ofNode(transaction, "web"))
                        .value())
                .extracting(each -> each.session().id())
                .containsExactly(B, C);
    }

    @Test
    void itsResultIsTheIdAndWhatChangedIsNamed() {
        assertThat(state.apply(new SessionCommand.Create(SessionState.session(A, "web", Duration.ZERO)))
                        .text())
                .isEqualTo(A.toString());
        assertThat(state.changed)
                .containsExactlyInAnyOrder(
                        SessionTopics.SESSIONS, SessionTopics.session(A), SessionTopics.ofNode("wEB"));
        state.apply(new SessionCommand.Destroy(A));
        assertThat(state.changed)
                .containsExactlyInAnyOrder(
                        SessionTopics.SESSIONS, SessionTopics.session(A), SessionTopics.ofNode("web"), LOCKS);
    }

    @Test
    void whatIsRefusedChangesNothing() {
        assertThat(state.apply(new SessionCommand.Create(SessionState.session(A, "web", Duration.ZERO, "cpu")))
                        .text())
                .isEqualTo("Missing check 'cpu' registration");
        assertThat(state.changed).isEmpty();
        assertThat(state.rowsOf("session_ties")).isZero();
        assertThat(state.all()).isEmpty();
    }

    @Test
    void whatHangsOnItIsToldInOrderWhileItIsStillThere() {
        create(A, "web", "mem");
        state.apply(new SessionCommand.Destroy(A));
        assertThat(told).containsExactly(A + " ends at 4 by its rows: true", "then the second");
        assertThat(state.all()).isEmpty();
        assertThat(state.rowsOf("session_ties")).isZero();
        state.apply(new SessionCommand.Destroy(A));
        assertThat(told).hasSize(2);
        assertThat(state.changed).isEmpty();
    }

    @Test
    void withANodeItsSessionsEndAndNoOthers() {
        create(A, "web", "mem");
        create(B, "db", "serfHealth");
        create(C, "WEB");
        state.apply(new CatalogCommand.DeregisterNode("web"));
        assertThat(told)
                .containsExactly(
                        A + " ends at 6 by its rows: true",
                        "then the second",
                        C + " ends at 6 by its rows: true",
                        "then the second");
        assertThat(state.changed).contains(LOCKS, SessionTopics.SESSIONS, CatalogTopics.NODES);
        assertThat(state.all()).extracting(row -> row.session().id()).containsExactly(B);
        assertThat(state.rowsOf("session_ties")).isEqualTo(1);
    }

    @Test
    void whenACheckTurnsCriticalTheSessionsThatAreTiedToItEnd() {
        create(A, "web", "mem");
        create(B, "web", "serfHealth");
        create(C, "web");
        state.apply(new CatalogCommand.SetCheck("web", SessionState.check("mem", Check.PASSING)));
        assertThat(state.all()).hasSize(3);
        state.apply(new CatalogCommand.SetCheck("web", SessionState.check("mem", Check.CRITICAL)));
        assertThat(state.all()).extracting(row -> row.session().id()).containsExactly(B, C);
        // Gossip's check says that the whole node failed.
        state.apply(new CatalogCommand.SetCheck("web", SessionState.check("serfHealth", Check.CRITICAL)));
        assertThat(state.all()).extracting(row -> row.session().id()).containsExactly(C);
        assertThat(told).hasSize(4);
    }

    @Test
    void whatExpiredUnderAnEarlierReignLives() {
        UUID first = new UUID(1, 1);
        UUID second = new UUID(2, 2);
        create(A, "web");
        assertThat(state.apply(new SessionCommand.Expire(A, first)).done()).isFalse();
        state.apply(new SessionCommand.Reign(first));
        state.apply(new SessionCommand.Reign(second));
        assertThat(state.changed).isEmpty();
        assertThat(state.apply(new SessionCommand.Expire(A, first)).text()).isEqualTo(SessionRules.OLDER);
        assertThat(state.all()).hasSize(1);
        assertThat(state.apply(new SessionCommand.Expire(A, second)).done()).isTrue();
        assertThat(state.all()).isEmpty();
        assertThat(told).hasSize(2);
        assertThat(state.rowsOf("session_reign")).isEqualTo(1);
    }

    @Test
    void ofOneSessionAndOneNodeTheIndexIsTheTablesAndTheWakeTheirOwn() throws SQLException {
        create(A, "web");
        create(B, "db");
        assertThat(state.read(transaction -> state.changed(java.util.Set.of(SessionTopics.session(A)), transaction))
                        .value())
                .isEqualTo(4);
        var ofA = state.await(java.util.Set.of(SessionTopics.session(A)), 4, Duration.ofMinutes(1));
        var ofWeb = state.await(java.util.Set.of(SessionTopics.ofNode("WEB")), 4, Duration.ofMinutes(1));
        create(C, "db");
        assertThat(ofA).isNotDone();
        assertThat(ofWeb).isNotDone();
        state.apply(new SessionCommand.Destroy(A));
        assertThat(ofA).isCompletedWithValue(true);
        assertThat(ofWeb).isCompletedWithValue(true);
    }
}
