package io.quorate.testing;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.LogGrowth;
import io.quorate.consensus.Measurement;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.RequestFigures;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.store.StateReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A raft group that is in whatever state a test wants. */
public final class FakeConsensus implements Consensus {
    public volatile RaftStatus status = RaftStatus.NONE;
    public volatile Supplier<CompletableFuture<Void>> barrier = () -> CompletableFuture.completedFuture(null);
    public volatile Map<Measurement, Double> measurements = Map.of();
    public volatile RequestFigures requests = RequestFigures.NONE;
    public volatile LogGrowth sinceSnapshot = LogGrowth.NONE;
    public volatile Map<ServerId, NodeName> names = Map.of();
    public volatile Map<ServerId, Long> removed = Map.of();
    public volatile Supplier<CompletableFuture<Void>> leaseBarrier = () -> CompletableFuture.completedFuture(null);
    public volatile Function<Command<?>, CompletableFuture<CommandFamily.Result>> result =
            command -> CompletableFuture.completedFuture(CommandFamily.Result.DONE);
    public final List<Command<?>> appended = new CopyOnWriteArrayList<>();
    public volatile Map<ServerId, String> tooOld = Map.of();
    public volatile long statusAgeMs;
    public volatile @Nullable StateReader state;
    public final AtomicInteger leaseBarriers = new AtomicInteger();
    public final AtomicInteger barriers = new AtomicInteger();
    private final List<Consumer<RaftStatus>> listeners = new CopyOnWriteArrayList<>();

    /** Confirms only while it knows a leader. */
    public FakeConsensus confirmingUnderALeader() {
        leaseBarrier = () -> status.leader() == null
                ? CompletableFuture.failedFuture(new NotCommittedException("no leader"))
                : CompletableFuture.completedFuture(null);
        barrier = leaseBarrier;
        return this;
    }

    public void become(RaftStatus next) {
        status = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    /** A group of these voters at term 3 with 41 entries, as the given server sees it. */
    public static RaftStatus group(RaftStatus.Role role, @Nullable ServerId leader, List<ServerId> voters) {
        return new RaftStatus(
                Fixtures.CLUSTER,
                role,
                leader,
                3,
                41,
                3,
                40,
                39,
                20,
                2,
                voters,
                List.of(),
                role == RaftStatus.Role.LEADER ? 0 : 12,
                Map.of(),
                null);
    }

    @Override
    @SuppressWarnings("unchecked") // every command of today comes to that
    public <R> CompletableFuture<R> append(Command<R> command) {
        appended.add(command);
        return (CompletableFuture<R>) result.apply(command);
    }

    @Override
    public CompletableFuture<Void> readBarrier() {
        barriers.incrementAndGet();
        return barrier.get();
    }

    @Override
    public CompletableFuture<Void> leaseBarrier() {
        leaseBarriers.incrementAndGet();
        return leaseBarrier.get();
    }

    @Override
    public long statusAgeMs() {
        return statusAgeMs;
    }

    @Override
    public void layOut(Path folder, String token) {}

    @Override
    public void start(GroupStart group) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void stop() {}

    @Override
    public StoredLog inspect(Path folder) {
        return new StoredLog(0, 0);
    }

    @Override
    public RaftStatus status() {
        return status;
    }

    @Override
    public void listen(Consumer<RaftStatus> listener) {
        listeners.add(listener);
    }

    @Override
    public CompletableFuture<@Nullable Void> change(PeerChange change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<@Nullable Void> transferLeadership(ServerId to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnected(ServerId peer) {
        return true;
    }

    @Override
    public StateReader state() {
        return Objects.requireNonNull(state, "this group has no state");
    }

    @Override
    public Map<ServerId, NodeName> expelled() {
        return Map.of();
    }

    @Override
    public Map<ServerId, Long> removed() {
        return removed;
    }

    @Override
    public Map<ServerId, NodeName> names() {
        return names;
    }

    @Override
    public Optional<String> tooOld(ServerId server) {
        return Optional.ofNullable(tooOld.get(server));
    }

    @Override
    public CompletableFuture<@Nullable Void> snapshot() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public RequestFigures requests() {
        return requests;
    }

    @Override
    public Map<Measurement, Double> measurements() {
        return measurements;
    }

    @Override
    public LogGrowth sinceSnapshot() {
        return sinceSnapshot;
    }

    @Override
    public void close() {}
}
