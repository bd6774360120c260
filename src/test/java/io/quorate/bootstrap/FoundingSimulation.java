package io.quorate.bootstrap;

import java.util.Locale;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Founding under seeded misfortune: safety all the time, an end when misfortune ends. More seeds: {@code -Dquorate.seeds=100000};
 * one alone: {@code -Dquorate.seed=4711}.
 */
class FoundingSimulation {
    private static final int FAULTS_MS = 40_000;
    private static final int HEALED_MS = 240_000;

    private static int settled;
    private static int stuck;

    @Test
    void aDatacenterIsFoundedAtMostOnceAndFoundedInTheEnd() {
        Long one = Long.getLong("quorate.seed");
        long count = Long.getLong("quorate.seeds", 1000);
        LongStream seeds = one != null ? LongStream.of(one) : LongStream.range(0, count);
        long begin = System.nanoTime();
        seeds.forEach(FoundingSimulation::run);
        System.out.printf(
                Locale.ROOT,
                "simulated: %d seeds ended in one cluster, %d wait for a lost disk, %.1f s%n",
                settled,
                stuck,
                (System.nanoTime() - begin) / 1e9);
    }

    @AfterAll
    static void forget() {
        settled = 0;
        stuck = 0;
    }

    private static void run(long seed) {
        SimulatedWorld world = new SimulatedWorld(seed);
        try {
            world.runWithFaults(FAULTS_MS);
            if (world.healAndRun(HEALED_MS)) {
                settled++;
            } else if (world.isRightlyStuck()) {
                stuck++;
            } else {
                throw new AssertionError("no end after the faults ended:\n" + world);
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dquorate.seed=" + seed + ": " + e.getMessage(), e);
        }
    }
}
