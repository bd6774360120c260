package io.quorate.testing;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.Membership;
import io.quorate.membership.Roster;
import io.quorate.membership.ServerRoster;
import io.quorate.membership.UserEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gossip that knows what a test tells it. */
public final class FakeMembership implements Membership {
    private final List<Member> members = new ArrayList<>();
    private final Member self;
    private final ServerRoster servers = new ServerRoster();
    private final List<Consumer<MemberEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<UserEvent>> eventListeners = new CopyOnWriteArrayList<>();
    private long eventTime;
    public final List<String> joined = new ArrayList<>();
    public final List<String> forced = new ArrayList<>();
    public volatile Function<List<String>, JoinReport> join = all -> new JoinReport(all.size(), List.of());
    public volatile @Nullable Trouble trouble;
    public volatile List<ForeignCluster> foreign = List.of();
    public volatile List<Meeting> meetings = List.of();

    public FakeMembership(Member self, Member... others) {
        this.self = self;
        members.add(self);
        members.addAll(List.of(others));
        members.sort(Comparator.comparing(Member::name));
    }

    public synchronized void replace(Member member) {
        members.removeIf(m -> m.name().equals(member.name()));
        members.add(member);
        members.sort(Comparator.comparing(Member::name));
    }

    public synchronized void forgetAllBut(Member member) {
        members.removeIf(m -> !m.equals(member));
    }

    @Override
    public synchronized Roster roster() {
        return new Roster(self, members);
    }

    @Override
    public ServerRoster servers() {
        servers.follow(roster());
        return servers;
    }

    @Override
    public CompletableFuture<JoinReport> join(List<String> addresses) {
        joined.addAll(addresses);
        return CompletableFuture.completedFuture(join.apply(addresses));
    }

    @Override
    public void listen(Consumer<MemberEvent> listener) {
        listeners.add(listener);
    }

    public void tell(MemberEvent event) {
        listeners.forEach(listener -> listener.accept(event));
    }

    /** Told here at once, under the next time. */
    @Override
    public synchronized CompletableFuture<Long> fire(UUID id, byte[] body) {
        UserEvent event = new UserEvent(++eventTime, id, body);
        eventListeners.forEach(listener -> listener.accept(event));
        return CompletableFuture.completedFuture(event.time());
    }

    @Override
    public void listenToEvents(Consumer<UserEvent> listener) {
        eventListeners.add(listener);
    }

    @Override
    public void setTags(SortedMap<String, String> tags) {}

    @Override
    public void setCluster(@Nullable ClusterRef cluster) {}

    @Override
    public void setKeys(List<byte[]> keys, boolean verifyIncoming, boolean verifyOutgoing) {}

    @Override
    public CompletableFuture<@Nullable Void> beginLeave() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<@Nullable Void> finishLeave() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<@Nullable Void> forceLeave(NodeName name, boolean prune) {
        if (roster().find(name).isEmpty()) {
            return CompletableFuture.failedFuture(new NoSuchElementException(name.value()));
        }
        forced.add(name + (prune ? " prune" : ""));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Map<String, Object> stats() {
        return new TreeMap<>(Map.of("health_score", 0, "encrypted", false, "event_queue", 2, "packets_in", 5));
    }

    @Override
    public @Nullable Trouble trouble() {
        return trouble;
    }

    @Override
    public void close() {}

    @Override
    public List<ForeignCluster> foreignClusters() {
        return foreign;
    }

    @Override
    public List<Meeting> meetings() {
        return meetings;
    }

    @Override
    public GossipCounters counters() {
        return new GossipCounters();
    }

    @Override
    public Endpoint address() {
        return roster().self().address();
    }
}
