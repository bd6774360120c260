package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server's way out: out of the peer set, wherever the leader is, and out of the lead. For any thread; the work is done on the loop. */
final class Leaving {
    static final String METHOD = "membership";
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    private static final Duration HAND_OVER_LIMIT = Duration.ofSeconds(5);
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(10);

    private final FoundingSettings settings;
    private final EventLoop loop;
    private final Supplier<State> state;
    private final PeerKeeper keeper;

    /** @param state asked on the loop */
    Leaving(FoundingSettings settings, EventLoop loop, Supplier<State> state, PeerKeeper keeper) {
        this.settings = settings;
        this.loop = loop;
        this.state = state;
        this.keeper = keeper;
    }

    /** A server asks this one, the leader, to take it out. */
    CompletionStage<byte[]> answer(byte[] request) {
        ServerId server;
        try {
            server = Bytes.read(request, in -> new ServerId(Bytes.uuid(in)));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("not a message of membership: " + e.getMessage()));
        }
        return remove(server).thenApply(done -> new byte[0]);
    }

    CompletableFuture<@Nullable Void> remove(ServerId server) {
        return inside(() -> keeper.remove(server)).orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    CompletableFuture<@Nullable Void> leave() {
        return inside(this::leaveInside).orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<@Nullable Void> leaveInside() {
        State now = state.get();
        ServerId self = now.record().id();
        RaftStatus raft = settings.consensus().status();
        ServerId leader = raft.leader();
        if (!(now.standing() instanceof Standing.Member)) {
            return CompletableFuture.completedFuture(null);
        }
        if (raft.isLeader()) {
            return keeper.remove(self);
        }
        Endpoint to = leader == null
                ? null
                : now.peers().values().stream()
                        .filter(p -> p.id().equals(leader))
                        .map(Peer::address)
                        .findFirst()
                        .orElse(null);
        if (to == null) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("no leader is known that could take this server out of the cluster"));
        }
        return settings.rpc()
                .call(to, METHOD, Bytes.write(out -> Bytes.uuid(out, self.value())), LEAVE_LIMIT)
                .thenApply(done -> null);
    }

    /** Completes within its limit, whatever came of it. */
    CompletableFuture<@Nullable Void> handOver() {
        return inside(this::handOverInside)
                .completeOnTimeout(null, HAND_OVER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failed -> {
                    LOG.atInfo().log("leadership was not handed over: {}", failed.getMessage());
                    return null;
                });
    }

    private CompletableFuture<@Nullable Void> handOverInside() {
        if (!settings.consensus().status().isLeader()) {
            return CompletableFuture.completedFuture(null);
        }
        Optional<ServerId> to = keeper.successor(state.get());
        if (to.isEmpty()) {
            LOG.atInfo().log("nobody is there to hand leadership to");
            return CompletableFuture.completedFuture(null);
        }
        LOG.atInfo().addKeyValue("to", to.get()).log("handing leadership over");
        return settings.consensus().transferLeadership(to.get());
    }

    private CompletableFuture<@Nullable Void> inside(Supplier<CompletableFuture<@Nullable Void>> work) {
        CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                var unused = work.get().whenComplete((done, failed) -> {
                    if (failed == null) {
                        result.complete(null);
                    } else {
                        result.completeExceptionally(failed);
                    }
                });
            });
        } catch (RejectedExecutionException e) {
            // Nobody completes it now but its limit.
            LOG.atDebug().log("the founding loop is closed");
        }
        return result;
    }
}
