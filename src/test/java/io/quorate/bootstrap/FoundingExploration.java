package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The founding rules in every order of events, within the bounds that each line prints. */
class FoundingExploration {
    private static final boolean LONG = Boolean.getBoolean("quorate.long");
    /** Breadth first: what is cut off are the longest histories. */
    private static final int LIMIT = LONG ? 25_000_000 : 10_000_000;
    /** Of a space that was cut off, so many situations are followed to their end. */
    private static final int FAIR_RUNS = LONG ? 1_000_000 : 60_000;

    static Stream<Space.Bounds> spaces() {
        List<Space.Bounds> usual = List.of(
                new Space.Bounds(1, 0, 2, 2),
                new Space.Bounds(1, 1, 2, 1),
                new Space.Bounds(1, 2, 2, 0),
                new Space.Bounds(2, 0, 2, 1),
                new Space.Bounds(2, 0, 3, 0),
                new Space.Bounds(2, 1, 2, 0),
                new Space.Bounds(2, 1, 2, 1),
                new Space.Bounds(2, 2, 1, 0),
                new Space.Bounds(2, 2, 2, 0),
                new Space.Bounds(3, 0, 2, 0),
                new Space.Bounds(3, 0, 2, 1),
                new Space.Bounds(3, 1, 1, 0),
                new Space.Bounds(3, 1, 2, 0),
                new Space.Bounds(3, 2, 1, 0));
        List<Space.Bounds> larger = List.of(
                new Space.Bounds(1, 2, 3, 1),
                new Space.Bounds(2, 0, 3, 2),
                new Space.Bounds(3, 1, 2, 1),
                new Space.Bounds(3, 2, 2, 0));
        return LONG ? Stream.concat(usual.stream(), larger.stream()) : usual.stream();
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void noOrderOfEventsBreaksTheRulesAndFoundingEndsWhenFaultsStop(Space.Bounds bounds) {
        Space space = new Space(bounds, Rules.STANDARD, false);
        Explorer explorer = new Explorer(space);
        Explorer.Result result = explorer.run(LIMIT);
        System.out.printf(
                Locale.ROOT,
                "explored: %s: %d states, %s, %.1f s%n",
                bounds,
                result.states(),
                result.complete() ? "complete" : "cut off there",
                result.seconds());
        assertThat(result.broken()).as(result.trace()).isNull();
        endsWhenFaultsStop(space, explorer);
    }

    private static void endsWhenFaultsStop(Space space, Explorer explorer) {
        long begin = System.nanoTime();
        Set<List<Object>> seen = new HashSet<>();
        int every = Math.max(1, explorer.count() / 4 / FAIR_RUNS);
        int i = 0;
        for (; i < explorer.count() && seen.size() < FAIR_RUNS; i += every) {
            long[] state = explorer.state(i);
            List<ClusterId> committed = space.committed(state);
            boolean mayBeStuck = space.wipesIn(state) > 0;
            if (seen.add(List.of(state[0], committed, mayBeStuck))) {
                String bad = new FairRun(space.bounds.expect(), space.machines(state), committed, Rules.STANDARD)
                        .run(mayBeStuck);
                assertThat(bad).as(() -> space.describe(state)).isNull();
            }
        }
        System.out.printf(
                Locale.ROOT,
                "explored: %s: from %d different situations founding ends%s, %.1f s%n",
                space.bounds,
                seen.size(),
                every == 1 && i >= explorer.count() ? " (all)" : " (a sample)",
                (System.nanoTime() - begin) / 1e9);
    }

    private static void isFound(String fault, Rules rules, boolean keepId, Space.Bounds bounds) {
        isFound(fault, new Space(bounds, rules, keepId));
    }

    private static void isFound(String fault, Space space) {
        Explorer.Result result = new Explorer(space).run(LIMIT);
        System.out.printf(
                Locale.ROOT,
                "planted: %s: %s after %d steps, %d states, %.1f s%n",
                fault,
                result.broken(),
                result.steps(),
                result.states(),
                result.seconds());
        assertThat(result.broken()).isNotNull();
    }

    @Test
    void aPledgeToldBeforeItIsWrittenIsFound() {
        Rules wrong = new Rules() {
            @Override
            List<Effect> promise(FoundingRecord record) {
                return List.of(new Effect.Tell(record), new Effect.Persist(record));
            }
        };
        isFound("pledge told before it is written", wrong, false, new Space.Bounds(2, 0, 2, 0));
    }

    @Test
    void aStartWithOnePledgeMissingIsFound() {
        Rules wrong = new Rules() {
            @Override
            boolean mayStart(Charter charter, ServerId self, Proofs proofs) {
                return proofs.started()
                        || proofs.pledged().size() >= charter.founders().size() - 2;
            }
        };
        isFound("started with one pledge missing", wrong, false, new Space.Bounds(3, 0, 2, 0));
    }

    @Test
    void aWithdrawalAfterAnEntryWasStoredIsFound() {
        Rules wrong = new Rules() {
            @Override
            boolean mayWithdrawStarted(boolean logIsEmpty) {
                return true;
            }
        };
        isFound("withdrawn after an entry was stored", wrong, false, new Space.Bounds(2, 0, 2, 0));
    }

    @Test
    void aRefusalOfWhatWasPledgedIsFound() {
        Rules wrong = new Rules() {
            @Override
            FoundingRecord withdrawn(FoundingRecord record, Charter charter) {
                return record.refusing(charter.id()).standing(new Standing.Blank(null));
            }
        };
        isFound("refused what was pledged", wrong, false, new Space.Bounds(3, 0, 2, 0));
    }

    @Test
    void aServerIdThatOutlivesItsRecordIsFound() {
        isFound("record lost and server id kept", Rules.STANDARD, true, new Space.Bounds(2, 0, 2, 1));
    }

    @Test
    @Fault(
            line = "A6",
            fault = "planted: one voter's word is enough to give an id up, or to be added",
            seen = "the explorer finds it")
    void anIdGivenUpOnOneVotersWordIsFound() {
        Rules wrong = new Rules() {
            @Override
            boolean isReplaced(ServerId self, ClusterRef cluster, List<ServerId> voters, List<Testimony> testimonies) {
                return testimonies.stream().anyMatch(t -> t.place() == Testimony.Place.EXPELLED);
            }
        };
        isFound("id given up on one voter's word", wrong, false, new Space.Bounds(3, 0, 2, 0));
        Rules credulous = new Rules() {
            @Override
            boolean takesIn(ClusterRef cluster, List<Testimony> testimonies) {
                return !testimonies.isEmpty();
            }
        };
        isFound("taken in on one voter's word", credulous, false, new Space.Bounds(3, 0, 2, 0));
    }

    @Test
    void aCharterOfThreeCalledDeadAfterOneWithdrawalIsFound() {
        Rules wrong = new Rules() {
            @Override
            boolean isDead(Charter charter, ServerId self, Standing standing, Proofs proofs) {
                return proofs.dead()
                        || standing instanceof Standing.Withdrawn
                        || !proofs.withdrawn().isEmpty();
            }
        };
        isFound("dead after one withdrawal of three", wrong, false, new Space.Bounds(3, 0, 2, 0));
    }

    @Test
    void aPromiseGivenUpBeforeItsTimeIsFound() {
        Patience hasty = new Patience(Later.TIMING) {
            @Override
            boolean isReleaseDue(State state, long nowMs) {
                return super.isReleaseDue(state, nowMs + 1);
            }
        };
        isFound("given up before its time", new Space(new Space.Bounds(2, 0, 2, 0), Rules.STANDARD, hasty, false));
    }
}
