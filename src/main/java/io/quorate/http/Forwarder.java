package io.quorate.http;

import io.quorate.consensus.CommandLog;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcException;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a request to the server that can answer it, waiting for a leader as long as {@code rpc_hold_timeout} allows. No thread
 * waits meanwhile. What may already have been carried out is never sent twice, unless it only reads. Safe for any thread.
 */
final class Forwarder {
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** How much longer than the hold time a call may take: the other server may hold it as long itself. */
    private static final Duration ANSWER_TIME = Duration.ofSeconds(5);
    /** Requests that wait for a leader at one moment; more are told at once that there is none. */
    private static final int MAX_HELD = 4096;
    /** A client, a follower, a leader, and twice again when leadership moves on the way. */
    private static final int MAX_HOPS = 4;

    private static final String METHOD = "http";
    private static final String REMOTE = "rpc error making call: ";
    static final String NO_LEADER = "No cluster leader";
    static final String NO_SERVERS = "No known Consul servers";

    private final DispatcherParts parts;
    private final Timers timers;
    private final Ticker ticker;
    private final Executor executor;
    private final AtomicInteger held = new AtomicInteger();
    private final Map<Object, CompletableFuture<Reply>> unanswered = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private volatile @Nullable Endpoint preferred;

    Forwarder(DispatcherParts parts, Timers timers, Ticker ticker, Executor executor) {
        this.parts = parts;
        this.timers = timers;
        this.ticker = ticker;
        this.executor = executor;
    }

    /** Answers on the leader: here when this is it, else over there. Only on a server. */
    CompletionStage<Reply> atLeader(Request request, Handler handler) {
        CompletableFuture<Reply> result = unanswered();
        new LeaderAttempt(request, handler, result).run();
        return result;
    }

    /** Answers on any server. Only on a client. */
    CompletionStage<Reply> atServer(Request request) {
        CompletableFuture<Reply> result = unanswered();
        new ServerAttempt(request, result).run();
        return result;
    }

    /** Answers what is still held. The loop and the pool drop what waits in them, and nobody would answer it any more. */
    void close() {
        closed = true;
        unanswered.values().forEach(Forwarder::stopping);
    }

    private CompletableFuture<Reply> unanswered() {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        Object key = new Object();
        unanswered.put(key, result);
        CompletableFuture<?> forgotten = result.whenComplete((reply, error) -> unanswered.remove(key));
        if (closed && !forgotten.isDone()) {
            stopping(result);
        }
        return result;
    }

    private static void stopping(CompletableFuture<Reply> result) {
        result.complete(Reply.failure(500, "this agent is stopping"));
    }

    private abstract class Attempt implements Runnable {
        final Request request;
        final CompletableFuture<Reply> result;
        private final long deadline = ticker.nanos() + parts.rpcHoldTime().toNanos();

        Attempt(Request request, CompletableFuture<Reply> result) {
            this.request = request;
            this.result = result;
        }

        abstract void attempt();

        @Override
        public final void run() {
            if (result.isDone()) {
                // The agent stops, and whoever asked was told so.
                return;
            }
            try {
                attempt();
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }

        /** What fails in what follows is the answer, too: nobody else would give one. */
        final <T> void then(CompletionStage<T> stage, BiConsumer<T, @Nullable Throwable> next) {
            Failures.whenDone(stage, Duty.HELPFUL, "forwarded request", (value, failure) -> {
                try {
                    next.accept(value, failure);
                } catch (RuntimeException | Error e) {
                    result.completeExceptionally(e);
                }
            });
        }

        boolean isOver() {
            return deadline - ticker.nanos() <= 0;
        }

        /** Tries again after a pause, or gives up with that text when the time is over. */
        void again(String reason) {
            if (isOver() || held.incrementAndGet() > MAX_HELD) {
                if (!isOver()) {
                    held.decrementAndGet();
                }
                result.complete(Reply.failure(500, reason));
                return;
            }
            long left = Math.max(1, deadline - ticker.nanos());
            Duration pause = PAUSE.toNanos() < left ? PAUSE : Duration.ofNanos(left);
            try {
                timers.after(pause, () -> {
                    held.decrementAndGet();
                    proceed(reason);
                });
            } catch (RejectedExecutionException e) {
                // The agent stops.
                held.decrementAndGet();
                result.complete(Reply.failure(500, reason));
            }
        }

        /** On a thread that may wait for a disk. */
        private void proceed(String reason) {
            try {
                executor.execute(this);
            } catch (RejectedExecutionException e) {
                result.complete(Reply.failure(500, reason));
            }
        }

        void call(Endpoint to, Runnable notSent) {
            byte[] message;
            try {
                message = ForwardCodec.encode(request);
            } catch (UncheckedIOException e) {
                result.complete(Reply.failure(400, "Bad request: cannot be forwarded: " + text(unwrap(e))));
                return;
            }
            CompletionStage<byte[]> sent =
                    parts.rpc().call(to, METHOD, message, parts.rpcHoldTime().plus(ANSWER_TIME));
            then(sent, (answer, error) -> {
                if (error == null) {
                    result.complete(received(answer));
                } else {
                    failed(unwrap(error), notSent);
                }
            });
        }

        private void failed(Throwable error, Runnable notSent) {
            boolean safe = error instanceof RpcException rpc
                    && (rpc.kind() == RpcException.Kind.NOT_SENT
                            || (rpc.kind() == RpcException.Kind.UNKNOWN
                                    && request.method().equals("GET")));
            if (safe) {
                notSent.run();
            } else {
                result.complete(Reply.failure(500, REMOTE + text(error)));
            }
        }
    }

