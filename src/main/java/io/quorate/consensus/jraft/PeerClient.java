package io.quorate.consensus.jraft;

import com.alipay.remoting.Connection;
import com.alipay.remoting.ConnectionEventListener;
import com.alipay.remoting.ConnectionEventType;
import com.alipay.remoting.DefaultClientConnectionManager;
import com.alipay.remoting.RandomSelectStrategy;
import com.alipay.remoting.config.BoltClientOption;
import com.alipay.remoting.rpc.RpcAddressParser;
import com.alipay.remoting.rpc.RpcConnectionEventHandler;
import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcClient;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.Tls;
import io.quorate.runtime.Threads;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raft's client. Raft's threads hold the node's lock while they ask whether a peer is there, so none of them ever waits for a
 * connect: dialling happens in a pool of our own, at most once per peer at a time, and whoever needs a connection that is not
 * there is told so at once. Pools and events go by the peer's name, so a move of all addresses changes no configuration.
 */
final class PeerClient extends BoltRpcClient {
    private static final Logger LOG = LoggerFactory.getLogger(PeerClient.class);
    private static final int DIAL_THREADS = 8;
    private static final int DIALS_WAITING = 64;
    private static final int DIAL_TIMEOUT_MS = 1000;
    /** What a connect on the same network needs, and what an election can bear per peer. */
    private static final int PING_WAIT_MS = 30;

    private final AddressBook book;
    private final Progress progress;
    private final Standing standing;
    private final DefaultClientConnectionManager connections;
    private final ConnectionEventListener events = new ConnectionEventListener();
    private final ThreadPoolExecutor dialling = Threads.pool("raft-dial", DIAL_THREADS, DIALS_WAITING);
    private final ConcurrentHashMap<String, CompletableFuture<Void>> attempts = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, String> lastFailures = new ConcurrentHashMap<>();
    private final LongAdder failures = new LongAdder();
    private volatile @Nullable ConnectEvents connected;
    private volatile boolean closed;

    PeerClient(AddressBook book, Tls tls, Progress progress, Standing standing) {
        super(new com.alipay.remoting.rpc.RpcClient());
        this.book = book;
        this.progress = progress;
        this.standing = standing;
        com.alipay.remoting.rpc.RpcClient bolt = getRpcClient();
        connections = new DefaultClientConnectionManager(
                new RandomSelectStrategy(bolt),
                new PeerConnections(book, tls, bolt),
                new RpcConnectionEventHandler(bolt),
                events);
        connections.setAddressParser(new RpcAddressParser());
        bolt.setConnectionManager(connections);
    }

    @Override
    public boolean init(RpcOptions options) {
        options.setEnableBoltReconnect(false);
        getRpcClient().option(BoltClientOption.NETTY_FLUSH_CONSOLIDATION, true);
        getRpcClient().initWriteBufferWaterMark(256 << 10, 512 << 10);
        // Reads the options set above.
        connections.startup();
        super.init(options);
        book.known().forEach(this::moved);
        return true;
    }

    @Override
    public void shutdown() {
        closed = true;
        dialling.shutdownNow();
        super.shutdown();
    }

    /** Bolt's own registration would watch the connection manager that we replaced. */
    @Override
    public void registerConnectEventListener(ReplicatorGroup group) {
        ConnectEvents connects = new ConnectEvents(group);
        connected = connects;
        events.addConnectionEventProcessor(ConnectionEventType.CONNECT, connects);
    }

    /** The node has started, and may be told of connections. */
    void nodeStarted() {
        ConnectEvents connects = connected;
        if (connects != null) {
            connects.started();
        }
    }

    @Override
    public boolean checkConnection(Endpoint peer) {
        Connection connection = connections.get(peer.toString());
        if (connection == null || !connection.isFine()) {
            return false;
        }
        Optional<io.quorate.kernel.Endpoint> now = address(peer);
        if (now.isEmpty() || now.get().socketAddress().equals(connection.getRemoteAddress())) {
            return true;
        }
        // It leads to where the peer was, or never was: whoever answers there is somebody else, and answers for ever.
        connection.close();
        closeConnection(peer);
        return false;
    }

    @Override
    public boolean checkConnection(Endpoint peer, boolean create) {
        boolean there = checkConnection(peer);
        if (!there && create) {
            CompletableFuture<Void> attempt = connect(peer);
            LOG.atTrace()
                    .addKeyValue("peer", peer)
                    .addKeyValue("done", attempt.isDone())
                    .log("connect asked");
        }
        return there;
    }

    @Override
    public Object invokeSync(Endpoint peer, Object request, InvokeContext context, long timeoutMs)
            throws InterruptedException, RemotingException {
        boolean ping = request instanceof PingRequest;
        await(peer, ping ? PING_WAIT_MS : 0);
        // A live connection is all that a ping asks for; waiting for its answer would hold the node's lock.
        return ping
                ? ErrorResponse.newBuilder().setErrorCode(0).build()
                : super.invokeSync(peer, request, context, timeoutMs);
    }

