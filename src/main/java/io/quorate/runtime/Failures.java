package io.quorate.runtime;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that decides what it means when work ends by an exception or an error that nobody there expected. Every thread of
 * ours reports here, and so does the JVM for threads that are not ours; nothing is lost without a word.
 *
 * <ul>
 *   <li>An exception is a bug in one piece of work: it is logged and counted, and the thread goes on with the next, so that one bad
 *       message does not silence an agent.
 *   <li>An {@link Error} (a class or a library that cannot be loaded, a stack that overflows) on a {@link Duty#VITAL} thread ends
 *       the process: what was begun there stays undone however often it is tried, and an agent that seems to live and does
 *       nothing is worse than one that its supervisor starts again.
 *   <li>An {@link OutOfMemoryError} ends the process wherever it is met: it tells nothing about who took the memory, and other
 *       threads meet it at the same time in places that no one has thought of.
 *   <li>Any other error on a {@link Duty#HELPFUL} thread is logged and counted, and the thread goes on.
 * </ul>
 *
 * <p>How the process ends is not decided here: {@link #endBy}. Safe for any thread.
 */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final Ending NOBODY = (work, cause) -> {};

    private static final LongAdder EXCEPTIONS = new LongAdder();
    private static final LongAdder ERRORS = new LongAdder();
    private static volatile Ending ending = NOBODY;

    private Failures() {}

    /** Ends the process; called after the log was told. */
    @FunctionalInterface
    public interface Ending {
        /** @param work what cannot go on: the name of a thread or of a task */
        void end(String work, Throwable cause);
    }

    /**
     * From now on this ends the process. Whoever calls for no end, as the tests of parts, has the process go on.
     *
     * @return what did so before
     */
    public static Ending endBy(Ending next) {
        Ending before = ending;
        ending = next;
        return before;
    }

    /** Also takes what threads throw that are not ours and that nobody there catches: all of them are {@link Duty#HELPFUL}. */
    public static void hearUncaught() {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> heard(Duty.HELPFUL, thread.getName(), failure));
    }

    /**
     * Work ended by this, and nobody there can tell what follows. Returns unless the process ends by it.
     *
     * @param work what it was: the name of a thread or of a task
     */
    public static void heard(Duty duty, String work, Throwable failure) {
        boolean isError = failure instanceof Error;
        (isError ? ERRORS : EXCEPTIONS).increment();
        tell(work, failure, failure instanceof OutOfMemoryError || (isError && duty == Duty.VITAL));
    }

    /** The same, where even an exception leaves nothing that could go on. */
    public static void fatal(String work, Throwable failure) {
        (failure instanceof Error ? ERRORS : EXCEPTIONS).increment();
        tell(work, failure, true);
    }

    private static void tell(String work, Throwable failure, boolean fatal) {
        try {
            LOG.atError()
                    .addKeyValue("work", work)
                    .setCause(failure)
                    .log(
                            fatal
                                    ? "an error that this agent cannot survive"
                                    : "failed, and goes on with what comes next");
        } catch (Throwable unlogged) {
            // Without memory nothing may be left to tell it with, and the end must come all the same.
            ERRORS.increment();
        }
        if (fatal) {
            ending.end(work, failure);
        }
    }

    /** The same work, that never throws: what it throws is {@link #heard}. */
    public static Runnable guarded(Duty duty, String work, Runnable task) {
        return () -> run(duty, work, task);
    }

    static void run(Duty duty, String work, Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            heard(duty, work, e);
        }
    }

    /**
     * What follows an answer. Unlike with {@code whenComplete}, whose own failure ends in a future that nobody asks, what this
     * throws is {@link #heard}.
     */
    public static <T extends @Nullable Object> void whenDone(
            CompletionStage<T> stage, Duty duty, String work, BiConsumer<? super T, @Nullable Throwable> then) {
        CompletionStage<T> unused =
                stage.whenComplete((value, failure) -> run(duty, work, () -> then.accept(value, failure)));
    }

    /** Exceptions that were heard since the process began. */
    public static long exceptions() {
        return EXCEPTIONS.sum();
    }

    /** Errors that were heard and survived since the process began. */
    public static long errors() {
        return ERRORS.sum();
    }
}
