package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Two processes on one data directory and its copy, made when the server was a member or only pledged, in every order of starting, asking,
 * answering late, deciding, founding, being killed and started again; what they prove to each other holds or does not. The other voters know whoever came first for as long as it lives. One thing is left out: an answer that is acted upon
 * after its sender was killed and came up again, which takes longer than a question may.
 */
class TwinExploration {
    private static final int MAX_STARTS = 4;

    private enum Phase {
        DOWN(Twin.Phase.OUTSIDE),
        PLEDGED(Twin.Phase.OUTSIDE),
        STARTING(Twin.Phase.STARTING),
        RUNNING(Twin.Phase.RUNNING),
        /** Gave way. */
        STOPPED(Twin.Phase.OUTSIDE);

        private final Twin.Phase rank;

        Phase(Twin.Phase rank) {
            this.rank = rank;
        }
    }

    /** @param seen what it last heard of the other process; absent while it has heard nothing since its own start */
    private record Copy(Phase phase, boolean member, int starts, int life, Seen seen) {
        Twin rank(int side) {
            return new Twin(phase.rank, starts, new UUID(side, life));
        }

        boolean isThere() {
            return phase == Phase.PLEDGED || phase == Phase.STARTING || phase == Phase.RUNNING;
        }

        Copy phase(Phase next) {
            return new Copy(next, member || next == Phase.RUNNING, starts, life, seen);
        }

        Copy seeing(Seen now) {
            return new Copy(phase, member, starts, life, now);
        }
    }

    private record Seen(Phase phase, int starts, int life) {
        static final Seen NOTHING = new Seen(Phase.DOWN, 0, 0);

        boolean anything() {
            return phase != Phase.DOWN;
        }
    }

    /** @param known which of the two the other voters know: 0 or 1; -1: none */
    private record World(Copy one, Copy other, int known, String broken) {
        Copy of(int side) {
            return side == 0 ? one : other;
        }

        World with(int side, Copy process) {
            return side == 0 ? new World(process, other, known, broken) : new World(one, process, known, broken);
        }
    }

    @Test
    @Fault(
            line = "A7",
            fault = "every order of starts, questions, late answers and kills of an original and its copy",
            seen = "never do both give way to each other, and who runs never gives way to who starts")
    void aCopyAndItsOriginalNeverBothGiveWay() {
        for (int voters : List.of(0, 1, 2, 4)) {
            long states = explore(voters);
            System.out.printf(Locale.ROOT, "explored: twins, %d other voters: %d states, complete%n", voters, states);
            assertThat(states).isGreaterThan(100);
        }
    }

    private static long explore(int voters) {
        Set<World> visited = new HashSet<>();
        for (boolean member : List.of(true, false)) {
            for (boolean copied : List.of(true, false)) {
                Copy down = new Copy(Phase.DOWN, member, 1, 0, Seen.NOTHING);
                Copy copy = new Copy(Phase.DOWN, copied, 1, 0, Seen.NOTHING);
                visited.add(new World(down, copy, -1, ""));
            }
        }
        Deque<World> waiting = new ArrayDeque<>(visited);
        while (!waiting.isEmpty()) {
            World world = waiting.remove();
            assertThat(world.broken()).as(world.toString()).isEmpty();
            for (World next : after(world, voters)) {
                if (visited.add(next)) {
                    waiting.add(next);
                }
            }
        }
        return visited.size();
    }

    private static List<World> after(World world, int voters) {
        List<World> all = new ArrayList<>();
        for (int side = 0; side < 2; side++) {
            Copy self = world.of(side);
            Copy twin = world.of(1 - side);
            if (self.phase() == Phase.DOWN && self.starts() < MAX_STARTS) {
                Phase begun = self.member() ? Phase.STARTING : Phase.PLEDGED;
                World started = world.with(
                        side, new Copy(begun, self.member(), self.starts() + 1, self.life() + 1, Seen.NOTHING));
                all.add(started.with(1 - side, twin.seeing(Seen.NOTHING)));
            }
            if (self.phase() != Phase.DOWN) {
                World killed = world.with(side, self.phase(Phase.DOWN).seeing(Seen.NOTHING));
                all.add(known(killed, killed.known()));
            }
            if (self.phase() == Phase.STARTING || self.phase() == Phase.PLEDGED) {
                // Silence refuses nobody: it may start whatever it heard or did not hear, unless that made it give way.
                World running = world.with(side, self.phase(Phase.RUNNING));
                all.add(known(running, running.known()));
            }
            if (self.isThere() && twin.isThere()) {
                all.add(world.with(side, self.seeing(new Seen(twin.phase(), twin.starts(), twin.life()))));
            }
            if (self.isThere() && self.seen().anything()) {
                all.add(decided(world, side, voters, true));
                all.add(decided(world, side, voters, false));
            }
        }
        return all;
    }

    /** The other voters' directory: who is there first stays in it while it lives. */
    private static World known(World world, int known) {
        int now = known;
        if (now >= 0 && world.of(now).phase() == Phase.DOWN) {
            now = -1;
        }
        for (int side = 0; side < 2 && now < 0; side++) {
            if (world.of(side).phase() == Phase.RUNNING) {
                now = side;
            }
        }
        return new World(world.one(), world.other(), now, world.broken());
    }

    /** @param proven only a member can prove anything, and only to a member */
    private static World decided(World world, int side, int voters, boolean proven) {
        Copy self = world.of(side);
        Copy twin = world.of(1 - side);
        Seen seen = self.seen();
        Twin other = new Twin(seen.phase().rank, seen.starts(), new UUID(1 - side, seen.life()));
        int confirming = world.known() == 1 - side ? voters : 0;
        boolean shown = proven && self.member() && seen.phase() != Phase.PLEDGED;
        if (!self.rank(side).givesWayTo(other, shown, voters, confirming)) {
            return world;
        }
        boolean lives = twin.isThere() && twin.life() == seen.life();
        String broken = "";
        if (self.phase() == Phase.RUNNING && seen.phase() != Phase.RUNNING) {
            broken = "who runs gave way to who starts";
        } else if (twin.phase() == Phase.STOPPED && twin.life() == seen.life()) {
            broken = "both gave way";
        } else if (self.phase() == Phase.RUNNING && voters > 0 && lives && world.known() == side) {
            broken = "who runs and is known to the voters gave way";
        }
        World stopped = world.with(side, self.phase(Phase.STOPPED));
        return new World(stopped.one(), stopped.other(), stopped.known(), broken);
    }
}
