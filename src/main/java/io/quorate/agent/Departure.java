package io.quorate.agent;

import io.quorate.consensus.RaftStatus;
import io.quorate.membership.Membership;
import io.quorate.membership.ServerRoster;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaving the datacenter on purpose: said to everybody, a server out of the configuration, said again as done, then the process
 * ends. Safe for any thread.
 */
final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
    private static final long OUT_OF_RAFT_S = 10;
    private static final long LONGEST_S = 60;
    /** Time for whoever asked over HTTP to get the answer. */
    private static final Duration ANSWER = Duration.ofMillis(500);

    private final Membership membership;
    private final @Nullable ServerSide server;
    private final Timers timers;
    private final IntConsumer end;
    private @Nullable CompletableFuture<@Nullable Void> underway;

    Departure(Membership membership, @Nullable ServerSide server, Timers timers, IntConsumer end) {
        this.membership = membership;
        this.server = server;
        this.timers = timers;
        this.end = end;
    }

    /** Completes when everybody was told; the process ends soon after. Exceptionally when refused: then nothing has changed. */
    synchronized CompletableFuture<@Nullable Void> leave() {
        CompletableFuture<@Nullable Void> running = underway;
        if (running != null && !running.isCompletedExceptionally()) {
            return running;
        }
        String refusal = refusal();
        if (refusal != null) {
            return CompletableFuture.failedFuture(new IllegalStateException(refusal));
        }
        LOG.atInfo().log("leaving the datacenter");
        CompletableFuture<@Nullable Void> leaving = membership
                .beginLeave()
                .thenCompose(told -> outOfRaft())
                .<@Nullable Void>thenCompose(out -> membership.finishLeave())
                // A second leave waits for this one: one that never ends would make every later one wait as well.
                .orTimeout(LONGEST_S, TimeUnit.SECONDS);
        underway = leaving;
        var unused = leaving.whenComplete((left, failure) -> {
            if (failure == null) {
                timers.after(ANSWER, () -> end.accept(0));
            }
        });
        return leaving;
    }

    /** Looked at before anybody is told: a member cannot take back that it leaves. */
    private @Nullable String refusal() {
        if (server == null) {
            return null;
        }
        RaftStatus status = server.consensus.status();
        if (!status.voters().contains(server.self())) {
            return null;
        }
        if (status.voters().equals(List.of(server.self()))) {
            return "this server is the last voter: if it left, the cluster would be lost. To stop it without leaving, end its process";
        }
        if (status.leader() == null) {
            return "no leader, so this server cannot be removed from the voters first. To stop it without leaving, end its process";
        }
        int staying = status.voters().size() - 1;
        long alive = status.voters().stream()
                .filter(id -> !id.equals(server.self()))
                .filter(id -> membership
                        .servers()
                        .find(id)
                        .filter(ServerRoster.Server::isAlive)
                        .isPresent())
                .count();
        if (alive <= staying / 2) {
            return "only " + alive + " of the " + staying + " voters that would remain are alive, and "
                    + (staying / 2 + 1)
                    + " are needed: if it left, the cluster would stop. Bring them back or remove them first; to stop this server without"
                    + " leaving, end its process";
        }
        return null;
    }

    private CompletableFuture<@Nullable Void> outOfRaft() {
        if (server == null) {
            return CompletableFuture.completedFuture(null);
        }
        return server.peers.leave().orTimeout(OUT_OF_RAFT_S, TimeUnit.SECONDS).exceptionally(failure -> {
            LOG.atWarn().setCause(failure).log("not removed from the voters: remove it with force-leave");
            return null;
        });
    }
}
