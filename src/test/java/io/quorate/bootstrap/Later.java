package io.quorate.bootstrap;

import io.quorate.bootstrap.FoundingCore.Step;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** What comes of it when time passes, for tests that are about something else. They are all at 0 before. */
@NullMarked
public final class Later {
    static final int ROUND_MS = 1000;
    static final int MARGIN_MS = 1000;
    static final int RELEASE_MS = 10_000;

    /** Long enough a release that a test which tells rounds from releases needs few of them. */
    public static final FoundingSettings.Timing TIMING = new FoundingSettings.Timing(
            Duration.ofMillis(ROUND_MS),
            Duration.ofMillis(500),
            Duration.ofMillis(MARGIN_MS),
            Duration.ofMillis(RELEASE_MS),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofMinutes(1));

    private Later() {}

    /** The same answers in two rounds, the margin between them. */
    public static Step stable(FoundingCore core, State state, List<Word> answers) {
        Event.RoundEnded round = new Event.RoundEnded(answers);
        Step first = core.on(state, round, 0);
        return first.state().record().equals(state.record()) ? core.on(first.state(), round, MARGIN_MS) : first;
    }

    /** Bound for so long that it may give up, while these answered in the last round. */
    static Step released(FoundingCore core, State state, List<Word> reachable) {
        return core.on(core.begun(state, 0).answers(reachable), new Event.TimePassed(true), RELEASE_MS);
    }
}
