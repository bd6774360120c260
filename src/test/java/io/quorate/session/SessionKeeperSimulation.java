package io.quorate.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.consensus.RaftStatus;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.Fixtures;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two servers that lead in turns over one log. Commands stand still before raft takes them, also past an election and past the next one;
 * what raft did with one is told late, or never though it did; whoever was deposed hears of it late. Whoever was told that a session was
 * renewed keeps it for a TTL at least, and in the end every session ends.
 */
class SessionKeeperSimulation {
    private static final Duration TTL = Duration.ofSeconds(10);

    static LongStream seeds() {
        String only = System.getProperty("quorate.seed");
        return only == null ? LongStream.range(0, 100) : LongStream.of(Long.parseLong(only));
    }

    @ParameterizedTest(name = "-Dquorate.seed={0}")
    @MethodSource("seeds")
    void whoWasRenewedLivesForATtlAndNobodyForever(long seed) throws SQLException {
        try (World world = new World(seed)) {
            world.run();
        }
    }

    private static final class World implements AutoCloseable {
        private final Random chance;
        private final SimulatedLoop loop = new SimulatedLoop();
        private final Map<UUID, Long> promised = new HashMap<>();
        private final SessionState state = new SessionState((session, at, transaction, changed) -> ends(session.id()));
        private final List<Server> servers = new ArrayList<>();
        private int leader = -1;
        private long term = 1;
        private boolean expiring;
        private int ids;

        World(long seed) {
            chance = new Random(seed);
            state.register("web");
            servers.add(new Server(0));
            servers.add(new Server(1));
        }

        private void ends(UUID id) {
            Long until = promised.remove(id);
            if (expiring && until != null) {
                assertThat(loop.nanos()).as("the time that %s was promised", id).isGreaterThanOrEqualTo(until);
            }
        }

        void run() {
            servers.forEach(server -> server.keeper.start());
            for (int step = 0; step < 300; step++) {
                step();
                loop.advance(Duration.ofMillis(chance.nextInt(900)));
            }
            elect(0);
            loop.advance(Duration.ofMinutes(3));
            assertThat(state.all()).isEmpty();
        }

        private void step() {
            int what = chance.nextInt(100);
            if (what < 6) {
                elect(chance.nextInt(3) - 1);
            } else if (what < 25) {
                create();
            } else if (what < 80) {
                List<SessionRow> all = state.all();
                if (!all.isEmpty()) {
                    UUID id = all.get(chance.nextInt(all.size())).session().id();
                    servers.get(chance.nextInt(2)).renew(id);
                }
            } else if (what < 83 && !state.all().isEmpty()) {
                state.apply(
                        new SessionCommand.Destroy(state.all().get(0).session().id()));
            }
        }

        private void create() {
            UUID id = new UUID(9, ids++);
            // Known only once it was answered: from then on it is promised its time.
            promised.put(id, loop.nanos() + TTL.toNanos());
            state.apply(new SessionCommand.Create(SessionState.session(id, "web", TTL)));
        }

        /** @param next -1: nobody leads */
        private void elect(int next) {
            leader = next;
            term++;
            for (Server server : servers) {
                boolean leads = server.number == next;
                long now = term;
                // Whoever wins knows; whoever lost hears of it some time.
                Duration late = leads ? Duration.ZERO : Duration.ofMillis(chance.nextInt(4000));
                loop.after(late, () -> server.hears(leads && term == now, now));
            }
        }

        @Override
        public void close() throws SQLException {
            state.close();
        }

        private final class Server {
            private final int number;
            private final FakeConsensus consensus = new FakeConsensus();
            private final SessionKeeper keeper;
            private long heard;

            Server(int number) {
                this.number = number;
                consensus.result = this::append;
                consensus.leaseBarrier = () -> leader == number
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(new NotCommittedException("deposed"));
                keeper = new SessionKeeper(consensus, state, loop, loop, loop, new Random(chance.nextLong()), () -> {});
            }

            void hears(boolean leads, long now) {
                if (now >= heard) {
                    heard = now;
                    consensus.become(status(leads ? RaftStatus.Role.LEADER : RaftStatus.Role.FOLLOWER, now));
                }
            }

            void renew(UUID id) {
                CompletableFuture<Optional<SessionRow>> renewed = keeper.renew(id);
                var unused = renewed.whenComplete((row, failure) -> {
                    if (failure == null && row.isPresent()) {
                        promised.put(id, loop.nanos() + TTL.toNanos());
                    }
                });
            }

            private CompletableFuture<CommandFamily.Result> append(Command<?> command) {
                @SuppressWarnings("unchecked") // there is no other here
                Command<CommandFamily.Result> known = (Command<CommandFamily.Result>) command;
                CompletableFuture<CommandFamily.Result> told = new CompletableFuture<>();
                boolean lost = chance.nextInt(5) == 0;
                // A process that stands still before raft has taken it: for long, now and then.
                int stall = chance.nextInt(10) == 0 ? 40_000 : 50;
                loop.after(Duration.ofMillis(chance.nextInt(stall)), () -> taken(known, told, lost));
                if (lost) {
                    loop.after(
                            Duration.ofMillis(chance.nextInt(10_000)),
                            () -> told.completeExceptionally(new OutcomeUnknownException("no answer")));
                }
                return told;
            }

            private void taken(
                    Command<CommandFamily.Result> command, CompletableFuture<CommandFamily.Result> told, boolean lost) {
                if (leader != number) {
                    told.completeExceptionally(new NotCommittedException("not the leader"));
                    return;
                }
                expiring = command instanceof SessionCommand.Expire;
                CommandFamily.Result result = state.apply(command);
                expiring = false;
                if (!lost) {
                    loop.after(Duration.ofMillis(chance.nextInt(300)), () -> told.complete(result));
                }
            }
        }
    }

    private static RaftStatus status(RaftStatus.Role role, long term) {
        return new RaftStatus(
                Fixtures.CLUSTER,
                role,
                Fixtures.S1,
                term,
                41,
                term,
                40,
                39,
                20,
                2,
                List.of(Fixtures.S1),
                List.of(),
                0,
                Map.of(),
                null);
    }
}
