package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Tells those who wait for their commands what these came to, away from raft's thread. Safe for any thread. */
final class AnswerLanes implements AutoCloseable {
    /*
     * What follows an answer is the caller's: a response that is rendered, a next command. On the state machine's thread it would
     * stand before the next entries of everybody. Here it runs in one of a few lanes, each a thread with a queue; all commands of one
     * calling thread go through one lane, so that whoever appends one after the other is answered in that order. A lane cannot
     * overflow: a command's share of what may be in flight is given back when it is answered, not when it is applied, and a queue has
     * room for all that may be in flight. Callers that are slow therefore have new commands refused as busy, and hold back nobody
     * who is in the log already. A lane that is closed leaves the work to raft's thread: no caller is left without an answer.
     */
    private static final int LANES = 4;

    private final List<Executor> lanes;

    AnswerLanes() {
        this(lanes());
    }

    AnswerLanes(List<Executor> lanes) {
        this.lanes = List.copyOf(lanes);
    }

    private static List<Executor> lanes() {
        List<Executor> lanes = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            lanes.add(Threads.pool(Duty.VITAL, "raft-answer", 1, InFlight.ENTRIES));
        }
        return lanes;
    }

    /**
     * After the commit, in the order of the log.
     *
     * @param results one for each
     */
    void tell(List<? extends @Nullable Closure> waiting, List<? extends @Nullable Object> results) {
        List<List<Runnable>> byLane = new ArrayList<>();
        lanes.forEach(lane -> byLane.add(new ArrayList<>()));
        for (int i = 0; i < waiting.size(); i++) {
            Closure closure = waiting.get(i);
            if (closure instanceof Append append) {
                @Nullable Object result = results.get(i);
                // One that fails must not leave those behind it without an answer.
                byLane.get(Math.floorMod(append.caller(), lanes.size()))
                        .add(Failures.guarded(Duty.VITAL, "answer", () -> append.applied(result)));
            } else if (closure != null) {
                closure.run(Status.OK());
            }
        }
        for (int lane = 0; lane < lanes.size(); lane++) {
            List<Runnable> work = byLane.get(lane);
            if (!work.isEmpty()) {
                tell(lanes.get(lane), () -> work.forEach(Runnable::run));
            }
        }
    }

    private static void tell(Executor lane, Runnable work) {
        try {
            lane.execute(work);
        } catch (RejectedExecutionException e) {
            work.run();
        }
    }

    /** What was handed in is still told. */
    @Override
    public void close() {
        for (Executor lane : lanes) {
            if (lane instanceof ThreadPoolExecutor pool) {
                pool.shutdown();
            }
        }
    }
}
