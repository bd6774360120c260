package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.OverloadException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Sampling;
import com.codahale.metrics.Timer;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.ConsensusSettings.Timing;
import io.quorate.consensus.LogFaults;
import io.quorate.consensus.NotCommittedException;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running raft node. Safe for any thread; {@link #stop} waits. */
final class RaftGroup {
    private static final Logger LOG = LoggerFactory.getLogger(RaftGroup.class);
    private static final double NANOS_PER_MS = 1e6;
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

    private final RaftGroupService service;
    private final NodeImpl node;
    private final PeerClient client;
    private final ReplicatedState state;
    private final Changes changes;
    private volatile boolean stopping;

    private RaftGroup(RaftGroupService service, NodeImpl node, PeerClient client, ReplicatedState state) {
        this.state = state;
        this.service = service;
        this.node = node;
        this.client = client;
        this.changes = new Changes(node, this::isConnected);
    }

    /** @throws ConsensusException when the node does not start */
    static RaftGroup start(
            GroupStart start,
            Timing timing,
            LogFaults faults,
            ReplicatedState state,
            PeerClient client,
            GuardedServer server,
            GroupView view) {
        NodeOptions options = options(start, timing, faults, view);
        options.setFsm(state);
        try {
            // Server and client are asked for on this thread: the one when the service is made, the other when it
            // starts.
            return new Environment(() -> client, server).during(() -> {
                RaftGroupService service =
                        new RaftGroupService(start.cluster().raftGroup(), Peers.peer(start.self()), options);
                return new RaftGroup(service, (NodeImpl) service.start(), client, state);
            });
        } catch (RuntimeException e) {
            server.detach();
            client.shutdown();
            throw new ConsensusException(
                    "the raft node on " + start.folder() + " does not start: " + e.getMessage(), false, e);
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
        options.setSnapshotIntervalSecs(timing.snapshotIntervalS());
        options.setSnapshotLogIndexMargin(timing.snapshotMargin());
        options.setEnableMetrics(true);
        options.setDisableCli(true);
        options.setTimerPoolSize(2);
        options.setRpcProcessorThreadPoolSize(8);
        options.setRaftRpcThreadPoolSize(8);
        options.setCliRpcThreadPoolSize(1);
        options.setSharedElectionTimer(true);
        options.setSharedVoteTimer(true);
        options.setSharedStepDownTimer(true);
        options.setSharedSnapshotTimer(true);
        Configuration initial = new Configuration();
        start.founders().forEach(founder -> initial.addPeer(Peers.peer(founder)));
        options.setInitialConf(initial);
        options.setServiceFactory(new DefaultJRaftServiceFactory() {
            @Override
            public LogStorage createLogStorage(String uri, RaftOptions raftOptions) {
                DurableLog storage = new DurableLog(Path.of(uri), raftOptions, faults, Ticker.system());
                view.log(storage);
                return storage;
            }

            @Override
            public SnapshotStorage createSnapshotStorage(NodeOptions nodeOptions) {
                SnapshotStorage storage = super.createSnapshotStorage(nodeOptions);
                view.snapshots((LocalSnapshotStorage) storage);
                return storage;
            }
        });
        return options;
    }

    NodeImpl node() {
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
     * happens. May wait for the node's lock.
     */
    void standFirst() {
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

    CompletableFuture<CommandFamily.Result> append(byte[] entry) {
        Append append = new Append();
        if (stopping) {
            append.result().completeExceptionally(new NotCommittedException("this server is stopping"));
            return append.result();
        }
        try {
            node.apply(new Task(ByteBuffer.wrap(entry), append));
        } catch (OverloadException e) {
            append.result().completeExceptionally(new NotCommittedException("busy: " + e.getMessage()));
        } catch (IllegalStateException e) {
            // Thrown before the task is queued.
            append.result().completeExceptionally(new NotCommittedException("this server is stopping"));
        }
        return append.result();
    }

    CompletableFuture<Void> readBarrier() {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        try {
            node.readIndex(NO_CONTEXT, new ReadIndexClosure() {
                @Override
                public void run(Status status, long index, byte[] context) {
                    if (status.isOk()) {
                        reached.complete(null);
                    } else {
                        reached.completeExceptionally(
                                new NotCommittedException("no consistent read now: " + status.getErrorMsg()));
                    }
                }
            });
        } catch (IllegalStateException e) {
            reached.completeExceptionally(new NotCommittedException("this server is stopping"));
        }
        return reached;
    }

    CompletableFuture<@Nullable Void> change(PeerChange change) {
        return changes.change(change);
    }

    /** May wait for the node's lock. */
    CompletableFuture<@Nullable Void> transfer(ServerId to) {
        Status asked = node.transferLeadershipTo(Peers.peer(to));
        return asked.isOk()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(
                        new NotCommittedException("leadership not handed over: " + asked.getErrorMsg()));
    }

    CompletableFuture<@Nullable Void> snapshot() {
        CompletableFuture<@Nullable Void> saved = new CompletableFuture<>();
        node.snapshot(status -> {
            if (status.isOk()) {
                saved.complete(null);
            } else {
                saved.completeExceptionally(new NotCommittedException("no snapshot saved: " + status.getErrorMsg()));
            }
        });
        return saved;
    }

    Map<String, Double> measurements() {
        MetricRegistry registry = node.getNodeMetrics().getMetricRegistry();
        if (registry == null) {
            return Map.of();
        }
        Map<String, Double> all = new HashMap<>();
        all.put("connect-failures.count", (double) client.failures());
        for (Map.Entry<String, Metric> entry : registry.getMetrics().entrySet()) {
            String name = entry.getKey();
            Metric metric = entry.getValue();
            if (metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number) {
                all.put(name, number.doubleValue());
            }
            if (metric instanceof Counting counting) {
                all.put(name + ".count", (double) counting.getCount());
            }
            if (metric instanceof Sampling sampling) {
                double unit = metric instanceof Timer ? NANOS_PER_MS : 1;
                all.put(name + ".mean", sampling.getSnapshot().getMean() / unit);
                all.put(name + ".p99", sampling.getSnapshot().get99thPercentile() / unit);
            }
        }
        return all;
    }

    /** Waits for the node's threads, so long at most; what still runs after that is told in the log. */
    void stop(long waitMs) {
        stopping = true;
        service.shutdown();
        CompletableFuture<Void> joined = new CompletableFuture<>();
        Thread joining = Threads.thread(Duty.HELPFUL, "raft-stop", () -> {
            try {
                service.join();
                if (state.awaitEnd(waitMs)) {
                    joined.complete(null);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        joining.start();
        try {
            joined.get(waitMs, TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            LOG.atWarn().addKeyValue("waited_ms", waitMs).log("the raft node did not stop in time");
            joining.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("never completed exceptionally", e);
        }
    }
}