    private final class LeaderAttempt extends Attempt {
        private final Handler handler;

        LeaderAttempt(Request request, Handler handler, CompletableFuture<Reply> result) {
            super(request, result);
            this.handler = handler;
        }

        @Override
        void attempt() {
            Optional<Endpoint> leader = parts.servers().leader();
            if (parts.servers().isLeader()) {
                here();
            } else if (leader.isPresent() && request.hops() < MAX_HOPS) {
                call(leader.get(), () -> again(REMOTE + "leader " + leader.get() + " cannot be reached"));
            } else {
                again(NO_LEADER);
            }
        }

        /** A leader may have been replaced without knowing it: no read is answered before it has made sure. */
        private void here() {
            CompletionStage<?> confirmed = confirmed();
            CompletionStage<Reply> answer = confirmed == null
                    ? handler.handle(request)
                    : confirmed.thenComposeAsync(sure -> handler.handle(request), executor);
            then(answer, (reply, error) -> {
                if (error == null) {
                    result.complete(reply);
                } else if (unwrap(error) instanceof NotCommittedException refused
                        // Whoever is refused for load must slow down, not knock ten times a second.
                        && !(refused instanceof ServerBusyException)) {
                    again(parts.servers().leader().isPresent() ? text(refused) : NO_LEADER);
                } else {
                    result.completeExceptionally(unwrap(error));
                }
            });
        }

        /** Absent for a write: the log itself confirms that. */
        private @Nullable CompletionStage<?> confirmed() {
            CommandLog log = parts.log();
            if (log == null || !request.method().equals("GET")) {
                return null;
            }
            return request.consistency().mode() == Consistency.Mode.CONSISTENT ? log.readBarrier() : log.leaseBarrier();
        }
    }

    private final class ServerAttempt extends Attempt {
        private int tried;

        ServerAttempt(Request request, CompletableFuture<Reply> result) {
            super(request, result);
        }

        @Override
        void attempt() {
            List<Endpoint> servers = parts.servers().servers();
            if (servers.isEmpty()) {
                result.complete(Reply.failure(500, NO_SERVERS));
                return;
            }
            Endpoint to = choose(servers);
            call(to, () -> {
                leave(to, servers);
                tried++;
                if (tried % servers.size() == 0) {
                    again(REMOTE + "no server can be reached, " + to + " was the last tried");
                } else {
                    run();
                }
            });
        }
    }

    /** The server that worked last; it is left only when it fails. */
    private Endpoint choose(List<Endpoint> servers) {
        Endpoint last = preferred;
        if (last != null && servers.contains(last)) {
            return last;
        }
        Endpoint next = servers.get(Math.floorMod(parts.spread(), servers.size()));
        preferred = next;
        return next;
    }

    private void leave(Endpoint failed, List<Endpoint> servers) {
        if (failed.equals(preferred)) {
            preferred = servers.get((servers.indexOf(failed) + 1) % servers.size());
        }
    }

    /** The answer as it goes on: an error gets one more hop's words in front. */
    private static Reply received(byte[] answer) {
        try {
            Reply reply = ForwardCodec.decodeReply(answer);
            return reply.isFailure()
                    ? Reply.rendered(reply.status(), reply.contentType(), reply.headers(), prefixed(reply), true)
                    : reply;
        } catch (IOException e) {
            return Reply.failure(500, REMOTE + "bad answer: " + Plain.reason(e));
        }
    }

    private static byte[] prefixed(Reply reply) {
        String text = new String(reply.render(false), java.nio.charset.StandardCharsets.UTF_8);
        return (REMOTE + text).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    static Throwable unwrap(Throwable error) {
        Throwable inner = error;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static String text(Throwable error) {
        String message = error.getMessage();
        return message == null ? Plain.reason(error) : message;
    }
}
