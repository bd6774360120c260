package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long founding waits before it asks again, before it proposes, and before it gives a promise up: the only place where times are
 * compared. Pure.
 */
class Patience {
    /*
     * Time decides nothing here about who may found: a deadline only lets a question be asked that the rules then answer. It makes a
     * server ask everybody again; it makes a proposer wait until its candidates have been the same for the margin, because servers that
     * start together see each other one after the other, and a charter for the first of them would leave the rest to be added later; and
     * it makes a bound server withdraw, or look into its log, when neither proof nor leader came. Too short, each of them costs time and
     * a charter that dies; none can make a second cluster, which the explorer shows by letting every deadline pass at any moment.
     *
     * Since when something is waited for is kept in the state and set where it begins, after each event, by looking at what was before
     * and is now. Whoever starts a timer at each place where waiting begins must stop it at each place where it may end, and one that is
     * forgotten gives up a promise that has its proof. The times are read when a step is taken, not when its event came: behind a disk
     * that hung, every event in the queue would else be late, and what it begins be over at once.
     */
    /** Wanted or not: never more than a few rounds a second, whatever happens around us. */
    private static final long BETWEEN_ROUNDS_MS = 100;
    /** A follower in peace asks seldom: only what it shows depends on it. */
    private static final int PEACEFUL_ROUNDS = 10;

    private final long roundMs;
    private final long marginMs;
    private final long releaseMs;

    Patience(FoundingSettings.Timing timing) {
        roundMs = timing.round().toMillis();
        marginMs = timing.margin().toMillis();
        releaseMs = timing.release().toMillis();
    }

    /** All waiting begins now, and everybody is asked at once. */
    Waits from(State state, long nowMs) {
        return Waits.NONE.asked(nowMs - roundMs).soon().unproven(unproven(state), nowMs);
    }

    /** What is waited for once an event was taken in. */
    Waits after(State before, State now, long nowMs) {
        Waits waits = now.waits();
        boolean moved = !before.standing().equals(now.standing());
        if (moved) {
            waits = waits.soon().candidates(List.of(), nowMs);
        }
        ClusterId charter = unproven(now);
        return moved || !Objects.equals(charter, waits.unproven()) ? waits.unproven(charter, nowMs) : waits;
    }

    private static @Nullable ClusterId unproven(State state) {
        Charter charter = state.charter();
        boolean waits = !isLed(state) && !state.leader() && !(state.standing() instanceof Standing.Withdrawn);
        return charter == null || !waits ? null : charter.id();
    }

    private static boolean isLed(State state) {
        return state.standing() instanceof Standing.Member member && member.led();
    }

    boolean isRoundDue(State state, long nowMs) {
        return nowMs >= roundDueMs(state);
    }

    private long roundDueMs(State state) {
        Waits waits = state.waits();
        boolean peaceful = state.leader() && waits.follows() && isLed(state);
        long due = waits.askedMs() + (waits.askSoon() ? 0 : peaceful ? roundMs * PEACEFUL_ROUNDS : roundMs);
        if (!waits.candidates().isEmpty()) {
            // The round that may propose: as soon as they have been the same for long enough.
            due = Math.min(due, waits.candidatesMs() + marginMs);
        }
        return Math.max(due, waits.askedMs() + BETWEEN_ROUNDS_MS);
    }

    /** Whether the candidates have been the same for the margin. */
    boolean isStable(Waits waits, long nowMs) {
        return !waits.candidates().isEmpty() && nowMs - waits.candidatesMs() >= marginMs;
    }

    /** Whether this server has been bound for so long, without proof and without a leader, that it may want to be free. */
    boolean isReleaseDue(State state, long nowMs) {
        return state.waits().unproven() != null && nowMs - state.waits().unprovenMs() >= releaseMs;
    }

    /** When something is due next, unless an event comes before. */
    long nextMs(State state) {
        long round = roundDueMs(state);
        return state.waits().unproven() == null
                ? round
                : Math.min(round, state.waits().unprovenMs() + releaseMs);
    }
}
