package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bootstrap.FoundingCore.Step;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every sequence of a few events with a few intervals between them, and at each of them what the core does, beside what the whole
 * history of that sequence says: no remembered moment, only the list of what happened.
 */
@NullMarked
class PatienceExploration {
    private static final int DEPTH = 4;
    /** Around the bounds between two rounds, the margin and a round, and the release. */
    private static final List<Integer> INTERVALS = List.of(0, 99, 100, 500, 1000);

    private static final List<Integer> LONG_INTERVALS = List.of(0, 999, 1000, 9000, 10_000);

    private FoundingCore core = with(new Patience(Later.TIMING));
    private long visited;
    private long acted;

    private static FoundingCore with(Patience patience) {
        return new FoundingCore(
                Rules.STANDARD,
                patience,
                new Terms(new NodeName("a"), Space.DC, new Expect(2), List.of(), false),
                Fresh.from(new Random(1)));
    }

    private void isFound(Patience wrong, Runnable exploration) {
        core = with(wrong);
        assertThatThrownBy(exploration::run).isInstanceOf(AssertionError.class).hasMessageContaining(" and not ");
    }

    @Test
    void aProposalBeforeTheMarginIsOverIsFound() {
        isFound(
                new Patience(Later.TIMING) {
                    @Override
                    boolean isStable(Waits waits, long nowMs) {
                        return !waits.candidates().isEmpty();
                    }
                },
                this::aBlankServerProposesOnlyWhatStayedTheSameForTheMarginAndAsksWhenItIsTime);
    }

    @Test
    void aWithdrawalBeforeTheReleaseTimeIsOverIsFound() {
        Patience hasty = new Patience(Later.TIMING) {
            @Override
            boolean isReleaseDue(State state, long nowMs) {
                return super.isReleaseDue(state, nowMs + 1000);
            }
        };
        isFound(hasty, this::aPledgedServerWithdrawsOnlyWhenTheReleaseTimeIsOver);
        isFound(hasty, this::aStartedServerLooksIntoItsLogOnlyWhenItHeardOfNoLeaderForTheReleaseTime);
    }

    @Test
    void aWaitThatGoesOnWhileALeaderIsKnownIsFound() {
        isFound(
                new Patience(Later.TIMING) {
                    @Override
                    Waits after(State before, State now, long nowMs) {
                        Waits waits = super.after(before, now, nowMs);
                        // The charter is the same as before, so the wait is taken for the same one.
                        return waits.unproven() == null ? waits : waits.unproven(waits.unproven(), 0);
                    }
                },
                this::aStartedServerLooksIntoItsLogOnlyWhenItHeardOfNoLeaderForTheReleaseTime);
    }

    @Test
    void questionsWithoutAPauseAndAFollowerThatAsksAsOftenAsALeaderAreFound() {
        isFound(
                new Patience(Later.TIMING) {
                    @Override
                    boolean isRoundDue(State state, long nowMs) {
                        return state.waits().askSoon() || super.isRoundDue(state, nowMs);
                    }
                },
                this::aBlankServerProposesOnlyWhatStayedTheSameForTheMarginAndAsksWhenItIsTime);
        isFound(
                new Patience(Later.TIMING) {
                    @Override
                    boolean isRoundDue(State state, long nowMs) {
                        return nowMs - state.waits().askedMs() >= Later.ROUND_MS || super.isRoundDue(state, nowMs);
                    }
                },
                this::aFollowerInPeaceAsksSeldom);
    }

    private enum What {
        A_ROUND_WITH_B,
        A_ROUND_WITH_C,
        A_ROUND_WITH_NOBODY,
        GOSSIP_CHANGES,
        A_ROUND_IS_WANTED,
        A_LEADER,
        ITSELF_LEADS,
        NO_LEADER,
        TIME,
        TIME_WHILE_ASKING
    }

    /** @param did what the core did then */
    private record Moment(long atMs, What what, List<Effect> did) {
        boolean asked() {
            return did.stream().anyMatch(e -> e instanceof Effect.AskAll);
        }
    }

    private static ServerId id(int n) {
        return new ServerId(new UUID(7, n));
    }

    private static Word blank(String name, int n) {
        return new Word(
                id(n),
                new NodeName(name),
                Space.DC,
                new Expect(2),
                1,
                FoundingState.BLANK,
                null,
                null,
                false,
                null,
                null);
    }

