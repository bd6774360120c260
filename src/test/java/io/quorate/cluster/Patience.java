package io.quorate.cluster;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Waiting for a condition with a deadline: never for a time. */
public final class Patience {
    private static final long POLL_MS = 100;

    private Patience() {}

    /** A check that throws an {@link AssertionError} while it does not hold. */
    @FunctionalInterface
    public interface Check {
        void run();
    }

    /** Until the check passes; an agent that does not answer yet is one more reason to wait. */
    public static void until(String what, Duration within, Check check) {
        long end = System.nanoTime() + within.toNanos();
        while (true) {
            Throwable last = trial(check);
            if (last == null) {
                return;
            }
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError(
                        "not within " + within.toMillis() + " ms: " + what + "; last: " + last.getMessage(), last);
            }
            LockSupport.parkNanos(Duration.ofMillis(POLL_MS).toNanos());
        }
    }

    static void untilTrue(String what, Duration within, BooleanSupplier condition) {
        until(what, within, () -> {
            if (!condition.getAsBoolean()) {
                throw new AssertionError("does not hold");
            }
        });
    }

    /** That the check holds all the time: for what must *not* happen. */
    static void throughout(String what, Duration time, Check check) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Throwable last = trial(check);
            if (last != null) {
                throw new AssertionError("did not hold throughout: " + what + "; " + last.getMessage(), last);
            }
            LockSupport.parkNanos(Duration.ofMillis(POLL_MS).toNanos());
        }
    }

    private static @Nullable Throwable trial(Check check) {
        try {
            check.run();
            return null;
        } catch (AssertionError | UncheckedIOException | JacksonException e) {
            return e;
        }
    }
}
