package io.quorate.consensus.jraft;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.ConsensusSettings;
import io.quorate.consensus.KnownServers;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcPort;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import io.quorate.store.StateAheadException;
import io.quorate.store.StateReader;
import io.quorate.store.StateStore;
import io.quorate.store.StateUnavailableException;
import io.quorate.store.StoreIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Consensus} on SOFAJRaft. The status is put together by a loop of its own, every 200 ms and whenever raft tells of a
 * change, so that asking for it costs a volatile read; listeners run on that loop.
 */
public final class RaftServer implements Consensus {
    private static final Logger LOG = LoggerFactory.getLogger(RaftServer.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final long STOP_WAIT_MS = 6000;
    private static final int LOOK_WAIT_S = 2;
    /** Founders are told at once that raft may start: by then it runs at most of them, as a rule. */
    private static final long STAND_AFTER_MS = 300;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final ConsensusSettings settings;
    private final Ticker ticker = Ticker.system();
    private final CommandCodec codec;
    private final KnownServers known = new KnownServers();
    private final StateStore<CommandFamily.Result> store;
    private final GuardedServer server;
    private final EventLoop looking = new EventLoop(Duty.VITAL, "raft-status");
    private final AtomicBoolean lookAsked = new AtomicBoolean();
    private final ThreadPoolExecutor changing = Threads.pool(Duty.VITAL, "raft-change", 1, 64);
    private final ThreadPoolExecutor saving = Threads.pool("raft-snapshot", 1, 1);
    private final ScheduledThreadPoolExecutor waking = Threads.timer("state-wake");
    private final List<Consumer<RaftStatus>> listeners = new CopyOnWriteArrayList<>();
    private final Object lifecycle = new Object();
    private volatile @Nullable RaftGroup group;
    private volatile @Nullable GroupView view;
    private volatile RaftStatus status = RaftStatus.NONE;

    public RaftServer(ConsensusSettings settings) {
        RpcPort.prepareProcess();
        this.settings = settings;
        List<CommandFamily<?>> families = new ArrayList<>();
        families.add(known);
        families.addAll(settings.families());
        codec = new CommandCodec(families);
        store = new StateStore<>(new FamilyTables(codec, known), waking, Disk.real(), this::onDisk);
        server = new GuardedServer(settings.port(), this::isRefused, this::heard);
        settings.addresses().onMove(moved -> {
            RaftGroup present = group;
            if (present != null) {
                present.moved(moved);
            }
        });
        // Ends with the loop.
        Timers.Timer unused = looking.every(LOOK_EVERY, this::look);
    }

    private boolean isRefused(ServerId id) {
        return known.expelled().containsKey(id) || settings.refused().test(id);
    }

    private long onDisk() {
        GroupView present = view;
        return present == null ? 0 : present.onDisk();
    }

    private void heard(ServerId from) {
        GroupView present = view;
        if (present != null) {
            present.heard(from);
        }
    }

    @Override
    public void start(GroupStart start) {
        synchronized (lifecycle) {
            if (group != null) {
                throw new IllegalStateException("a raft group runs already");
            }
            if (!Files.isDirectory(start.folder())) {
                throw new ConsensusException("the raft folder " + start.folder() + " is not there", true);
            }
            RaftStorage.prepare();
            Progress progress = new Progress(ticker);
            PeerClient client = new PeerClient(settings.addresses(), settings.tls(), progress);
            GroupView fresh =
                    new GroupView(start, ticker, progress, peer -> client.checkConnection(Peers.endpoint(peer)));
            openStore(start, fresh);
            try {
                ReplicatedState state = new ReplicatedState(store, saving, new Events(fresh, progress));
                view = fresh;
                RaftGroup started =
                        RaftGroup.start(start, settings.timing(), settings.faults(), state, client, server, fresh);
                fresh.running(started.node());
                group = started;
                standFirst(start, started);
            } catch (RuntimeException e) {
                view = null;
                store.close();
                throw e;
            }
            LOG.atInfo()
                    .addKeyValue("group", start.cluster())
                    .addKeyValue("founders", start.founders())
                    .addKeyValue("applied", store.appliedIndex())
                    .log("raft started");
        }
        lookNow();
    }

    /**
     * In a group without a single entry the first founder need not wait until its timer finds that nobody leads. Who stands when
     * makes no difference to safety: votes are given by the same rules. Should it come too early for the others, their own timers
     * go on as usual.
     */
    private void standFirst(GroupStart start, RaftGroup started) {
        boolean first = start.founders().size() > 1 && start.founders().get(0).equals(start.self());
        if (!first || start.led() || store.appliedIndex() > 0) {
            return;
        }
        try {
            var unused =
                    waking.schedule(() -> changing.execute(started::standFirst), STAND_AFTER_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().setCause(e).log("stopping: it does not stand");
        }
    }

    private void openStore(GroupStart start, GroupView fresh) {
        try (RaftStorage.Stored stored = RaftStorage.open(start.folder(), settings.faults())) {
            if (start.led() && stored.lastIndex() == 0) {
                throw new ConsensusException(
                        "the log in " + start.folder() + " is empty, but this server knew entries committed", true);
            }
            if (stored.hasGap()) {
                throw new ConsensusException(
                        "the log in " + start.folder() + " begins behind its snapshot: entries are missing", true);
            }
            fresh.snapshotAt(stored.snapshotIndex(), stored.snapshotTerm());
            StoreIdentity identity = new StoreIdentity(start.cluster(), start.token(), bootId());
            store.open(RaftStorage.state(start.folder()), identity, stored);
        } catch (StateAheadException e) {
            throw new ConsensusException(String.valueOf(e.getMessage()), true, e);
        } catch (StateUnavailableException e) {
            throw new ConsensusException(String.valueOf(e.getMessage()), false, e);
        }
    }

    /** Without one every unclean stop counts as a restart of the machine. */
    private static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "unknown-" + io.quorate.runtime.Chance.uuid(io.quorate.runtime.Chance.secure());
        }
    }

