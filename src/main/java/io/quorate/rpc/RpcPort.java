package io.quorate.rpc;

import com.alipay.remoting.AsyncContext;
import com.alipay.remoting.BizContext;
import com.alipay.remoting.ExtendedNettyChannelHandler;
import com.alipay.remoting.config.BoltGenericOption;
import com.alipay.remoting.config.BoltServerOption;
import com.alipay.remoting.rpc.RpcServer;
import com.alipay.remoting.rpc.protocol.AsyncUserProcessor;
import io.netty.channel.ChannelHandler;
import io.quorate.kernel.IpText;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listener of the server RPC port, open from {@link #open} until {@link #close}, with or without raft. Answers
 * {@link RpcHandler methods} of ours; raft registers its own messages on the same listener. Nothing that arrives is ever
 * deserialised as a Java object. Safe for any thread.
 */
public final class RpcPort implements AutoCloseable {
    /** Largest request and largest answer. */
    public static final int MAX_BODY_BYTES = 8 << 20;

    /** A body and what surrounds it. */
    static final long MAX_FRAME_BYTES = MAX_BODY_BYTES + (64L << 10);

    private static final Logger LOG = LoggerFactory.getLogger(RpcPort.class);
    private static final int WATER_LOW = 256 << 10;
    private static final int WATER_HIGH = 512 << 10;
    private static final int STOP_TIMEOUT_S = 3;
    private static final int FREE_ATTEMPTS = 100;
    private static final long FREE_PAUSE_NANOS = 20_000_000;

    private final RpcServer bolt;
    private final ThreadPoolExecutor pool;
    private final ConcurrentHashMap<String, RpcHandler> handlers = new ConcurrentHashMap<>();
    private final Admission admission;
    private final Incomplete incomplete;
    private final UnderWay underWay;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * How much may be under way before callers are told "busy".
     *
     * @param threads that run handlers
     * @param waiting requests that wait for a thread
     * @param unanswered requests whose answer is not complete yet
     * @param unansweredBytes of these requests
     * @param answer how much longer than its caller waits a request may be without an answer before it counts as one that never gets one
     */
    public record Limits(int threads, int waiting, int unanswered, long unansweredBytes, Duration answer) {
        public static final Limits DEFAULT = new Limits(8, 512, 8192, 64L << 20, Duration.ofMinutes(2));
    }

    private RpcPort(InetSocketAddress bind, Tls tls, Limits limits, FrameLimits frames) {
        underWay = new UnderWay(limits);
        admission = new Admission(frames.connections(), frames.perAddress());
        incomplete = new Incomplete(frames.incompleteBytes());
        pool = Threads.pool("rpc-handler", limits.threads(), limits.waiting());
        bolt = new RpcServer(IpText.of(bind.getAddress()), bind.getPort(), true);
        bolt.option(BoltGenericOption.NETTY_FLUSH_CONSOLIDATION, true);
        bolt.option(BoltServerOption.SERVER_SYNC_STOP, false);
        bolt.initWriteBufferWaterMark(WATER_LOW, WATER_HIGH);
        bolt.option(BoltGenericOption.EXTENDED_NETTY_CHANNEL_HANDLER, new ExtendedNettyChannelHandler() {
            @Override
            public List<ChannelHandler> frontChannelHandlers() {
                List<ChannelHandler> front = new ArrayList<>(tls.server());
                front.add(new FrameGuard(frames, incomplete, admission, Ticker.system()));
                return front;
            }

            @Override
            public List<ChannelHandler> backChannelHandlers() {
                return List.of();
            }
        });
        bolt.registerUserProcessor(new Methods());
    }

    /**
     * Settings of the process that must stand before any class of Bolt or SOFAJRaft is loaded. Idempotent; {@link #open} calls
     * it, too. Names are cached by the JVM for 2 s only from then on, and failures not at all.
     */
    public static void prepareProcess() {
        // Old generated code of JRaft: else protobuf warns once per message type.
        System.setProperty("com.google.protobuf.use_unsafe_pre22_gencode", "true");
        // Its log isolation does not fit Logback 1.5.
        System.setProperty("sofa.middleware.log.disable", "true");
        // Else it says on standard error that it is disabled.
        System.setProperty("sofa.middleware.log.internal.level", "ERROR");
        Security.setProperty("networkaddress.cache.ttl", "2");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        quieten("com.alipay.sofa.common.log");
        quieten("com.alipay.sofa.common");
        RefusingSerializer.register();
        MessageSerializer.register();
    }

    /** Bolt logs every refused connect with its stack, and an error for whatever a stranger sends: callers are told, logs are not. */
    private static void quieten(String logger) {
        if (LoggerFactory.getLogger(logger) instanceof ch.qos.logback.classic.Logger logback) {
            logback.setLevel(ch.qos.logback.classic.Level.OFF);
        }
    }

    /**
     * @param bind port 0 takes a free one, see {@link #address()}
     * @throws UncheckedIOException when the port is in use or the address is not one of this machine; the message names it
     */
    public static RpcPort open(InetSocketAddress bind, Tls tls, Limits limits) {
        return open(bind, tls, limits, FrameLimits.of(Runtime.getRuntime().maxMemory()));
    }

    static RpcPort open(InetSocketAddress bind, Tls tls, Limits limits, FrameLimits frames) {
        if (bind.isUnresolved()) {
            throw new UncheckedIOException(
                    new IOException("cannot listen on " + Plain.value(bind) + ": no such address"));
        }
        prepareProcess();
        RpcPort port = new RpcPort(bind, tls, limits, frames);
        try {
            port.bolt.startup();
        } catch (RuntimeException e) {
            port.pool.shutdownNow();
            port.underWay.close();
            throw new UncheckedIOException(
                    new IOException("cannot listen on " + text(bind) + ": " + rootMessage(e), e));
        }
        LOG.atInfo().addKeyValue("address", text(port.address())).log("server port open");
        return port;
    }

    public static RpcPort open(InetSocketAddress bind) {
        return open(bind, Tls.NONE, Limits.DEFAULT);
    }

    private static String text(InetSocketAddress address) {
        return IpText.beforePort(address.getAddress()) + ":" + address.getPort();
    }

    private static String rootMessage(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return Plain.reason(cause);
    }

    /** Where it listens, with the port that was really taken. */
    public InetSocketAddress address() {
        return new InetSocketAddress(bolt.ip(), bolt.port());
    }

    /**
     * Answers this method from now on, in place of whoever did.
     *
     * @param method lower case ASCII
     */
    public void serve(String method, RpcHandler handler) {
        handlers.put(method, handler);
    }

    /** Connections accepted and not closed yet; for metrics. */
    public int openConnections() {
        return admission.open();
    }

    /** Memory that frames take which are not yet whole, over all connections; for metrics. */
    public long incompleteBytes() {
        return incomplete.bytes();
    }

    /** Requests without an answer yet; for metrics. */
    public int underWay() {
        return underWay.count();
    }

    /** Bolt's listener, for {@code consensus.jraft} alone, which registers raft's messages on it. */
    public RpcServer bolt() {
        return bolt;
    }

    /** Closes the listener and every connection; handlers that run are interrupted after 3 s. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        InetSocketAddress address = address();
        bolt.shutdown();
        pool.shutdown();
        underWay.close();
        awaitFree(address);
        try {
            if (!pool.awaitTermination(STOP_TIMEOUT_S, java.util.concurrent.TimeUnit.SECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Bolt lets go of the port on a thread of its own; who opens it next must find it free. */
    private static void awaitFree(InetSocketAddress address) {
        for (int attempt = 0; attempt < FREE_ATTEMPTS; attempt++) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(address);
                return;
            } catch (IOException e) {
                LockSupport.parkNanos(FREE_PAUSE_NANOS);
            }
        }
    }

    /** Our one Bolt message. Taken on the network thread, which only copies; the handler runs in the pool. */
    private final class Methods extends AsyncUserProcessor<RpcRequest> {
        @Override
        public boolean processInIOThread() {
            return true;
        }

        @Override
        public String interest() {
            return RpcRequest.class.getName();
        }

        @Override
        public void handleRequest(BizContext context, AsyncContext answer, RpcRequest request) {
            RpcHandler handler = handlers.get(request.method());
            if (handler == null) {
                fail(answer, "unknown method: " + printable(request.method()));
                return;
            }
            int bytes = request.body().length;
            if (bytes > MAX_BODY_BYTES) {
                fail(answer, "request has more than " + MAX_BODY_BYTES + " bytes");
                return;
            }
            Runnable done = underWay.enter(request.method(), bytes, Duration.ofMillis(context.getClientTimeout()));
            if (done == null) {
                busy(answer);
                return;
            }
            try {
                pool.execute(() -> run(handler, request, answer, done));
            } catch (RejectedExecutionException e) {
                done.run();
                busy(answer);
            }
        }
    }

    private static void run(RpcHandler handler, RpcRequest request, AsyncContext answer, Runnable done) {
        try {
            CompletionStage<byte[]> answered = handler.handle(request.body());
            Failures.whenDone(answered, Duty.HELPFUL, "rpc answer", (body, failure) -> {
                done.run();
                if (failure != null) {
                    fail(answer, message(failure));
                } else if (body.length > MAX_BODY_BYTES) {
                    fail(answer, "answer has more than " + MAX_BODY_BYTES + " bytes");
                } else {
                    answer.sendResponse(new RpcResponse(RpcResponse.DONE, body));
                }
            });
        } catch (RuntimeException e) {
            done.run();
            LOG.atWarn().addKeyValue("method", request.method()).setCause(e).log("handler failed");
            fail(answer, message(e));
        } catch (Error e) {
            done.run();
            fail(answer, message(e));
            throw e;
        }
    }

    private static String message(Throwable failure) {
        return Plain.reason(failure);
    }

    private static void fail(AsyncContext answer, String message) {
        answer.sendResponse(new RpcResponse(RpcResponse.FAILED, message.getBytes(StandardCharsets.UTF_8)));
    }

    private static void busy(AsyncContext answer) {
        answer.sendResponse(new RpcResponse(RpcResponse.BUSY, "busy".getBytes(StandardCharsets.UTF_8)));
    }

    private static String printable(String method) {
        return method.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
