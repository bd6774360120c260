package io.quorate.answer;

import java.time.Duration;

/**
 * On which terms a question is asked. Immutable.
 *
 * @param maxStale with {@link Mode#STALE}: a server that heard of its leader longer ago does not answer from what it has; zero: no bound
 * @param index wait until the answer is of a later index than this; 0 does not wait
 * @param waitTime how long at most; of no meaning without an index
 * @param datacenter which one is meant; empty: the one that is asked
 */
public record Terms(Mode mode, Duration maxStale, long index, Duration waitTime, String datacenter) {
    /** As Consul bounds it. */
    public static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    public static final Terms DEFAULT = new Terms(Mode.DEFAULT, Duration.ZERO, 0, Duration.ZERO, "");

    public Terms {
        if (waitTime.isNegative() || waitTime.compareTo(LONGEST_WAIT.plus(LONGEST_WAIT.dividedBy(16))) > 0) {
            throw new IllegalArgumentException("wait is not between 0 and its longest: " + waitTime.toMillis() + "ms");
        }
        if (maxStale.isNegative()) {
            throw new IllegalArgumentException("max_stale is negative: " + maxStale.toMillis() + "ms");
        }
    }

    /** The same with what is left of the wait. */
    Terms waiting(Duration left) {
        return new Terms(mode, maxStale, index, left.isNegative() ? Duration.ZERO : left, datacenter);
    }

    boolean waits() {
        return index != 0 && !waitTime.isZero();
    }
}
