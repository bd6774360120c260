package io.quorate.answer;

import java.time.Duration;

/**
 * How long whoever asks waits for others.
 *
 * @param hold for somebody who can answer: a leader, or on a client a server that can be reached. Never longer than the agent holds
 *     anything, see {@link AnswerParts#hold()}
 * @param answer for an agent that was called, beyond what it may hold the question and wait for a change; then a read asks another
 */
public record Patience(Duration hold, Duration answer) {
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** Of programs, which ask again anyway: as long as the agent holds anything. */
    public static final Patience USUAL = new Patience(Duration.ofHours(1), ANSWER);

    /** Told at once when nobody can answer. */
    public static final Patience NONE = new Patience(Duration.ZERO, ANSWER);

    /** Of people, who look while something is wrong: a server that hangs must not be what they wait for. */
    public static final Patience OF_PEOPLE = new Patience(Duration.ofSeconds(3), Duration.ofSeconds(1));

    public Patience {
        if (hold.isNegative() || answer.isNegative()) {
            throw new IllegalArgumentException("nobody waits less than not at all");
        }
    }

    Duration hold(Duration most) {
        return hold.compareTo(most) < 0 ? hold : most;
    }
}
