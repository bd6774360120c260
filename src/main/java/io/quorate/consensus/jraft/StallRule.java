package io.quorate.consensus.jraft;

import io.quorate.kernel.ServerId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When a leader whose own log does not reach its disk gives up leading. Raft itself never asks: two followers are a majority without
 * the leader's disk, and nothing it acknowledges is lost, but with one of them gone no write would be committed any more, and its own
 * disk may never come back.
 *
 * <p>Pure: what was seen comes in with {@link #look}, together with the time that passed since the look before.
 */
final class StallRule {
    private final long timeoutMs;
    private long awaited;
    private long waitedMs;
    private long sinceHandOverMs;
    private Stage stage = Stage.LEVEL;

    private enum Stage {
        /** The disk has all that a follower has, or nobody is ahead of it. */
        LEVEL,
        BEHIND,
        HANDING_OVER,
        FAILED
    }

    /** @param timeoutMs for how long the log may be behind, and how long a hand-over may take */
    StallRule(long timeoutMs) {
        this.timeoutMs = timeoutMs;
    }

    /**
     * @param leading this server leads, or is handing leadership over
     * @param onDisk the last index on its own disk; 0 while its database does not take what is committed
     * @param stored what each voter that is connected and was heard within the timeout has stored; without oneself
     */
    record Look(boolean leading, long onDisk, Map<ServerId, Long> stored) {
        Look {
            stored = Map.copyOf(stored);
        }
    }

    /** What to do now; each is said once. */
    sealed interface Deed {
        <R> R match(Cases<R> cases);

        /** One method for each, so that no reader forgets one. */
        interface Cases<R> {
            R nothing(Nothing deed);

            R handOver(HandOver deed);

            R failNode(FailNode deed);
        }

        record Nothing() implements Deed {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.nothing(this);
            }
        }

        record HandOver(ServerId to) implements Deed {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.handOver(this);
            }
        }

        /** Nobody took over in time: the node steps down by an error of its own, which writes nothing. */
        record FailNode() implements Deed {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.failNode(this);
            }
        }
    }

    /** @param passedMs since the look before; less than it was, when this process did not run meanwhile */
    Deed look(Look now, long passedMs) {
        ServerId best = best(now.stored());
        if (!now.leading() || best == null || ahead(now, best) <= now.onDisk()) {
            stage = Stage.LEVEL;
            return new Deed.Nothing();
        }
        // A disk that is slow but writes what the followers had one timeout ago is no reason: the wait begins again
        // behind it.
        if (stage == Stage.LEVEL || (stage == Stage.BEHIND && now.onDisk() >= awaited)) {
            stage = Stage.BEHIND;
            awaited = ahead(now, best);
            waitedMs = 0;
            return new Deed.Nothing();
        }
        if (stage == Stage.BEHIND) {
            waitedMs += passedMs;
            if (waitedMs < timeoutMs) {
                return new Deed.Nothing();
            }
            stage = Stage.HANDING_OVER;
            sinceHandOverMs = 0;
            return new Deed.HandOver(best);
        }
        if (stage == Stage.HANDING_OVER) {
            sinceHandOverMs += passedMs;
            if (now.onDisk() >= awaited) {
                stage = Stage.LEVEL;
            } else if (sinceHandOverMs >= timeoutMs) {
                stage = Stage.FAILED;
                return new Deed.FailNode();
            }
        }
        return new Deed.Nothing();
    }

    private static long ahead(Look now, ServerId best) {
        return now.stored().getOrDefault(best, 0L);
    }

    /** Of those that have the most the first by id, so that two looks at the same say the same. */
    private static @Nullable ServerId best(Map<ServerId, Long> stored) {
        ServerId best = null;
        for (Map.Entry<ServerId, Long> one : stored.entrySet()) {
            long most = best == null ? -1 : stored.getOrDefault(best, -1L);
            boolean better = one.getValue() > most
                    || (one.getValue() == most && best != null && one.getKey().compareTo(best) < 0);
            if (better) {
                best = one.getKey();
            }
        }
        return best;
    }
}
