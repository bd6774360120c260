package io.quorate.answer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * On which terms a question is asked. Immutable.
 *
 * @param maxStale with {@link Mode#STALE}: a server that heard of its leader longer ago does not answer from what it has; zero: no bound
 * @param index wait until the answer is of a later index than this; 0 does not wait
 * @param waitTime how long at most; of no meaning without an index
 * @param datacenter which one is meant; empty: the one that is asked
 * @param patience of whoever asks, at this agent; whom it asks in turn is told what is left of it
 */
public record Terms(Mode mode, Duration maxStale, long index, Duration waitTime, String datacenter, Patience patience) {
    /** As Consul bounds it. */
    public static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** That part of a wait is added at random, so that who began together does not come back together; as Consul does. */
    private static final int JITTER = 16;

    private static final Duration MOST = LONGEST_WAIT.plus(LONGEST_WAIT.dividedBy(JITTER));

    public static final Terms DEFAULT = new Terms(Mode.DEFAULT, Duration.ZERO, 0, Duration.ZERO, "");

    public Terms {
        if (waitTime.isNegative() || waitTime.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("wait is not between 0 and its longest: " + waitTime.toMillis() + "ms");
        }
        if (maxStale.isNegative()) {
            throw new IllegalArgumentException("max_stale is negative: " + maxStale.toMillis() + "ms");
        }
    }

    public Terms(Mode mode, Duration maxStale, long index, Duration waitTime, String datacenter) {
        this(mode, maxStale, index, waitTime, datacenter, Patience.USUAL);
    }

    public Terms with(Patience other) {
        return new Terms(mode, maxStale, index, waitTime, datacenter, other);
    }

    /** The same with up to a sixteenth more of the wait. */
    Terms jittered(RandomGenerator chance) {
        Duration most = MOST.minus(waitTime);
        Duration part = waitTime.dividedBy(JITTER);
        long added = (part.compareTo(most) < 0 ? part : most).toMillis();
        return added <= 0 ? this : waiting(waitTime.plusMillis(chance.nextLong(added + 1)));
    }

    /** The same with what is left of the wait. */
    Terms waiting(Duration left) {
        return new Terms(mode, maxStale, index, left.isNegative() ? Duration.ZERO : left, datacenter, patience);
    }

    boolean waits() {
        return index != 0 && !waitTime.isZero();
    }
}
