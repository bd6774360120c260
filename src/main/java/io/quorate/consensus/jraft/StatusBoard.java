package io.quorate.consensus.jraft;

import io.quorate.consensus.RaftStatus;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The status as it was last looked at: by a loop of its own, every 200 ms and whenever somebody says that it changed, so that reading
 * it costs a volatile read. Listeners run on that loop. Safe for any thread.
 */
final class StatusBoard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusBoard.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final int LOOK_WAIT_S = 2;

    private final EventLoop loop = new EventLoop(Duty.VITAL, "raft-status");
    private final AtomicBoolean asked = new AtomicBoolean();
    private final List<Consumer<RaftStatus>> listeners = new CopyOnWriteArrayList<>();
    private final Supplier<@Nullable GroupView> view;
    private final BooleanSupplier running;
    private volatile RaftStatus status = RaftStatus.NONE;

    /**
     * @param view of the present group, also while it is being started; absent while there is none
     * @param running whether the present group has started: one that is being started is not shown, unless another one was before
     */
    StatusBoard(Supplier<@Nullable GroupView> view, BooleanSupplier running) {
        this.view = view;
        this.running = running;
        // Ends with the loop.
        var unused = loop.every(LOOK_EVERY, this::look);
    }

    void listen(Consumer<RaftStatus> listener) {
        listeners.add(listener);
    }

    RaftStatus status() {
        return status;
    }

    /** Never waits. */
    void lookSoon() {
        if (asked.compareAndSet(false, true)) {
            try {
                loop.execute(this::look);
            } catch (RejectedExecutionException e) {
                // Closed: nobody asks any more.
                asked.set(false);
            }
        }
    }

    /** Who started or stopped a group finds it in the status at once. Waits 2 s at most. */
    void lookNow() {
        if (loop.isInside()) {
            look();
            return;
        }
        try {
            loop.submit(() -> {
                        look();
                        return true;
                    })
                    .get(LOOK_WAIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // A listener takes its time, or the loop is closed: the status follows.
            LOG.atDebug().setCause(e).log("status not looked at in time");
        }
    }

    private void look() {
        asked.set(false);
        GroupView present = view.get();
        RaftStatus before = status;
        boolean hidden = present == null || (before.cluster() == null && !running.getAsBoolean());
        RaftStatus now = hidden ? RaftStatus.NONE : present.read();
        status = now;
        if (GroupView.tells(before, now)) {
            for (Consumer<RaftStatus> listener : listeners) {
                Failures.guarded(Duty.VITAL, "listener to raft", () -> listener.accept(now))
                        .run();
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
