package io.quorate.runtime;

import java.time.Duration;

/** Delays. A task runs on the owner's thread; how exact the delay is, the owner says. */
public interface Timers {
    /** Runs the task once after the delay, unless cancelled before. */
    Timer after(Duration delay, Runnable task);

    /** Runs the task after each such delay, counted from the end of the run before. */
    Timer every(Duration delay, Runnable task);

    /** A task that waits. */
    @FunctionalInterface
    interface Timer {
        /** From the owner's thread: the task does not begin any more. From others: it may begin once. */
        void cancel();
    }
}
