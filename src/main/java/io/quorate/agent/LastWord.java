package io.quorate.agent;

import io.quorate.runtime.Failures;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * How this process ends when it cannot go on: one line on standard error, exit code 1, at once. Nothing is stopped in order first,
 * because what would have to do it may be what failed; a disk that is pulled asks for the same, so whatever starts next knows how to
 * go on from there. Safe for any thread; the first that calls is heard.
 */
final class LastWord implements Failures.Ending {
    private static final int CODE = 1;

    private final PrintStream out;
    private final IntConsumer halt;
    private final AtomicBoolean said = new AtomicBoolean();

    /** @param halt ends the process with that code, without anything more */
    LastWord(PrintStream out, IntConsumer halt) {
        this.out = out;
        this.halt = halt;
    }

    /** From now on errors that the agent cannot survive end this process, also those on threads that are not ours. */
    static void prepare() {
        Failures.endBy(new LastWord(System.err, Runtime.getRuntime()::halt));
        Failures.hearUncaught();
    }

    @Override
    public void end(String work, Throwable cause) {
        if (!said.compareAndSet(false, true)) {
            return;
        }
        try {
            out.println("==> " + line(work, cause));
            out.flush();
        } finally {
            halt.accept(CODE);
        }
    }

    static String line(String work, Throwable cause) {
        String what = cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getMessage().lines().findFirst().orElse("");
        String wayOut = cause instanceof OutOfMemoryError
                ? "give it more memory (-Xmx, -XX:MaxDirectMemorySize, or the container's limit) and start it again"
                : "its log says where; start it again";
        return "this agent ends, because \"" + work + "\" cannot go on: " + what + " (" + wayOut + ")";
    }
}