    private Event event(What what, int depth) {
        return switch (what) {
            case A_ROUND_WITH_B -> new Event.RoundEnded(List.of(blank("b", 2)));
            case A_ROUND_WITH_C -> new Event.RoundEnded(List.of(blank("c", 3)));
            case A_ROUND_WITH_NOBODY -> new Event.RoundEnded(List.of());
            case GOSSIP_CHANGES ->
                new Event.PeersChanged(List.of(new Peer(
                        new NodeName("d"),
                        id(4),
                        null,
                        Peer.Presence.LEFT,
                        Expect.NONE,
                        null,
                        FoundingState.BLANK,
                        depth + 1L)));
            case A_ROUND_IS_WANTED -> new Event.RoundWanted();
            case A_LEADER -> new Event.RaftKnows(true, false, false);
            case ITSELF_LEADS -> new Event.RaftKnows(true, true, false);
            case NO_LEADER -> new Event.RaftKnows(false, false, false);
            case TIME -> new Event.TimePassed(false);
            case TIME_WHILE_ASKING -> new Event.TimePassed(true);
        };
    }

    private interface Expectation {
        /** What must come of the last moment of the history, without what is merely told; the last one's own is not there yet. */
        List<Class<? extends Effect>> of(List<Moment> before, long atMs, What what);
    }

    private void explore(State from, List<Integer> intervals, List<What> whats, Expectation expected) {
        explore(from, new ArrayList<>(), 0, intervals, whats, expected);
        System.out.printf(
                Locale.ROOT,
                "explored: patience, %s: %d moments, %d acted upon%n",
                from.standing().state(),
                visited,
                acted);
        assertThat(acted).isPositive();
    }

    private void explore(
            State state,
            List<Moment> history,
            long nowMs,
            List<Integer> intervals,
            List<What> whats,
            Expectation expected) {
        if (history.size() == DEPTH) {
            return;
        }
        for (int interval : intervals) {
            for (What what : whats) {
                long at = nowMs + interval;
                Step step = core.on(state, event(what, history.size()), at);
                List<Class<? extends Effect>> must = expected.of(history, at, what);
                List<? extends Class<?>> does = step.effects().stream()
                        .filter(e -> !(e instanceof Effect.Tell))
                        .map(Effect::getClass)
                        .toList();
                visited++;
                if (!must.equals(does)) {
                    throw new AssertionError(
                            history + " then " + what + " at " + at + ": " + does + " and not " + must);
                }
                if (what == What.TIME && step.effects().isEmpty()) {
                    assertThat(core.nextMs(step.state()))
                            .as("after %s and %s at %d it says when", history, what, at)
                            .isGreaterThan(at);
                }
                history.add(new Moment(at, what, step.effects()));
                if (must.isEmpty() || must.equals(List.of(Effect.AskAll.class))) {
                    explore(step.state(), history, at, intervals, whats, expected);
                } else {
                    acted++;
                }
                history.remove(history.size() - 1);
            }
        }
    }

    private static boolean isTime(What what) {
        return what == What.TIME || what == What.TIME_WHILE_ASKING;
    }

    private static boolean isRound(Moment moment) {
        return moment.what.name().startsWith("A_ROUND_WITH");
    }

    private static boolean isWanted(Moment moment) {
        return moment.what == What.GOSSIP_CHANGES || moment.what == What.A_ROUND_IS_WANTED;
    }

    /** Since when the last rounds had the same candidates, and some; -1: they had not. */
    private static long sameSince(List<Moment> history) {
        List<Moment> rounds =
                history.stream().filter(PatienceExploration::isRound).toList();
        int i = rounds.size() - 1;
        if (i < 0 || rounds.get(i).what == What.A_ROUND_WITH_NOBODY) {
            return -1;
        }
        while (i > 0 && rounds.get(i - 1).what == rounds.get(i).what) {
            i--;
        }
        return rounds.get(i).atMs;
    }

    /** It is asked at once when something changed or the margin of the candidates is over, else after a round, never more often. */
    private static boolean mustAsk(List<Moment> before, long at, boolean bound) {
        long asked = -Later.ROUND_MS;
        boolean wanted = true;
        for (Moment moment : before) {
            if (moment.asked()) {
                asked = moment.atMs;
                wanted = false;
            } else {
                wanted |= isWanted(moment);
            }
        }
        long same = sameSince(before);
        boolean settled = !bound && same >= 0 && at - same >= Later.MARGIN_MS;
        return at - asked >= 100 && (wanted || settled || at - asked >= Later.ROUND_MS);
    }

    @Test
    void aBlankServerProposesOnlyWhatStayedTheSameForTheMarginAndAsksWhenItIsTime() {
        State blank = core.begun(core.start(Optional.empty(), Folder.NONE).state(), 0);
        // Whichever id it got, it is the smallest.
        State smallest = core.begun(blank.record(FoundingRecord.fresh(id(1), new NodeName("a"))), 0);
        explore(
                smallest,
                INTERVALS,
                List.of(
                        What.A_ROUND_WITH_B,
                        What.A_ROUND_WITH_C,
                        What.A_ROUND_WITH_NOBODY,
                        What.GOSSIP_CHANGES,
                        What.A_ROUND_IS_WANTED,
                        What.TIME,
                        What.TIME_WHILE_ASKING),
                (before, at, what) -> {
                    if (what == What.TIME) {
                        return mustAsk(before, at, false) ? List.of(Effect.AskAll.class) : List.of();
                    }
                    List<Moment> with = new ArrayList<>(before);
                    with.add(new Moment(at, what, List.of()));
                    long same = sameSince(with);
                    boolean proposes = isRound(with.get(before.size())) && same >= 0 && at - same >= Later.MARGIN_MS;
                    return proposes ? List.of(Effect.Persist.class) : List.of();
                });
    }

