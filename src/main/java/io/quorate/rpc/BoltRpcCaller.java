package io.quorate.rpc;

import com.alipay.remoting.Connection;
import com.alipay.remoting.ConnectionEventListener;
import com.alipay.remoting.DefaultClientConnectionManager;
import com.alipay.remoting.InvokeCallback;
import com.alipay.remoting.RandomSelectStrategy;
import com.alipay.remoting.Url;
import com.alipay.remoting.config.BoltClientOption;
import com.alipay.remoting.exception.RemotingException;
import com.alipay.remoting.rpc.RpcAddressParser;
import com.alipay.remoting.rpc.RpcClient;
import com.alipay.remoting.rpc.RpcConnectionEventHandler;
import com.alipay.remoting.rpc.exception.InvokeServerException;
import com.alipay.remoting.rpc.exception.InvokeTimeoutException;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.IpText;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls over Bolt, one connection per address. Connections are opened in a small pool; one that fails is forgotten at once, so
 * that the next call tries anew. Safe for any thread; answers complete on network threads, so what follows must not block.
 */
public final class BoltRpcCaller implements RpcCaller, AutoCloseable {
    private static final int DIAL_THREADS = 8;
    private static final int DIALS_WAITING = 256;
    /** Calls without an answer yet, over all addresses: beyond it the caller is refused. */
    private static final int MAX_UNDER_WAY = 16_384;

    private final RpcClient bolt = new RpcClient();
    private final RpcAddressParser parser = new RpcAddressParser();
    private final RpcConnections connections;
    private final ThreadPoolExecutor dialling = Threads.pool("rpc-dial", DIAL_THREADS, DIALS_WAITING);
    private final ScheduledThreadPoolExecutor timer = Threads.timer("rpc-timeout");
    private final ConcurrentHashMap<Endpoint, CompletableFuture<Connection>> open = new ConcurrentHashMap<>();
    private final Set<Call> calls = ConcurrentHashMap.newKeySet();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Ticker ticker;
    private volatile boolean closed;

    /** Plain TCP and the system's time. */
    public BoltRpcCaller() {
        this(Tls.NONE, Ticker.system());
    }

    public BoltRpcCaller(Tls tls, Ticker ticker) {
        RpcPort.prepareProcess();
        this.ticker = ticker;
        bolt.option(BoltClientOption.NETTY_FLUSH_CONSOLIDATION, true);
        connections = new RpcConnections(tls, bolt) {
            @Override
            protected InetSocketAddress where(Url url) throws IOException {
                // A literal address: nothing is looked up.
                return new InetSocketAddress(InetAddress.getByName(url.getIp()), url.getPort());
            }
        };
        DefaultClientConnectionManager manager = new DefaultClientConnectionManager(
                new RandomSelectStrategy(bolt),
                connections,
                new RpcConnectionEventHandler(bolt),
                new ConnectionEventListener());
        manager.setAddressParser(parser);
        bolt.setConnectionManager(manager);
        manager.startup();
        bolt.startup();
    }

    @Override
    public CompletableFuture<byte[]> call(Endpoint to, String method, byte[] request, Duration timeout) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        if (request.length > RpcPort.MAX_BODY_BYTES) {
            answer.completeExceptionally(notSent("request has more than " + RpcPort.MAX_BODY_BYTES + " bytes", null));
            return answer;
        }
        if (closed || underWay.incrementAndGet() > MAX_UNDER_WAY) {
            if (!closed) {
                underWay.decrementAndGet();
            }
            answer.completeExceptionally(notSent(closed ? "this agent is stopping" : "too many calls under way", null));
            return answer;
        }
        Call call = new Call(to, method, request, ticker.nanos() + timeout.toNanos(), answer);
        ScheduledFuture<?> late;
        try {
            late = timer.schedule(call::timeout, timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            underWay.decrementAndGet();
            answer.completeExceptionally(notSent("this agent is stopping", e));
            return answer;
        }
        calls.add(call);
        CompletableFuture<?> released = answer.whenComplete((ignored, failure) -> {
            calls.remove(call);
            underWay.decrementAndGet();
            late.cancel(false);
        });
        if (closed) {
            // It may have been closed before this call was among those that it ends.
            call.timeout();
        }
        if (released.isDone()) {
            return answer;
        }
        Failures.whenDone(connection(to), Duty.HELPFUL, "rpc call", (connection, failure) -> {
            if (failure != null) {
                call.failToConnect(failure);
            } else {
                call.send(connection);
            }
        });
        return answer;
    }

    private CompletableFuture<Connection> connection(Endpoint to) {
        CompletableFuture<Connection> fresh = new CompletableFuture<>();
        CompletableFuture<Connection> shared = open.compute(to, (ignored, before) -> {
            boolean usable = before != null
                    && (!before.isDone()
                            || (!before.isCompletedExceptionally()
                                    && before.join().isFine()));
            return usable ? before : fresh;
        });
        if (shared == fresh) {
            try {
                dialling.execute(() -> dial(to, fresh));
            } catch (RejectedExecutionException e) {
                open.remove(to, fresh);
                fresh.completeExceptionally(new IOException("too many connects under way", e));
            }
        }
        return shared;
    }

