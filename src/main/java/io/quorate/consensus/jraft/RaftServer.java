package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.option.ReadOnlyOption;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.ConsensusSettings;
import io.quorate.consensus.LogGrowth;
import io.quorate.consensus.Measurement;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.RequestFigures;
import io.quorate.consensus.ServerFamily;
import io.quorate.consensus.UsedLevel;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcPort;
import io.quorate.runtime.Clocks;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import io.quorate.store.StateReader;
import io.quorate.store.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Consensus} on SOFAJRaft: starts and stops one group at a time, and hands on to it what is asked. */
public final class RaftServer implements Consensus {
    private static final Logger LOG = LoggerFactory.getLogger(RaftServer.class);
    private static final long STOP_WAIT_MS = 6000;
    /** Founders are told at once that raft may start: by then it runs at most of them, as a rule. */
    private static final long STAND_AFTER_MS = 300;

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    /** SOFAJRaft's own share of the election timeout. */
    private static final long LEASE_TENTHS = 9;

    private final ConsensusSettings settings;
    private final Ticker ticker;
    private final InstantSource wall;
    private final CommandCodec codec;
    private final ServerFamily known = new ServerFamily();
    private final UsedLevel used = new UsedLevel();
    private final StateStore<Object> store;
    private final Senders senders;
    private final GuardedServer server;
    private final StatusBoard board;
    /** A loop of its own: others may hang on the node's lock, and what hangs on a future runs here. */
    private final EventLoop expiring = new EventLoop(Duty.VITAL, "raft-deadline");

    private final ThreadPoolExecutor saving = Threads.pool("raft-snapshot", 1, 1);
    private final ScheduledThreadPoolExecutor waking = Threads.timer("state-wake");
    private final AnswerLanes answers = new AnswerLanes();
    private final LongAdder refusedBusy = new LongAdder();
    private final LongAdder notAnswered = new LongAdder();
    /** Of the loop above. */
    private final SnapshotKeeper snapshots;

    private final ReentrantLock lifecycle = new ReentrantLock();
    private volatile @Nullable RaftGroup group;
    private volatile @Nullable GroupView view;
    private @Nullable DiskGuard guard;
    private Former former = Former.NOBODY;

    public RaftServer(ConsensusSettings settings) {
        this(settings, Ticker.system(), Clocks.wall());
    }

    /**
     * @param ticker by which deadlines and ages are reckoned; raft's own timers are not
     * @param wall what commands are stamped with that are proposed here
     */
    public RaftServer(ConsensusSettings settings, Ticker ticker, InstantSource wall) {
        RpcPort.prepareProcess();
        RaftPools.size();
        this.settings = settings;
        this.ticker = ticker;
        this.wall = wall;
        snapshots = new SnapshotKeeper(ticker);
        board = new StatusBoard(() -> view, () -> group != null);
        List<CommandFamily<?, ?>> families = new ArrayList<>();
        families.add(known);
        families.addAll(settings.families());
        codec = new CommandCodec(families);
        store = new StateStore<>(
                new FamilyTables(codec, used, settings.levels().own()), waking, Disk.real(), this::onDisk, ticker);
        store.onDamage(this::databaseFailed);
        Duration within = Duration.ofMillis(settings.timing().electionTimeoutMs() / 2);
        senders = new Senders(() -> view, new Confirmations(settings.addresses(), settings.caller(), within), ticker);
        settings.port().serve(Confirmations.METHOD, senders::answer);
        server = new GuardedServer(settings.port(), this::isRefused, senders);
        settings.addresses().onMove(moved -> {
            RaftGroup present = group;
            if (present != null) {
                present.moved(moved);
            }
        });
        // Ends with the loop.
        Timers.Timer unused = expiring.every(LOOK_EVERY, this::look);
    }

    private void look() {
        RaftGroup present = group;
        if (present != null) {
            present.requests().unanswered().expire();
            snapshots.look(present);
        }
    }

    /** Called by whoever met it, who reads or applies and must not wait. */
    private void databaseFailed(String why) {
        RaftGroup present = group;
        if (present != null) {
            present.fail(why);
        }
    }

