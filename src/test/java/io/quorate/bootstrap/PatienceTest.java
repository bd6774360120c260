package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.FoundingCore.Step;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What begins to be waited for anew where a server's standing changes, and what is not waited for at all. */
class PatienceTest {
    private static final NodeName A = new NodeName("a");
    private static final long AGES_MS = 1000L * Later.RELEASE_MS;

    private final FoundingCore core = new FoundingCore(
            new Terms(A, Space.DC, new Expect(2), List.of(), false), Later.TIMING, Fresh.from(new Random(1)));

    private static ServerId id(int n) {
        return new ServerId(new UUID(7, n));
    }

    private static Charter charter() {
        return new Charter(
                new ClusterId(new UUID(2, 2)),
                Space.DC,
                List.of(new Founder(id(1), A), new Founder(id(2), new NodeName("b"))));
    }

    private State standing(Standing standing, State.Raft raft) {
        FoundingRecord record = FoundingRecord.fresh(id(1), A).standing(standing);
        return core.begun(State.starting(record).raft(raft), 0);
    }

    private static Event thatOneHasPledged() {
        return new Event.Heard(new Word(
                id(2),
                new NodeName("b"),
                Space.DC,
                new Expect(2),
                1,
                FoundingState.PLEDGED,
                charter(),
                null,
                false,
                null,
                null));
    }

    private List<Class<?>> whatTimeDoes(State state, long atMs) {
        return core.on(state, new Event.TimePassed(false), atMs).effects().stream()
                .<Class<?>>map(Effect::getClass)
                .toList();
    }

    @Test
    void whoStartsAfterALongWaitForTheProofHasTheWholeReleaseTimeToFindALeader() {
        State pledged = standing(new Standing.Pledged(charter()), State.Raft.NONE);
        Step started = core.on(pledged, thatOneHasPledged(), Later.RELEASE_MS - 1);
        assertThat(started.state().standing()).isInstanceOf(Standing.Member.class);
        assertThat(whatTimeDoes(started.state(), 2 * Later.RELEASE_MS - 2)).containsExactly(Effect.AskAll.class);
        assertThat(whatTimeDoes(started.state(), 2 * Later.RELEASE_MS - 1))
                .containsExactly(Effect.StopRaft.class, Effect.InspectLog.class);
    }

    @Test
    void whoseStandingChangesAsksAtOnceWhereItWouldHaveWaitedForItsTurn() {
        State pledged = standing(new Standing.Pledged(charter()), State.Raft.NONE);
        State asked = core.on(pledged, new Event.TimePassed(false), 0).state();
        assertThat(whatTimeDoes(asked, 200)).isEmpty();
        State started = core.on(asked, thatOneHasPledged(), 50).state();
        assertThat(core.nextMs(started)).isEqualTo(100);
        assertThat(whatTimeDoes(started, 99)).isEmpty();
        assertThat(whatTimeDoes(started, 100)).containsExactly(Effect.AskAll.class);
    }

    @Test
    void whenTheFirstJoinsHaveEndedEverybodyIsAskedAtOnce() {
        State blank = core.begun(core.start(Optional.empty(), Folder.NONE).state(), 0);
        State asked = core.on(blank, new Event.TimePassed(false), 0).state();
        assertThat(whatTimeDoes(asked, 200)).isEmpty();
        State joined = core.on(asked, new Event.JoinsEnded(), 150).state();
        assertThat(whatTimeDoes(joined, 200)).containsExactly(Effect.AskAll.class);
    }

    @Test
    void whoWithdrewAndWhoHasCommittedGiveNothingUpHoweverLongTheyWait() {
        Standing.Member led = new Standing.Member(charter().cluster(), "token", true, charter());
        for (State state : List.of(
                standing(new Standing.Withdrawn(charter()), State.Raft.NONE),
                standing(led, State.Raft.RUNNING),
                standing(new Standing.Blank(null), State.Raft.NONE))) {
            assertThat(whatTimeDoes(state, AGES_MS))
                    .as(state.standing().toString())
                    .containsExactly(Effect.AskAll.class);
        }
    }

    @Test
    void whoLooksIntoItsLogIsNotStoppedTwice() {
        Standing.Member member = new Standing.Member(charter().cluster(), "token", false, charter());
        State running = standing(member, State.Raft.RUNNING);
        Step looks = core.on(running, new Event.TimePassed(false), Later.RELEASE_MS);
        assertThat(looks.state().raft()).isEqualTo(State.Raft.CHECKING);
        assertThat(whatTimeDoes(looks.state(), AGES_MS)).containsExactly(Effect.AskAll.class);
    }
}
