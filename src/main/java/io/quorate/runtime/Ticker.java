package io.quorate.runtime;

/** Elapsed time: never goes backwards, has no relation to the wall clock. */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds since some fixed moment. */
    long nanos();

    static Ticker system() {
        return System::nanoTime;
    }
}
