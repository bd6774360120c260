package io.quorate.peers;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.codec.Form;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcException;
import io.quorate.runtime.Chance;
import io.quorate.runtime.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's way out: out of the peer set, wherever the leader is, and out of the lead. For any thread; the work is done on the
 * loop.
 *
 * <p>A leader that is asked over the server port asks back, on a connection that it opens to the server which is said to have
 * asked, whether that is so: nobody is removed because of a message alone.
 */
final class Leaving {
    static final String METHOD = "membership";
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
    /** Requests of others that are being confirmed. */
    private int confirming;

    Leaving(FoundingSettings settings, Surroundings around, PeerKeeper keeper) {
        this.settings = settings;
        this.around = around;
        this.keeper = keeper;
        loop = around.loop();
    }

    /** @param by the server that asks, which answers for it when it is asked back */
    record Request(ServerId removal, ServerId by, UUID id) {
        private static final int VERSION = 2;
        private static final Form<Request> FORM = Form.<Request>of(
                        (request, out) -> out.value(request.removal, KernelForms.SERVER_ID)
                                .value(request.by, KernelForms.SERVER_ID)
                                .uuid(request.id),
                        in -> new Request(in.value(KernelForms.SERVER_ID), in.value(KernelForms.SERVER_ID), in.uuid()))
                .version(VERSION, "a request for a removal");

        byte[] encode() {
            return FORM.bytes(this);
        }

        static Request decode(byte[] bytes) throws MalformedException {
            return FORM.of(bytes);
        }
    }

    /** A server asks this one, the leader, to be removed. */
    CompletionStage<byte[]> answer(byte[] bytes) {
        Request request;
        try {
            request = Request.decode(bytes);
        } catch (MalformedException e) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("not a message of membership: " + e.getMessage()));
        }
        return inside(() -> confirmed(request))
                .orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(done -> new byte[0]);
    }

    private CompletableFuture<@Nullable Void> confirmed(Request request) {
        if (!settings.consensus().status().isLeader()) {
            return CompletableFuture.failedFuture(new NotCommittedException("this server does not lead"));
        }
        if (!request.removal().equals(request.by())) {
            return unconfirmed(request);
        }
        if (confirming >= MAX_REQUESTS) {
            return CompletableFuture.failedFuture(new NotCommittedException("too many removals are asked for"));
        }
        confirming++;
        CompletableFuture<Boolean> answer;
        try {
            answer = around.asksFor(request.removal(), request.by(), request.id());
        } catch (RuntimeException | Error e) {
            confirming--;
            throw e;
        }
        return answer.whenComplete((yes, failure) -> confirming--)
                .thenCompose(confirmed -> confirmed ? keeper.remove(request.removal()) : unconfirmed(request));
    }

    /** Also where one server asks for another's removal: no server does, an operator's word goes another way. */
    private static CompletableFuture<@Nullable Void> unconfirmed(Request request) {
        LOG.atWarn()
                .addKeyValue("id", request.removal())
                .addKeyValue("by", request.by())
                .log("not removed: the server that is said to ask for it does not confirm it");
        return CompletableFuture.failedFuture(new IllegalStateException(
                "server " + request.by() + " does not confirm that it asks for the removal of " + request.removal()));
    }

    /** Which removal this server asked for in that request; on the loop. */
    @Nullable
    ServerId asked(UUID request) {
        return requests.get(request);
    }

    CompletableFuture<@Nullable Void> leave() {
        return inside(this::leaveInside).orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
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
        var unused = removeInside(now.record().id()).whenComplete((done, failed) -> {
            Throwable cause =
                    failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
            boolean passes = cause instanceof NotCommittedException || cause instanceof RpcException;
            if (cause == null) {
                left.complete(null);
            } else if (!passes || settings.ticker().nanos() >= deadlineNanos) {
                left.completeExceptionally(cause);
            } else {
                LOG.atDebug().log("not removed yet, asked for again: {}", Plain.reason(cause));
                var unusedTimer = loop.after(AGAIN, () -> tryToLeave(deadlineNanos, left));
            }
        });
    }

    private CompletableFuture<@Nullable Void> removeInside(ServerId server) {
        State now = around.state();
        RaftStatus raft = settings.consensus().status();
        if (raft.isLeader()) {
            return keeper.remove(server);
        }
        ServerId leader = raft.leader();
        Endpoint to = leader == null ? null : settings.addresses().find(leader).orElse(null);
        if (to == null) {
            return CompletableFuture.failedFuture(
                    new NotCommittedException("no leader is known that could take the server out of the cluster"));
        }
        if (requests.size() >= MAX_REQUESTS) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException(MAX_REQUESTS + " removals are under way already"));
        }
        Request request = new Request(server, now.record().id(), Chance.uuid(settings.chance()));
        requests.put(request.id(), server);
        return settings.rpc()
                .call(to, METHOD, request.encode(), LEAVE_LIMIT)
                .whenComplete((done, failed) -> forget(request.id()))
                .thenApply(done -> null);
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
        return inside(this::handOverInside)
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
