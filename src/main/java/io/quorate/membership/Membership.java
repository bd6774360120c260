package io.quorate.membership;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gossip membership of this agent. Safe for any thread: calls are carried out on the gossip loop, {@link #roster()} is a
 * published snapshot. It says who is there and where; it never decides who votes.
 */
public interface Membership extends AutoCloseable {
    Roster roster();

    /** Who each server id of the roster is; up to date when an event is told. */
    ServerRoster servers();

    /**
     * Syncs with each address ({@code host}, {@code host:port}, {@code [v6]:port}, or a source of {@code discovery}; names give
     * all their addresses). Idempotent, symmetric; oneself is allowed. Completes within 30 s, never exceptionally for an
     * address that fails.
     */
    CompletableFuture<JoinReport> join(List<String> addresses);

    /** Called on the gossip loop, in order, from now on. */
    void listen(Consumer<MemberEvent> listener);

    /**
     * Replaces this agent's tags and spreads them.
     *
     * @throws IllegalArgumentException when they encode to more than 512 bytes
     */
    void setTags(SortedMap<String, String> tags);

    /**
     * Exchanges the keys of gossip, from the next packet on: what was sealed under a key that is not among them is refused.
     *
     * @param keys 16, 24 or 32 bytes each, 8 at most, the first seals, any opens; empty: plain
     * @param verifyIncoming with keys: plain packets are dropped
     * @param verifyOutgoing with keys: packets are sealed
     * @throws IllegalArgumentException when one is given twice; then nothing has changed
     */
    void setKeys(List<byte[]> keys, boolean verifyIncoming, boolean verifyOutgoing);

    /** Says which cluster this agent belongs to; absent: none. Records of another cluster are refused from then on. */
    void setCluster(@Nullable ClusterRef cluster);

    /** Tells everybody that this agent is leaving; completes when told. Work that must happen before it is gone follows. */
    CompletableFuture<@Nullable Void> beginLeave();

    /** Tells everybody that it has left; completes when told to enough members or after 6 s. Only {@link #close()} may follow. */
    CompletableFuture<@Nullable Void> finishLeave();

    /**
     * Turns a failed member into one that left; an alive one refutes. Completes exceptionally with
     * {@link java.util.NoSuchElementException} when nobody has that name.
     *
     * @param prune forget it altogether
     */
    CompletableFuture<@Nullable Void> forceLeave(NodeName name, boolean prune);

    /**
     * Says something to every member, this one included. Told once in each process that hears of it within a few rounds of gossip: who
     * cannot be reached meanwhile, or starts later, never hears of it. The order of two events is not promised.
     *
     * @param body {@link UserEvent#MAX_BODY} bytes at most
     * @return its time, once it was told here and waits to be passed on; exceptionally when gossip is stopped
     * @throws IllegalArgumentException for a longer body
     */
    CompletableFuture<Long> fire(UUID id, byte[] body);

    /** Called on the gossip loop with each event, from now on. */
    void listenToEvents(Consumer<UserEvent> listener);

    /** Numbers for info: names as Consul's {@code serf_lan} group where it has one, in snake case. */
    Map<String, Object> stats();

    /** A reason of trouble in membership itself, for {@code why}: a name conflict, or a key that is not this pool's. */
    @Nullable
    Trouble trouble();

    /** Other clusters that were met, at most 16, the last seen last: nothing of them is in the roster. */
    List<ForeignCluster> foreignClusters();

    /** What joins met, the newest at each address, oldest first: 64 at most, and 16 that asked to join here and were refused. */
    List<Meeting> meetings();

    /** What gossip counted since its start. */
    GossipCounters counters();

    /** Where others reach this agent's gossip: the port is the one that was bound when 0 was asked for. */
    Endpoint address();

    /** Stops without leaving. */
    @Override
    void close();

    /** What is wrong in gossip itself, and what to do about it. */
    record Trouble(Kind kind, String message, String nextStep) {
        /** Named as the reason code that tells of it. */
        public enum Kind {
            /** Another agent has this agent's name. */
            NAME_CONFLICT,
            /** Whoever is met speaks under another key, or under none. */
            KEY_MISMATCH
        }
    }
}
