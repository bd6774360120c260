package io.quorate.runtime;

import java.time.Clock;
import java.time.InstantSource;

/** The wall clock, for what is shown to people only: no decision is taken by it. */
public final class Clocks {
    private Clocks() {}

    public static InstantSource wall() {
        return Clock.systemUTC();
    }
}
