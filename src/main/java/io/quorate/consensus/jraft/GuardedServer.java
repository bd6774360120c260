package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcServer;
import com.alipay.sofa.jraft.rpc.impl.ConnectionClosedEventListener;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcPort;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Raft's side of the server port. The socket is not raft's: it was open before and stays open. Administration over the network
 * is not registered at all, and a server on the expelled list is answered before raft sees its request, so that it cannot raise
 * a term. Safe for any thread.
 */
final class GuardedServer extends BoltRpcServer {
    private static final String ADMINISTRATION = "CliRequests$";

    /**
     * By how much a term may be ahead of ours. Elections never get there; but one message with the largest term would be the last
     * that this group ever elects in, and each server would pass it on.
     */
    private static final long MAX_AHEAD = 1L << 32;

    private final Predicate<ServerId> refused;
    private final LongSupplier term;
    private final Consumer<ServerId> heardLeader;
    private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();

    /**
     * @param term as this server's raft has it, or had it a moment ago
     * @param heardLeader called at each request that only a leader sends; must not block
     */
    GuardedServer(RpcPort port, Predicate<ServerId> refused, LongSupplier term, Consumer<ServerId> heardLeader) {
        super(port.bolt());
        this.refused = refused;
        this.term = term;
        this.heardLeader = heardLeader;
    }

    @Override
    public boolean init(Void nothing) {
        return true;
    }

    @Override
    public void shutdown() {}

    @Override
    public boolean isStarted() {
        return true;
    }

    /**
     * Not registered: when a connection closes while append requests wait, SOFAJRaft's listener stops the executor of that peer
     * under the lock which the executor waits for, and the group takes no entries for seconds.
     */
    @Override
    public void registerConnectionClosedEventListener(ConnectionClosedEventListener listener) {}

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // a raw type in the interface
    public void registerProcessor(RpcProcessor processor) {
        if (processor.interest().contains(ADMINISTRATION)) {
            return;
        }
        // Bolt takes a processor for a class once, and groups come and go: so what it gets is a place.
        Slot slot = slots.computeIfAbsent(processor.interest(), interest -> {
            Slot made = new Slot(interest);
            super.registerProcessor(made);
            return made;
        });
        slot.processor = processor;
    }

    /** After the group stopped: requests are answered that there is none. */
    void detach() {
        for (Slot slot : slots.values()) {
            RpcProcessor<Object> before = slot.processor;
            slot.processor = null;
            if (before != null && before.executor() instanceof ExecutorService service) {
                service.shutdown();
            }
        }
    }

    private static Optional<ServerId> sender(Object request) {
        if (request instanceof AppendEntriesRequest append) {
            return Peers.ofMessage(append.getServerId());
        } else if (request instanceof RequestVoteRequest vote) {
            return Peers.ofMessage(vote.getServerId());
        } else if (request instanceof InstallSnapshotRequest install) {
            return Peers.ofMessage(install.getServerId());
        } else if (request instanceof TimeoutNowRequest timeout) {
            return Peers.ofMessage(timeout.getServerId());
        } else if (request instanceof ReadIndexRequest read) {
            return Peers.ofMessage(read.getServerId());
        }
        return Optional.empty();
    }

    /** 0 of a message that carries none. */
    private static long term(Object request) {
        if (request instanceof AppendEntriesRequest append) {
            return append.getTerm();
        } else if (request instanceof RequestVoteRequest vote) {
            return vote.getTerm();
        } else if (request instanceof InstallSnapshotRequest install) {
            return install.getTerm();
        }
        return request instanceof TimeoutNowRequest timeout ? timeout.getTerm() : 0;
    }

    private final class Slot implements RpcProcessor<Object> {
        private final String interest;
        private volatile @Nullable RpcProcessor<Object> processor;

        Slot(String interest) {
            this.interest = interest;
        }

        @Override
        public void handleRequest(RpcContext context, Object request) {
            RpcProcessor<Object> present = processor;
            if (present == null) {
                refuse(context, RaftError.ENOENT, "no raft group runs here");
                return;
            }
            long said = term(request);
            if (said < 0 || said - term.getAsLong() > MAX_AHEAD) {
                refuse(context, RaftError.EINVAL, "term " + said + " cannot be right");
                return;
            }
            Optional<ServerId> sender = sender(request);
            if (sender.isPresent()) {
                if (refused.test(sender.get())) {
                    refuse(context, RaftError.EACCES, "server " + sender.get() + " was replaced: its id is expelled");
                    return;
                }
                if (request instanceof AppendEntriesRequest || request instanceof InstallSnapshotRequest) {
                    heardLeader.accept(sender.get());
                }
            }
            present.handleRequest(context, request);
        }

        private void refuse(RpcContext context, RaftError error, String message) {
            context.sendResponse(RpcFactoryHelper.responseFactory().newResponse(null, error, message));
        }

        @Override
        public String interest() {
            return interest;
        }

        @Override
        @SuppressWarnings("NullAway") // SOFAJRaft's own convention for "the default executor"
        public Executor executor() {
            RpcProcessor<Object> present = processor;
            return present == null ? null : present.executor();
        }

        @Override
        @SuppressWarnings("NullAway") // likewise
        public ExecutorSelector executorSelector() {
            RpcProcessor<Object> present = processor;
            return present == null ? null : present.executorSelector();
        }
    }
}
