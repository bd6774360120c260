package io.quorate.consensus.jraft;

import java.time.Duration;

/**
 * What is under way in one group: how much, and who waits for it how long.
 *
 * @param entries commands that raft has
 * @param reads questions for the read index
 */
record Requests(InFlight entries, InFlight reads, Unanswered unanswered) {
    /** As long as a stalled disk may take to come back before writers are told that nobody knows. */
    static final Duration APPEND = Duration.ofSeconds(10);
    /** Shorter than Consul's hold time of 7 s, so that whoever asked can ask again. */
    static final Duration READ = Duration.ofSeconds(5);
    /** One step of a change of the configuration; who becomes a voter is level already. */
    static final Duration CHANGE_STEP = Duration.ofSeconds(30);
    /** A change has two steps at most. */
    static final Duration CHANGE = CHANGE_STEP.multipliedBy(2).plusSeconds(10);

    static final Duration TRANSFER = Duration.ofSeconds(30);
    /** Writing a large state to a slow disk. */
    static final Duration SNAPSHOT = Duration.ofMinutes(10);
}
