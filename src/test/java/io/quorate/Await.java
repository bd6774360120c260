package io.quorate;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; the text says what was there at the end. */
public final class Await {
    private Await() {}

    public static void until(String what, Duration longest, Supplier<Boolean> condition, Supplier<Object> evidence) {
        long end = System.nanoTime() + longest.toNanos();
        while (System.nanoTime() < end) {
            if (condition.get()) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        if (!condition.get()) {
            throw new AssertionError(what + " did not come true in " + longest + ": " + evidence.get());
        }
    }

    public static void until(String what, Duration longest, Supplier<Boolean> condition) {
        until(what, longest, condition, () -> "");
    }
}
