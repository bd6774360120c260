package io.quorate.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.catalog.Check;
import io.quorate.catalog.CheckRow;
import io.quorate.catalog.NodeChecks;
import io.quorate.catalog.Stamp;
import io.quorate.consensus.Moment;
import io.quorate.kernel.LogIndex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each command comes to, over everything that it may meet. */
class SessionRulesTest {
    private static final Moment AT = new Moment(new LogIndex(7), 77);
    private static final UUID ID = new UUID(0, 1);
    private static final UUID REIGN = new UUID(1, 1);
    private static final UUID OTHER = new UUID(1, 2);
    private static final List<String> STATUSES = List.of("passing", "warning", "critical", "maintenance", "");

    private static final Session SESSION = SessionState.session(ID, "web", Duration.ofSeconds(10));
    private static final SessionRow ROW = new SessionRow(SESSION, "web", 3, 33);

    private static NodeChecks node(Check... checks) {
        return new NodeChecks(
                "web",
                Stream.of(checks)
                        .map(check -> new CheckRow("web", check, "", List.of(), new Stamp(1, 1, 1)))
                        .toList());
    }

    private static SessionChange create(@Nullable NodeChecks node, Session session) {
        return new SessionRules(AT, new SessionRules.Rows(null, node, null)).create(new SessionCommand.Create(session));
    }

    /** Of an end: what is there, under which reign it was decided, which one holds, what it comes to. */
    record Ending(
            @Nullable SessionRow present,
            UUID decided,
            @Nullable UUID holds) {}

    static List<Ending> endings() {
        List<Ending> all = new ArrayList<>();
        for (SessionRow present : new SessionRow[] {null, ROW}) {
            for (UUID holds : new UUID[] {null, REIGN, OTHER}) {
                for (UUID decided : new UUID[] {REIGN, OTHER}) {
                    all.add(new Ending(present, decided, holds));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("endings")
    void aSessionEndsWhenSomebodySaysSoAndByItsTimeOnlyUnderTheReignThatHolds(Ending ending) {
        SessionRules rules = new SessionRules(AT, new SessionRules.Rows(ending.present(), null, ending.holds()));
        SessionChange ended =
                ending.present() == null ? new SessionChange.Nothing() : new SessionChange.End(ending.present());
        assertThat(rules.destroy(new SessionCommand.Destroy(ID))).isEqualTo(ended);
        assertThat(rules.expire(new SessionCommand.Expire(ID, ending.decided())))
                .isEqualTo(
                        ending.decided().equals(ending.holds()) ? ended : new SessionChange.Refuse(SessionRules.OLDER));
        assertThat(rules.reign(new SessionCommand.Reign(OTHER))).isEqualTo(new SessionChange.Crown(OTHER));
    }

    @Test
    void aSessionBeginsAtTheEntryThatMadeIt() {
        assertThat(create(node(), SESSION))
                .isEqualTo(new SessionChange.Begin(new SessionRow(SESSION, "web", 7, 77), new TreeSet<>()));
    }

    @Test
    void itIsTheRegisteredNodesInWhicheverCaseItWasWritten() {
        Session shouted = SessionState.session(ID, "WEB", Duration.ZERO, "MEM", "mem");
        assertThat(create(node(SessionState.check("mem", "passing")), shouted))
                .isEqualTo(
                        new SessionChange.Begin(new SessionRow(shouted, "web", 7, 77), new TreeSet<>(List.of("mem"))));
    }

    @Test
    void withoutItsNodeThereIsNone() {
        assertThat(create(null, SESSION)).isEqualTo(new SessionChange.Refuse("Missing node registration"));
    }

    @Test
    void anIdIsGivenOnce() {
        assertThat(new SessionRules(AT, new SessionRules.Rows(ROW, node(), null))
                        .create(new SessionCommand.Create(SESSION)))
                .isEqualTo(new SessionChange.Refuse("the session id " + ID + " is taken"));
    }

    /** Every pair of checks asked for, over every state of two that may be there. */
    @Test
    void theFirstCheckThatIsMissingOrCriticalIsNamedAndAllOthersTie() {
        List<List<String>> wanted =
                List.of(List.of(), List.of("a"), List.of("b"), List.of("a", "b"), List.of("b", "a"), List.of("a", "a"));
        List<String> there = new ArrayList<>(STATUSES);
        there.add("absent");
        int seen = 0;
        for (String ofA : there) {
            for (String ofB : there) {
                List<Check> checks = new ArrayList<>();
                add(checks, "a", ofA);
                add(checks, "b", ofB);
                for (List<String> ids : wanted) {
                    for (int split = 0; split <= ids.size(); split++) {
                        Session session = tied(ids.subList(0, split), ids.subList(split, ids.size()));
                        assertThat(create(node(checks.toArray(Check[]::new)), session))
                                .as("%s wants %s, a %s, b %s", session, ids, ofA, ofB)
                                .isEqualTo(expected(session, ids, ofA, ofB));
                        seen++;
                    }
                }
            }
        }
        assertThat(seen).isEqualTo(36 * (1 + 2 + 2 + 3 + 3 + 3));
    }

    private static void add(List<Check> checks, String id, String status) {
        if (!status.equals("absent")) {
            checks.add(SessionState.check(id, status));
        }
    }

    private static Session tied(List<String> ofNode, List<String> ofServices) {
        return new Session(
                ID,
                "",
                "web",
                Duration.ZERO,
                Session.Behavior.DELETE,
                "",
                Duration.ZERO,
                ofNode,
                ofServices.stream().map(id -> new Session.ServiceCheck(id, "")).toList());
    }

    private static SessionChange expected(Session session, List<String> ids, String ofA, String ofB) {
        for (String id : ids) {
            String status = id.equals("a") ? ofA : ofB;
            if (status.equals("absent")) {
                return new SessionChange.Refuse("Missing check '" + id + "' registration");
            }
            if (status.equals("critical")) {
                return new SessionChange.Refuse("Check '" + id + "' is in critical state");
            }
        }
        return new SessionChange.Begin(new SessionRow(session, "web", 7, 77), new TreeSet<>(ids));
    }
}
