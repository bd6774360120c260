package io.quorate.peers;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.consensus.NotCommittedException;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Chance;
import io.quorate.runtime.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's way out: out of the peer set, wherever the leader is, and out of the lead. For any thread; the work is done on the
 * loop.
 *
 * <p>A leader that is asked by another server asks back, on a connection that it opens to that server, whether that is so: nobody is
 * removed because of a message alone.
 */
final class Leaving {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    private static final Duration HAND_OVER_LIMIT = Duration.ofSeconds(5);
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(10);
    /** Who asks gets the last failure rather than none at all. */
    private static final Duration LAST_TRY = Duration.ofSeconds(8);

    private static final Duration AGAIN = Duration.ofMillis(250);
    private static final int MAX_REQUESTS = 16;

    private final FoundingSettings settings;
    private final EventLoop loop;
    private final Surroundings around;
    private final PeerKeeper keeper;
    /** What this server asked for and has no answer to yet. */
    private final Map<UUID, ServerId> requests = new HashMap<>();
    /** Absent while this agent starts. */
    private volatile @Nullable AskedLeader leader;

    /** Requests of others that are being confirmed. */
    private int confirming;

    Leaving(FoundingSettings settings, Surroundings around, PeerKeeper keeper) {
        this.settings = settings;
        this.around = around;
        this.keeper = keeper;
        loop = around.loop();
    }

    /**
     * A server asks this one, the leader, to be removed. Exceptionally with {@link RemovalRefusedException} or
     * {@link NotCommittedException}, or with anything else when it is not known what came of it.
     */
    CompletableFuture<@Nullable Void> asked(LeaveRequest request) {
        return OnLoop.run(loop, () -> confirmed(request)).orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<@Nullable Void> confirmed(LeaveRequest request) {
        if (!settings.consensus().status().isLeader()) {
            return CompletableFuture.failedFuture(new NotCommittedException("this server does not lead"));
        }
        if (confirming >= MAX_REQUESTS) {
            return CompletableFuture.failedFuture(new NotCommittedException("too many removals are asked for"));
        }
        confirming++;
        CompletableFuture<Boolean> answer;
        try {
            answer = around.asksFor(request.server(), request.server(), request.id());
        } catch (RuntimeException | Error e) {
            confirming--;
            throw e;
        }
        return answer.whenComplete((yes, failure) -> confirming--)
                .thenCompose(confirmed -> confirmed ? keeper.remove(request.server()) : unconfirmed(request));
    }

    private static CompletableFuture<@Nullable Void> unconfirmed(LeaveRequest request) {
        LOG.atWarn()
                .addKeyValue("id", request.server())
                .log("not removed: the server that is said to ask for it does not confirm it");
        return CompletableFuture.failedFuture(new RemovalRefusedException(
                "server " + request.server() + " does not confirm that it asks for its removal", false));
    }

    /** Which removal this server asked for in that request; on the loop. */
    @Nullable
    ServerId asked(UUID request) {
        return requests.get(request);
    }

    /** From now on another server that leads can be asked. */
    void reaching(AskedLeader other) {
        leader = other;
    }

    CompletableFuture<@Nullable Void> leave() {
        return OnLoop.run(loop, this::leaveInside).orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<@Nullable Void> leaveInside() {
        CompletableFuture<@Nullable Void> left = new CompletableFuture<>();
        tryToLeave(settings.ticker().nanos() + LAST_TRY.toNanos(), left);
        return left;
    }

    /** Nothing else takes a server out that has gone, so an election or a lost connection in between must not be the end of it. */
    private void tryToLeave(long deadlineNanos, CompletableFuture<@Nullable Void> left) {
        State now = around.state();
        if (!(now.standing() instanceof Standing.Member)) {
            left.complete(null);
            return;
        }
        ServerId self = now.record().id();
        boolean leads = settings.consensus().status().isLeader();
        var unused = (leads ? keeper.remove(self) : byTheLeader(self)).whenComplete((done, failed) -> {
            Throwable cause =
                    failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
            if (cause == null) {
                left.complete(null);
            } else if (settings.ticker().nanos() >= deadlineNanos
                    || (leads && !(cause instanceof NotCommittedException))) {
                left.completeExceptionally(cause);
            } else {
                LOG.atDebug().log("not removed yet, asked for again: {}", Plain.reason(cause));
                var unusedTimer = loop.after(AGAIN, () -> tryToLeave(deadlineNanos, left));
            }
        });
    }

    /** What another one says is not the last word: it may be no leader any more, or may know this server again in a moment. */
    private CompletableFuture<@Nullable Void> byTheLeader(ServerId self) {
        AskedLeader other = leader;
        if (other == null) {
            return CompletableFuture.failedFuture(new NotCommittedException("this server is still starting"));
        }
        if (requests.size() >= MAX_REQUESTS) {
            return CompletableFuture.failedFuture(
                    new NotCommittedException(MAX_REQUESTS + " removals are under way already"));
        }
        LeaveRequest request = new LeaveRequest(self, Chance.uuid(settings.chance()));
        requests.put(request.id(), self);
        return other.remove(request).toCompletableFuture().whenComplete((done, failed) -> forget(request.id()));
    }

    private void forget(UUID request) {
        try {
            loop.execute(() -> requests.remove(request));
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the founding loop is closed");
        }
    }

    /** Completes within its limit, whatever came of it. */
    CompletableFuture<@Nullable Void> handOver() {
        return OnLoop.run(loop, this::handOverInside)
                .completeOnTimeout(null, HAND_OVER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failed -> {
                    LOG.atInfo().log("leadership was not handed over: {}", Plain.reason(failed));
                    return null;
                });
    }

    private CompletableFuture<@Nullable Void> handOverInside() {
        if (!settings.consensus().status().isLeader()) {
            return CompletableFuture.completedFuture(null);
        }
        Optional<ServerId> to = keeper.successor(around.state());
        if (to.isEmpty()) {
            LOG.atInfo().log("nobody is there to hand leadership to");
            return CompletableFuture.completedFuture(null);
        }
        LOG.atInfo().addKeyValue("to", to.get()).log("handing leadership over");
        return settings.consensus().transferLeadership(to.get());
    }
}