    @Override
    public void stop() {
        synchronized (lifecycle) {
            RaftGroup present = group;
            if (present == null) {
                return;
            }
            present.stop(STOP_WAIT_MS);
            group = null;
            view = null;
            server.detach();
            store.close();
            LOG.atInfo().log("raft stopped");
        }
        lookNow();
    }

    @Override
    public StoredLog inspect(Path folder) {
        try (RaftStorage.Stored stored = RaftStorage.open(folder, settings.faults())) {
            return new StoredLog(stored.lastIndex(), Math.max(0, stored.termAt(stored.lastIndex())));
        }
    }

    @Override
    public CompletableFuture<CommandFamily.Result> append(Command command) {
        byte[] entry;
        try {
            entry = codec.encode(command);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        RaftGroup present = group;
        return present == null ? noGroup() : present.append(entry);
    }

    @Override
    public CompletableFuture<Void> readBarrier() {
        RaftGroup present = group;
        return present == null ? noGroup() : present.readBarrier();
    }

    private static <T> CompletableFuture<T> noGroup() {
        return CompletableFuture.failedFuture(new NotCommittedException("no raft group runs on this server"));
    }

    @Override
    public CompletableFuture<@Nullable Void> change(PeerChange change) {
        return onWorker(() -> {
            RaftGroup present = group;
            return present == null ? noGroup() : present.change(change);
        });
    }

    @Override
    public CompletableFuture<@Nullable Void> transferLeadership(ServerId to) {
        return onWorker(() -> {
            RaftGroup present = group;
            return present == null ? noGroup() : present.transfer(to);
        });
    }

    @Override
    public CompletableFuture<@Nullable Void> snapshot() {
        return onWorker(() -> {
            RaftGroup present = group;
            return present == null ? noGroup() : present.snapshot();
        });
    }

    /** The node's lock may be held for the time of a disk sync: callers do not wait for it. */
    private CompletableFuture<@Nullable Void> onWorker(Supplier<CompletableFuture<@Nullable Void>> work) {
        CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
        try {
            changing.execute(() -> {
                CompletableFuture<@Nullable Void> begun;
                try {
                    begun = work.get();
                } catch (RuntimeException e) {
                    begun = CompletableFuture.failedFuture(new NotCommittedException("refused: " + e.getMessage()));
                }
                CompletableFuture<?> unused = begun.whenComplete((nothing, failure) -> {
                    if (failure == null) {
                        result.complete(null);
                    } else {
                        result.completeExceptionally(cause(failure));
                    }
                });
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new NotCommittedException("too many changes wait"));
        }
        return result;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    @Override
    public boolean isConnected(ServerId peer) {
        RaftGroup present = group;
        return present != null && present.isConnected(peer);
    }

    @Override
    public StateReader state() {
        return store;
    }

    @Override
    public Map<ServerId, NodeName> expelled() {
        return group == null ? Map.of() : known.expelled();
    }

    @Override
    public Map<ServerId, NodeName> names() {
        return group == null ? Map.of() : known.names();
    }

    @Override
    public Map<String, Double> measurements() {
        RaftGroup present = group;
        return present == null ? Map.of() : present.measurements();
    }

    @Override
    public RaftStatus status() {
        return status;
    }

    @Override
    public void listen(Consumer<RaftStatus> listener) {
        listeners.add(listener);
    }

    private void lookSoon() {
        if (lookAsked.compareAndSet(false, true)) {
            try {
                looking.execute(this::look);
            } catch (RejectedExecutionException e) {
                // Closed: nobody asks any more.
                lookAsked.set(false);
            }
        }
    }

    /** Who started or stopped a group finds it in the status at once. */
    private void lookNow() {
        if (looking.isInside()) {
            look();
            return;
        }
        try {
            looking.submit(() -> {
                        look();
                        return true;
                    })
                    .get(LOOK_WAIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // A listener takes its time, or the loop is closed: the status follows.
            LOG.atDebug().setCause(e).log("status not looked at in time");
        }
    }

    private void look() {
        lookAsked.set(false);
        GroupView present = view;
        RaftStatus before = status;
        RaftStatus now =
                present == null || (group == null && before.cluster() == null) ? RaftStatus.NONE : present.read();
        status = now;
        if (tells(before, now)) {
            for (Consumer<RaftStatus> listener : listeners) {
                try {
                    listener.accept(now);
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("a listener to the raft status failed");
                }
            }
        }
    }

    private static boolean tells(RaftStatus before, RaftStatus now) {
        return before.role() != now.role()
                || !java.util.Objects.equals(before.leader(), now.leader())
                || !java.util.Objects.equals(before.cluster(), now.cluster())
                || before.term() != now.term()
                || !before.voters().equals(now.voters())
                || !before.learners().equals(now.learners())
                || (before.commitIndex() == 0) != (now.commitIndex() == 0);
    }

    @Override
    public void close() {
        stop();
        looking.close();
        changing.shutdownNow();
        saving.shutdown();
        waking.shutdownNow();
    }

    /** From raft's threads to the view and the loop. */
    private final class Events implements ReplicatedState.Listener {
        private final GroupView about;
        private final Progress progress;

        Events(GroupView about, Progress progress) {
            this.about = about;
            this.progress = progress;
        }

        @Override
        public void leading(long term) {
            about.leading(term);
            progress.reset();
            lookSoon();
        }

        @Override
        public void notLeading() {
            about.notLeading();
            lookSoon();
        }

        @Override
        public void following(@Nullable String leader, long term) {
            about.term(term);
            about.leader(leader == null ? null : Peers.server(leader).orElse(null));
            lookSoon();
        }

        @Override
        public void changed() {
            lookSoon();
        }

        @Override
        public void snapshotAt(long index, long term) {
            about.snapshotAt(index, term);
        }

        @Override
        public void failed(String why) {
            about.failed(why);
            LOG.atError()
                    .addKeyValue("why", why)
                    .log("raft stopped working on this server: restart it when the cause is gone");
            lookSoon();
        }
    }
}