    @Test
    void aPledgedServerWithdrawsOnlyWhenTheReleaseTimeIsOver() {
        Charter charter = charter();
        FoundingRecord record = FoundingRecord.fresh(id(1), new NodeName("a")).standing(new Standing.Pledged(charter));
        State pledged = core.begun(State.starting(record), 0);
        explore(
                pledged,
                LONG_INTERVALS,
                List.of(
                        What.A_ROUND_WITH_C,
                        What.GOSSIP_CHANGES,
                        What.A_ROUND_IS_WANTED,
                        What.TIME,
                        What.TIME_WHILE_ASKING),
                (before, at, what) -> {
                    if (isTime(what) && at >= Later.RELEASE_MS) {
                        return List.of(Effect.Persist.class);
                    }
                    return what == What.TIME && mustAsk(before, at, true) ? List.of(Effect.AskAll.class) : List.of();
                });
    }

    @Test
    void aStartedServerLooksIntoItsLogOnlyWhenItHeardOfNoLeaderForTheReleaseTime() {
        Standing.Member member = new Standing.Member(charter().cluster(), "t", false, charter());
        FoundingRecord record = FoundingRecord.fresh(id(1), new NodeName("a")).standing(member);
        State running = core.begun(State.starting(record).raft(State.Raft.RUNNING), 0);
        explore(
                running,
                LONG_INTERVALS,
                List.of(What.A_LEADER, What.ITSELF_LEADS, What.NO_LEADER, What.TIME, What.TIME_WHILE_ASKING),
                (before, at, what) -> {
                    long alone = aloneSince(before);
                    if (isTime(what) && alone >= 0 && at - alone >= Later.RELEASE_MS) {
                        return List.of(Effect.StopRaft.class, Effect.InspectLog.class);
                    }
                    return what == What.TIME && mustAsk(before, at, true) ? List.of(Effect.AskAll.class) : List.of();
                });
    }

    @Test
    void aFollowerInPeaceAsksSeldom() {
        Standing.Member member = new Standing.Member(charter().cluster(), "t", true, charter());
        FoundingRecord record = FoundingRecord.fresh(id(1), new NodeName("a")).standing(member);
        State running = core.begun(State.starting(record).raft(State.Raft.RUNNING), 0);
        explore(
                running,
                LONG_INTERVALS,
                List.of(What.A_LEADER, What.ITSELF_LEADS, What.NO_LEADER, What.A_ROUND_IS_WANTED, What.TIME),
                (before, at, what) -> {
                    boolean follows = !before.isEmpty() && lastOfRaft(before) == What.A_LEADER;
                    long asked = before.stream()
                            .filter(Moment::asked)
                            .mapToLong(Moment::atMs)
                            .max()
                            .orElse(-Later.ROUND_MS);
                    boolean wanted = !before.stream().anyMatch(Moment::asked);
                    for (Moment moment : before) {
                        wanted = moment.asked() ? false : wanted || isWanted(moment);
                    }
                    long every = wanted ? 100 : follows ? 10L * Later.ROUND_MS : Later.ROUND_MS;
                    boolean asks = what == What.TIME && at - asked >= every;
                    acted += asks ? 1 : 0;
                    return asks ? List.of(Effect.AskAll.class) : List.of();
                });
    }

    private static @Nullable What lastOfRaft(List<Moment> history) {
        What last = null;
        for (Moment moment : history) {
            boolean raft = Arrays.asList(What.A_LEADER, What.ITSELF_LEADS, What.NO_LEADER)
                    .contains(moment.what);
            last = raft ? moment.what : last;
        }
        return last;
    }

    /** Since when no leader is known; -1: one is. */
    private static long aloneSince(List<Moment> history) {
        long since = 0;
        for (Moment moment : history) {
            if (moment.what == What.A_LEADER || moment.what == What.ITSELF_LEADS) {
                since = -1;
            } else if (moment.what == What.NO_LEADER && since < 0) {
                since = moment.atMs;
            }
        }
        return since;
    }

    private static Charter charter() {
        return new Charter(
                new ClusterId(new UUID(2, 2)),
                Space.DC,
                List.of(
                        new Founder(id(1), new NodeName("a")),
                        new Founder(id(2), new NodeName("b")),
                        new Founder(id(3), new NodeName("c"))));
    }
}