    private boolean isRefused(ServerId id) {
        return known.expelled().containsKey(id) || settings.refused().test(id);
    }

    private long onDisk() {
        GroupView present = view;
        return present == null ? 0 : present.disk().onDisk();
    }

    @Override
    public void start(GroupStart start) {
        lifecycle.lock();
        try {
            begin(start);
        } finally {
            lifecycle.unlock();
        }
        board.lookNow();
    }

    private Requests newRequests() {
        return new Requests(
                new InFlight(InFlight.ENTRIES, InFlight.BYTES, refusedBusy),
                new InFlight(InFlight.ENTRIES, InFlight.BYTES, refusedBusy),
                new Unanswered(ticker, notAnswered));
    }

    private LevelGate gate(ServerId self) {
        return new LevelGate(
                settings.levels(),
                used::value,
                this::status,
                self,
                id -> known.names().get(id));
    }

    private void begin(GroupStart start) {
        if (group != null) {
            throw new IllegalStateException("a raft group runs already");
        }
        if (!Files.isDirectory(start.folder())) {
            throw new ConsensusException("the raft directory " + start.folder() + " is not there", true);
        }
        long unused = former.await(STOP_WAIT_MS);
        RaftStorage.prepare();
        Progress progress = new Progress(ticker);
        Standing standing = new Standing(start.cluster().raftGroup(), start.self());
        PeerClient client = new PeerClient(settings.addresses(), settings.tls(), progress, standing);
        GroupView fresh = new GroupView(
                start,
                standing,
                LEASE_TENTHS * settings.timing().electionTimeoutMs() / 10L,
                ticker,
                progress,
                peer -> client.checkConnection(Peers.endpoint(peer)),
                settings.timing().electionTimeoutMs());
        openStore(start, fresh);
        try {
            run(start, fresh, client, new RaftEvents(fresh, progress, board::lookSoon, why -> failed(fresh, why)));
        } catch (RuntimeException | Error e) {
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

    /** On the open store; whoever began closes it when this fails. */
    private void run(GroupStart start, GroupView fresh, PeerClient client, RaftEvents events) {
        ReplicatedState state =
                new ReplicatedState(store, saving, answers, fresh.disk().database(), settings.faults(), events);
        view = fresh;
        RaftGroup started = RaftGroup.start(
                start,
                settings.timing(),
                settings.faults(),
                state,
                client,
                server,
                fresh,
                newRequests(),
                gate(start.self()));
        fresh.running(started.node());
        group = started;
        guard = new DiskGuard(started.node(), fresh, ticker);
        standFirst(start, started);
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
            var unused = waking.schedule(started::standFirst, STAND_AFTER_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().setCause(e).log("stopping: it does not stand");
        }
    }

    @Override
    public void layOut(Path folder, String token) throws IOException {
        Inventory.layOut(folder, token, settings.faults());
    }

    private void openStore(GroupStart start, GroupView fresh) {
        Promise promise = Inventory.check(start);
        try (RaftStorage.Stored stored = RaftStorage.open(start.folder(), settings.faults())) {
            StateOpening.check(start, stored, promise);
            former.check(start, stored, STOP_WAIT_MS);
            fresh.snapshotAt(stored.snapshotIndex(), stored.snapshotTerm());
            StateOpening.open(store, start, stored);
        }
    }

    @Override
    public void stop() {
        if (!locked()) {
            // It opens files on a disk that hangs, and nothing interrupts that.
            LOG.atWarn()
                    .addKeyValue("waited_ms", STOP_WAIT_MS)
                    .log("raft is still being started, and is left as it is");
            return;
        }
        try {
            end();
        } finally {
            lifecycle.unlock();
        }
        board.lookNow();
    }

    private boolean locked() {
        try {
            return lifecycle.tryLock(STOP_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void failed(GroupView about, String why) {
        RaftGroup present = group;
        if (present != null && view == about) {
            present.failed(why);
        }
    }

    private void end() {
        RaftGroup present = group;
        if (present == null) {
            return;
        }
        GroupView itsView = java.util.Objects.requireNonNull(view);
        java.util.Objects.requireNonNull(guard).close();
        former = new Former(itsView.token(), present.stop(itsView.disk(), store::close));
        try {
            long onDisk = former.await(STOP_WAIT_MS);
            LOG.atInfo().addKeyValue("on_disk", onDisk).log("raft stopped");
        } catch (ConsensusException e) {
            LOG.atWarn().addKeyValue("waited_ms", STOP_WAIT_MS).log("{}", e.getMessage());
        } finally {
            present.abandon();
        }
        group = null;
        view = null;
        server.detach();
    }

    @Override
    public StoredLog inspect(Path folder) {
        lifecycle.lock();
        try {
            long unused = former.await(STOP_WAIT_MS);
        } finally {
            lifecycle.unlock();
        }
        try (RaftStorage.Stored stored = RaftStorage.open(folder, settings.faults())) {
            return new StoredLog(stored.lastIndex(), Math.max(0, stored.termAt(stored.lastIndex())));
        }
    }

    @Override
    @SuppressWarnings("unchecked") // what comes back is what the command's family made of it
    public <R> CompletableFuture<R> append(Command<R> command) {
        byte[] entry;
        try {
            entry = codec.encode(command, wall.millis());
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        RaftGroup present = group;
        if (present == null) {
            return noGroup();
        }
        return present.gate().command(command.level(), () -> (CompletableFuture<R>) present.append(entry));
    }

    @Override
    public CompletableFuture<@Nullable Void> readBarrier() {
        RaftGroup present = group;
        if (present == null) {
            return noGroup();
        }
        return present.readBarrier(ReadOnlyOption.ReadOnlySafe);
    }

    @Override
    public CompletableFuture<@Nullable Void> leaseBarrier() {
        RaftGroup present = group;
        if (present == null) {
            return noGroup();
        }
        return present.readBarrier(ReadOnlyOption.ReadOnlyLeaseBased);
    }

    private static <T extends @Nullable Object> CompletableFuture<T> noGroup() {
        return CompletableFuture.failedFuture(new NotCommittedException("no raft group runs on this server"));
    }

    @Override
    public CompletableFuture<@Nullable Void> change(PeerChange change) {
        RaftGroup present = group;
        return present == null ? noGroup() : present.gate().change(change, () -> present.change(change));
    }

    @Override
    public CompletableFuture<@Nullable Void> transferLeadership(ServerId to) {
        RaftGroup present = group;
        return present == null ? noGroup() : present.transfer(to);
    }

    @Override
    public CompletableFuture<@Nullable Void> snapshot() {
        RaftGroup present = group;
        return present == null ? noGroup() : present.snapshot();
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
    public Map<ServerId, Long> removed() {
        return group == null ? Map.of() : known.removed();
    }

    @Override
    public Optional<String> tooOld(ServerId server) {
        RaftGroup present = group;
        return present == null ? Optional.empty() : present.gate().tooOld(server);
    }

    @Override
    public Map<Measurement, Double> measurements() {
        RaftGroup present = group;
        return present == null ? Map.of() : present.measurements();
    }

    @Override
    public LogGrowth sinceSnapshot() {
        RaftGroup present = group;
        return present == null ? LogGrowth.NONE : present.sinceSnapshot();
    }

    @Override
    public RequestFigures requests() {
        RaftGroup present = group;
        InFlight entries = present == null ? null : present.requests().entries();
        return new RequestFigures(
                entries == null ? 0 : entries.entries(),
                entries == null ? 0 : entries.bytes(),
                refusedBusy.sum(),
                notAnswered.sum(),
                senders.refused(),
                RaftPools.overflowed());
    }

    @Override
    public long statusAgeMs() {
        GroupView present = view;
        return present == null ? 0 : present.ageMs();
    }

    @Override
    public RaftStatus status() {
        GroupView present = view;
        RaftStatus seen = board.status();
        return present == null ? seen : seen.disk(present.disk().now());
    }

    @Override
    public void listen(Consumer<RaftStatus> listener) {
        board.listen(listener);
    }

    @Override
    public void close() {
        stop();
        board.close();
        expiring.close();
        saving.shutdown();
        answers.close();
        waking.shutdownNow();
    }
}
