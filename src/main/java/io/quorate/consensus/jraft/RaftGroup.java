package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.EnumOutter.ErrorType;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.OverloadException;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcServer;
import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.ConsensusSettings.Timing;
import io.quorate.consensus.LogFaults;
import io.quorate.consensus.LogGrowth;
import io.quorate.consensus.Measurement;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Threads;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running raft node. Safe for any thread; {@link #stop} waits. */
final class RaftGroup implements SnapshotKeeper.Log {
    private static final Logger LOG = LoggerFactory.getLogger(RaftGroup.class);
    private static final String STOPPING = "this server is stopping";
    private static final int RPC_THREADS = 8;
    /** Votes, heartbeats, questions for the read index: of few peers, and each of them waits for its own answer. */
    private static final int RPC_WAITING = 1024;

    private static final byte[] NO_CONTEXT = new byte[0];
    /** Who asks when this server tells itself. */
    private static final RpcContext NOBODY = new RpcContext() {
        @Override
        public void sendResponse(Object response) {
            // Nobody waits for it.
        }

        @Override
        public @Nullable Connection getConnection() {
            return null;
        }

        @Override
        public String getRemoteAddress() {
            return "this server";
        }
    };

    private final LevelGate gate;
    private final WatchedNode node;
    private final PeerClient client;
    private final ReplicatedState state;
    private final Changes changes;
    private final Requests requests;
    private final NodeWork work;
    private final SnapshotRule rule;

    private RaftGroup(
            LevelGate gate,
            WatchedNode node,
            PeerClient client,
            ReplicatedState state,
            Requests requests,
            SnapshotRule rule) {
        this.rule = rule;
        this.gate = gate;
        this.state = state;
        this.node = node;
        this.client = client;
        this.requests = requests;
        this.work = new NodeWork(requests.unanswered());
        this.changes = new Changes(node, this::isConnected, requests.unanswered());
    }

    /** @throws ConsensusException when the node does not start */
    static RaftGroup start(
            GroupStart start,
            Timing timing,
            LogFaults faults,
            ReplicatedState state,
            PeerClient client,
            GuardedServer server,
            GroupView view,
            Requests requests,
            LevelGate gate) {
        UserSignal.keepFromLibrary();
        NodeOptions options = options(start, timing, faults, view);
        options.setFsm(state);
        RaftPools.open(start.cluster().raftGroup());
        try {
            // Server and client are asked for on this thread: the one when the service is made, the other when it
            // starts.
            return new Environment(() -> client, server).during(() -> {
                PeerId self = Peers.peer(start.self());
                RpcServer port = RaftRpcServerFactory.createRaftRpcServer(
                        self.getEndpoint(),
                        Threads.pool(Duty.VITAL, "raft-rpc", RPC_THREADS, RPC_WAITING),
                        Threads.pool("raft-cli", 1, 1));
                WatchedNode node = WatchedNode.start(start.cluster().raftGroup(), self, options, port);
                client.nodeStarted();
                SnapshotRule rule = new SnapshotRule(timing.snapshots(), start.self());
                return new RaftGroup(gate, node, client, state, requests, rule);
            });
        } catch (Error e) {
            server.detach();
            client.shutdown();
            throw e;
        } catch (RuntimeException e) {
            server.detach();
            client.shutdown();
            // A node that did not come up leaves its log open, and no other could open it.
            view.disk().closeLog();
            throw new ConsensusException(
                    "the raft node on " + start.folder() + " does not start: " + Plain.reason(e), false, e);
        }
    }

    private static NodeOptions options(GroupStart start, Timing timing, LogFaults faults, GroupView view) {
        NodeOptions options = new NodeOptions();
        RaftOptions raft = RaftStorage.options(timing.electionDelayMs());
        options.setRaftOptions(raft);
        // After the raft options: some setters reach into them.
        options.setElectionTimeoutMs(timing.electionTimeoutMs());
        options.setRpcConnectTimeoutMs(300);
        options.setLogUri(RaftStorage.log(start.folder()).toString());
        options.setRaftMetaUri(RaftStorage.meta(start.folder()).toString());
        options.setSnapshotUri(RaftStorage.snapshot(start.folder()).toString());
        // SnapshotKeeper asks for each of them.
        options.setSnapshotIntervalSecs(0);
        options.setSnapshotLogIndexMargin(0);
        options.setEnableMetrics(true);
        options.setDisableCli(true);
        options.setTimerPoolSize(2);
        options.setRpcProcessorThreadPoolSize(8);
        options.setSharedElectionTimer(true);
        options.setSharedVoteTimer(true);
        options.setSharedStepDownTimer(true);
        options.setSharedSnapshotTimer(true);
        Configuration initial = new Configuration();
        start.founders().forEach(founder -> initial.addPeer(Peers.peer(founder)));
        options.setInitialConf(initial);
        options.setServiceFactory(new StorageFactory(start, faults, view));
        return options;
    }

    /** Through which commands and changes come here. */
    LevelGate gate() {
        return gate;
    }

    WatchedNode node() {
        return node;
    }

    boolean isConnected(ServerId server) {
        return client.checkConnection(Peers.endpoint(server), true);
    }

    void moved(ServerId server) {
        client.moved(server);
    }

    /**
     * Stands for election now, as if told to by a leader that hands over, when nobody leads and nobody ever stood: else nothing
     * happens.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the group ended
     */
    void standFirst() {
        work.execute(this::stand);
    }

    private void stand() {
        String self = node.getNodeId().getPeerId().toString();
        TimeoutNowRequest now = TimeoutNowRequest.newBuilder()
                .setGroupId(node.getGroupId())
                .setServerId(self)
                .setPeerId(self)
                // Compared with the present term: whoever has seen another one does nothing.
                .setTerm(0)
                .build();
        node.handleTimeoutNowRequest(now, new RpcRequestClosure(NOBODY));
    }

    CompletableFuture<Object> append(byte[] entry) {
        InFlight.Share share = requests.entries().enter(entry.length);
        if (share == null) {
            return CompletableFuture.failedFuture(
                    new ServerBusyException("this server is busy: too many writes wait for the log, try again later"));
        }
        Unanswered unanswered = requests.unanswered();
        Append append = new Append(unanswered, share, unanswered.deadlineIn(Requests.APPEND));
        if (!unanswered.add(append)) {
            append.refused(new NotCommittedException(String.valueOf(unanswered.ended())));
            return append.result();
        }
        try {
            node.apply(new Task(ByteBuffer.wrap(entry), append));
        } catch (OverloadException e) {
            append.refused(new ServerBusyException("this server is busy: " + Plain.reason(e)));
        } catch (IllegalStateException e) {
            // Thrown before the task is queued.
            append.refused(new NotCommittedException(STOPPING));
        }
        return append.result();
    }

    /** @param mode how the leader makes sure that it still is one */
    CompletableFuture<@Nullable Void> readBarrier(ReadOnlyOption mode) {
        InFlight.Share share = requests.reads().enter(0);
        if (share == null) {
            return CompletableFuture.failedFuture(
                    new ServerBusyException("this server is busy: too many reads wait, try again later"));
        }
        // Given back at the deadline, too: a read holds nothing of raft's.
        CompletableFuture<@Nullable Void> reached = requests.unanswered()
                .future(Requests.READ, why -> new NotCommittedException("no consistent read now: " + why));
        CompletableFuture<?> unused = reached.whenComplete((nothing, failure) -> share.leave());
        if (reached.isDone()) {
            return reached;
        }
        try {
            node.readIndex(mode, NO_CONTEXT, new ReadIndexClosure() {
                @Override
                public void run(Status status, long index, byte[] context) {
                    if (status.isOk()) {
                        reached.complete(null);
                    } else {
                        reached.completeExceptionally(
                                new NotCommittedException("no consistent read now: " + RaftWords.of(status)));
                    }
                }
            });
        } catch (IllegalStateException e) {
            reached.completeExceptionally(new NotCommittedException(STOPPING));
        }
        return reached;
    }

    CompletableFuture<@Nullable Void> change(PeerChange change) {
        return work.call(Requests.CHANGE, () -> changes.change(change));
    }

    CompletableFuture<@Nullable Void> transfer(ServerId to) {
        return work.call(Requests.TRANSFER, () -> askToHandOver(to));
    }

    private CompletableFuture<@Nullable Void> askToHandOver(ServerId to) {
        Status asked = node.transferLeadershipTo(Peers.peer(to));
        return asked.isOk()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(
                        new NotCommittedException("leadership not handed over: " + RaftWords.of(asked)));
    }

    @Override
    public SnapshotRule rule() {
        return rule;
    }

    @Override
    public LogGrowth sinceSnapshot() {
        return state.applied().sinceSnapshot();
    }

    @Override
    public boolean isReplaying() {
        return state.isReplaying();
    }

    @Override
    public CompletableFuture<@Nullable Void> snapshot() {
        return work.call(Requests.SNAPSHOT, this::saveSnapshot);
    }

    private CompletableFuture<@Nullable Void> saveSnapshot() {
        CompletableFuture<@Nullable Void> saved = requests.unanswered()
                .future(Requests.SNAPSHOT, why -> new OutcomeUnknownException("the snapshot may yet be saved: " + why));
        node.snapshot(status -> {
            if (status.isOk()) {
                // Also when nobody waits any more.
                state.applied().saved();
                saved.complete(null);
            } else {
                saved.completeExceptionally(new NotCommittedException("no snapshot saved: " + RaftWords.of(status)));
            }
        });
        return saved;
    }

    Map<Measurement, Double> measurements() {
        return LibraryFigures.of(node.getNodeMetrics().getMetricRegistry(), client.failures());
    }

    /**
     * As if raft had found it out by itself: the node steps down and takes no further part, and its listener hears of it. Does not
     * wait for that.
     */
    void fail(String why) {
        try {
            work.execute(() -> {
                state.databaseFailed();
                node.onError(new RaftException(ErrorType.ERROR_TYPE_STATE_MACHINE, RaftError.ESTATEMACHINE, "%s", why));
            });
        } catch (RejectedExecutionException e) {
            LOG.atDebug().setCause(e).log("stopping, or too much waits: the next entry stops the node");
        }
    }

    /** Raft has stopped working here by itself: nobody is left to wait for it. */
    void failed(String why) {
        requests.unanswered().end("raft has failed on this server: " + why);
    }

    Requests requests() {
        return requests;
    }

    /**
     * Stops the node, which may take as long as a write to its disk hangs: nothing interrupts that.
     *
     * @param after runs when none of the node's threads does anything any more and its files are closed
     * @return completes after that, with the last index that was on disk
     */
    CompletableFuture<Long> stop(DiskView disk, Runnable after) {
        CompletableFuture<Long> ended = new CompletableFuture<>();
        Threads.thread(Duty.HELPFUL, "raft-stop", () -> {
                    try {
                        // Takes the node's lock, and writes the vote once more.
                        node.shutdown();
                        node.join();
                        state.awaitEnd();
                        disk.awaitClosedLog();
                        after.run();
                        ended.complete(disk.onDisk());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException e) {
                        LOG.atError().setCause(e).log("the raft node did not end in order");
                        ended.completeExceptionally(e);
                    } catch (Error e) {
                        ended.completeExceptionally(e);
                        throw e;
                    }
                })
                .start();
        return ended;
    }

    /** Whoever still waits for an answer of this group is told that none will come. */
    void abandon() {
        requests.unanswered().end(STOPPING);
        work.close();
    }
}
