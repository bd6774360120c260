package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcServer;
import com.alipay.sofa.jraft.rpc.impl.ConnectionClosedEventListener;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcPort;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Raft's side of the server port. The socket is not raft's: it was open before and stays open. Administration over the network
 * is not registered at all; a server on the expelled list, and whoever may not send what it sends, is answered before raft sees its
 * request, so that it cannot raise a term. Safe for any thread.
 */
final class GuardedServer extends BoltRpcServer {
    private static final String ADMINISTRATION = "CliRequests$";

    private static final String UNCONFIRMED = "the server that it names as its sender did not confirm it";

    private final Predicate<ServerId> refused;
    private final Senders senders;
    private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();

    GuardedServer(RpcPort port, Predicate<ServerId> refused, Senders senders) {
        super(port.bolt());
        this.refused = refused;
        this.senders = senders;
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

    private boolean isExpelled(Claim claim) {
        ServerId sender = claim.sender();
        return sender != null && refused.test(sender);
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
            Optional<Claim> claim = Claim.of(request);
            if (claim.isEmpty()) {
                present.handleRequest(context, request);
            } else if (isExpelled(claim.get())) {
                refuse(
                        context,
                        RaftError.EACCES,
                        "server " + claim.get().sender() + " was replaced: its id is expelled");
            } else {
                judge(context, request, claim.get(), present);
            }
        }

        private void judge(RpcContext context, Object request, Claim claim, RpcProcessor<Object> present) {
            switch (senders.judge(claim)) {
                case PASS -> present.handleRequest(context, request);
                case REFUSE -> refuse(context, claim, "it is of no server that may send it");
                case WAIT -> refuse(context, RaftError.EAGAIN, "the raft group is being started");
                case ASK -> ask(context, request, claim, present);
            }
        }

        /** A leader sends again what was not taken; who stands for election asks once, and waits for the answer. */
        private void ask(RpcContext context, Object request, Claim claim, RpcProcessor<Object> present) {
            CompletableFuture<Boolean> asked = senders.ask(claim);
            if (claim.kind() == Claim.Kind.LEAD) {
                Failures.whenDone(asked, Duty.HELPFUL, "raft sender", (yes, failure) -> {
                    if (!Boolean.TRUE.equals(yes)) {
                        senders.refused(claim, context.getRemoteAddress(), UNCONFIRMED);
                    }
                });
                refuse(context, RaftError.EAGAIN, "the leader of term " + claim.term() + " is being asked");
                return;
            }
            Failures.whenDone(asked, Duty.HELPFUL, "raft sender", (yes, failure) -> {
                if (!Boolean.TRUE.equals(yes)) {
                    refuse(context, claim, UNCONFIRMED);
                    return;
                }
                try {
                    // Not here: raft waits for its disk, and this is a thread of the network.
                    present.executor().execute(() -> present.handleRequest(context, request));
                } catch (RejectedExecutionException e) {
                    refuse(context, RaftError.EBUSY, "too many raft requests wait");
                }
            });
        }

        private void refuse(RpcContext context, Claim claim, String why) {
            senders.refused(claim, context.getRemoteAddress(), why);
            refuse(context, RaftError.EACCES, why);
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
