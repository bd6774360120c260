package io.quorate.membership.swim;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** Which seeds a simulation runs with: few, with {@code -Dquorate.long=true} many, with {@code -Dquorate.seed=} that one. */
final class Seeds {
    private static final Long GIVEN = Long.getLong("quorate.seed");
    static final boolean LONG = Boolean.getBoolean("quorate.long");

    private Seeds() {}

    static LongStream of(int few) {
        return GIVEN != null ? LongStream.of(GIVEN) : LongStream.rangeClosed(1, LONG ? 20 : few);
    }

    /** Runs a scenario with each; a failure names the one to run it again with. */
    static void each(int few, LongConsumer scenario) {
        of(few).forEach(seed -> {
            try {
                scenario.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("run again with -Dquorate.seed=" + seed + ": " + e.getMessage(), e);
            }
        });
    }
}