    private void dial(Endpoint to, CompletableFuture<Connection> result) {
        try {
            Url url = new Url(IpText.of(to.address()), to.port());
            parser.initUrlArgs(url);
            Connection connection = connections.createConnection(url);
            // What is closed leaves the map, so that it holds live connections only.
            Future<?> unused = connection.getChannel().closeFuture().addListener(ignored -> open.remove(to, result));
            if (closed) {
                connection.close();
            }
            result.complete(connection);
        } catch (Exception e) {
            open.remove(to, result);
            result.completeExceptionally(e);
        } catch (Error e) {
            // Left in the map it would make this address unreachable for ever.
            open.remove(to, result);
            result.completeExceptionally(e);
            throw e;
        }
    }

    private static RpcException notSent(String message, @Nullable Throwable cause) {
        return cause == null
                ? new RpcException(RpcException.Kind.NOT_SENT, message)
                : new RpcException(RpcException.Kind.NOT_SENT, message, cause);
    }

    /** Closes every connection; calls under way end as unknown. */
    @Override
    public void close() {
        closed = true;
        dialling.shutdownNow();
        open.values().forEach(c -> {
            if (c.isDone() && !c.isCompletedExceptionally()) {
                c.join().close();
            }
        });
        bolt.shutdown();
        // Nobody would end them later.
        calls.forEach(Call::timeout);
        timer.shutdownNow();
    }

    /** One call. {@code sent} decides what its failure means; guarded by this. */
    private final class Call implements InvokeCallback {
        private final Endpoint to;
        private final String method;
        private final byte[] request;
        private final long deadline;
        private final CompletableFuture<byte[]> answer;
        private boolean sent;
        private boolean over;

        Call(Endpoint to, String method, byte[] request, long deadline, CompletableFuture<byte[]> answer) {
            this.to = to;
            this.method = method;
            this.request = request;
            this.deadline = deadline;
            this.answer = answer;
        }

        void send(Connection connection) {
            int leftMs;
            synchronized (this) {
                leftMs = (int) Math.min(Integer.MAX_VALUE, (deadline - ticker.nanos()) / 1_000_000);
                if (over) {
                    return;
                }
                sent = true;
            }
            try {
                // The callback's own timer is longer than ours, which says what was known when time was up.
                bolt.invokeWithCallback(connection, new RpcRequest(method, request), this, Math.max(1, leftMs) + 1000);
            } catch (RemotingException | RuntimeException e) {
                // Bolt throws only before it writes: not connected, not writable, not serialised.
                end(RpcException.Kind.NOT_SENT, "could not be sent: " + Plain.reason(e), e);
            } catch (Error e) {
                end(RpcException.Kind.UNKNOWN, "failed while it was sent: " + Plain.reason(e), e);
                throw e;
            }
        }

        void failToConnect(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            end(RpcException.Kind.NOT_SENT, Plain.reason(cause), cause);
        }

        void timeout() {
            boolean wasSent;
            synchronized (this) {
                over = true;
                wasSent = sent;
            }
            if (wasSent) {
                end(RpcException.Kind.UNKNOWN, "no answer in time", null);
            } else {
                end(RpcException.Kind.NOT_SENT, "not connected in time", null);
            }
        }

        @Override
        public void onResponse(Object response) {
            if (response instanceof RpcResponse ours && ours.outcome() == RpcResponse.DONE) {
                answer.complete(ours.body());
            } else if (response instanceof RpcResponse ours) {
                answer.completeExceptionally(new RpcException(
                        ours.outcome() == RpcResponse.BUSY ? RpcException.Kind.BUSY : RpcException.Kind.FAILED,
                        new String(ours.body(), StandardCharsets.UTF_8)));
            } else {
                end(RpcException.Kind.UNKNOWN, "answer of a foreign kind", null);
            }
        }

        @Override
        public void onException(Throwable failure) {
            if (failure instanceof InvokeServerException) {
                end(RpcException.Kind.FAILED, Plain.reason(failure), failure);
            } else if (failure instanceof InvokeTimeoutException) {
                end(RpcException.Kind.UNKNOWN, "no answer in time", failure);
            } else {
                // Also a failed write: part of it may have arrived.
                end(RpcException.Kind.UNKNOWN, "connection lost: " + Plain.reason(failure), failure);
            }
        }

        /** Nothing: on the network thread. */
        @Override
        @SuppressWarnings("NullAway") // Bolt's own convention for "no executor"
        public Executor getExecutor() {
            return null;
        }

        private void end(RpcException.Kind kind, String message, @Nullable Throwable cause) {
            String text = method + " at " + to + ": " + message;
            answer.completeExceptionally(
                    cause == null ? new RpcException(kind, text) : new RpcException(kind, text, cause));
        }
    }
}