    @Override
    public void invokeAsync(
            Endpoint peer, Object request, InvokeContext context, InvokeCallback callback, long timeoutMs)
            throws InterruptedException, RemotingException {
        await(peer, 0);
        if (request instanceof TimeoutNowRequest stand) {
            // Noted before it is sent: it is asked for by whoever gets it.
            Peers.server(peer.getIp()).ifPresent(to -> standing.handsOver(to, stand.getTerm()));
        }
        super.invokeAsync(peer, request, context, watched(peer, request, callback), timeoutMs);
    }

    private InvokeCallback watched(Endpoint peer, Object request, InvokeCallback callback) {
        return new InvokeCallback() {
            @Override
            public void complete(Object result, Throwable failure) {
                if (failure == null && !(result instanceof Message)) {
                    callback.complete(null, new RemotingException("answer of a foreign kind from " + peer));
                    return;
                }
                if (failure == null && !isPossible((Message) result)) {
                    callback.complete(null, new RemotingException("a term that cannot be right from " + peer));
                    return;
                }
                if (failure == null) {
                    progress.answered(peer.getIp(), request, result);
                }
                callback.complete(result, failure);
            }

            @Override
            public Executor executor() {
                return callback.executor();
            }
        };
    }

    /** Every answer with a later term raises ours, and beyond the largest number the next one is written as lost data. */
    private static boolean isPossible(Message answer) {
        FieldDescriptor term = answer.getDescriptorForType().findFieldByName("term");
        return term == null || (answer.getField(term) instanceof Long its && SenderRule.isPossible(its));
    }

    private void await(Endpoint peer, int waitMs) throws InterruptedException, RemotingException {
        if (checkConnection(peer)) {
            return;
        }
        CompletableFuture<Void> attempt = connect(peer);
        if (waitMs > 0) {
            try {
                attempt.get(waitMs, TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new RemotingException("not connected: " + peer, e);
            }
        }
        if (!checkConnection(peer)) {
            throw new RemotingException("not connected: " + peer);
        }
    }

    /** One attempt per peer at a time; none while its address is unknown. */
    private CompletableFuture<Void> connect(Endpoint peer) {
        if (closed || address(peer).isEmpty()) {
            return CompletableFuture.failedFuture(new RemotingException("address unknown: " + peer));
        }
        CompletableFuture<Void> fresh = new CompletableFuture<>();
        CompletableFuture<Void> attempt = Objects.requireNonNull(
                attempts.compute(peer.getIp(), (name, before) -> before == null ? fresh : before));
        if (attempt == fresh) {
            try {
                dialling.execute(() -> dial(peer, fresh));
            } catch (RejectedExecutionException e) {
                attempts.remove(peer.getIp(), fresh);
                fresh.completeExceptionally(e);
            }
        }
        return attempt;
    }

    private void dial(Endpoint peer, CompletableFuture<Void> attempt) {
        try {
            open(peer);
            attempts.remove(peer.getIp(), attempt);
            lastFailures.remove(peer.getIp());
            attempt.complete(null);
        } catch (Exception e) {
            attempts.remove(peer.getIp(), attempt);
            attempt.completeExceptionally(e);
            logOncePerCause(peer, e);
        } catch (Error e) {
            // Left in the map it would make this peer unreachable for ever.
            attempts.remove(peer.getIp(), attempt);
            attempt.completeExceptionally(e);
            throw e;
        }
    }

    private void open(Endpoint peer) throws Exception {
        Optional<io.quorate.kernel.Endpoint> to = address(peer);
        while (to.isPresent() && !closed) {
            Connection connection = getRpcClient().getConnection(peer.toString(), DIAL_TIMEOUT_MS);
            Optional<io.quorate.kernel.Endpoint> now = address(peer);
            if (connection == null || !connection.isFine()) {
                // It was closed while it was being made. Bolt keeps it in its pool, where nobody takes it out any
                // more, and makes no other beside it: the peer would stay unreachable for ever.
                closeConnection(peer);
                throw new RemotingException("closed while connecting: " + peer);
            }
            if (to.equals(now)) {
                return;
            }
            // It moved while we dialled.
            connection.close();
            closeConnection(peer);
            to = now;
        }
    }

    /** Connects that failed since the start. */
    long failures() {
        return failures.sum();
    }

    private void logOncePerCause(Endpoint peer, Exception failure) {
        failures.increment();
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String cause = Plain.reason(root);
        if (!closed && !cause.equals(lastFailures.put(peer.getIp(), cause))) {
            LOG.atInfo()
                    .addKeyValue("server", peer.getIp())
                    .addKeyValue("cause", cause)
                    .log("server port of a peer cannot be reached");
        }
    }

    private Optional<io.quorate.kernel.Endpoint> address(Endpoint peer) {
        return Peers.server(peer.getIp()).flatMap(book::find);
    }

    /** The server has an address for the first time, or another than before. */
    void moved(ServerId server) {
        if (closed) {
            return;
        }
        Endpoint peer = Peers.endpoint(server);
        closeConnection(peer);
        CompletableFuture<Void> unused = connect(peer);
    }
}
