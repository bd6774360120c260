package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.MemberState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everybody known, oneself included, with what is asked of them most kept up to date: counts by state, addresses, clusters and
 * the digest. Owner: the gossip loop.
 */
final class PeerTable {
    private final Map<NodeName, Peer> byName = new HashMap<>();
    private final List<Peer> all = new ArrayList<>();
    private final Map<Endpoint, Integer> addresses = new HashMap<>();
    private final Map<ClusterRef, Integer> clusters = new HashMap<>();
    private final Map<NodeId, Integer> ids = new HashMap<>();
    private final int[] counts = new int[MemberState.values().length];
    private final NodeName self;
    private long digest;
    private int digested;
    private long version;

    PeerTable(Peer self) {
        this.self = self.name();
        add(self);
    }

    @Nullable
    Peer find(NodeName name) {
        return byName.get(name);
    }

    int size() {
        return all.size();
    }

    int count(MemberState state) {
        return counts[Wire.code(state)];
    }

    /** Alive or suspect, this node included. */
    int alive() {
        return count(MemberState.ALIVE) + count(MemberState.SUSPECT);
    }

    boolean knows(Endpoint address) {
        return addresses.containsKey(address);
    }

    /** Grows with every change. */
    long version() {
        return version;
    }

    long digest() {
        return digest;
    }

    /** How many members the digest is about. */
    int digested() {
        return digested;
    }

    /** The members in no order that may be relied on; not to be changed while it is walked. */
    List<Peer> all() {
        return all;
    }

    List<Peer> sorted() {
        List<Peer> sorted = new ArrayList<>(all);
        sorted.sort((a, b) -> a.name().compareTo(b.name()));
        return sorted;
    }

    /** The cluster of any member but oneself: at most one is let in. Absent when nobody says one. */
    @Nullable
    ClusterRef clusterOfOthers(Peer me) {
        for (Map.Entry<ClusterRef, Integer> entry : clusters.entrySet()) {
            boolean mine = entry.getKey().equals(me.record.cluster());
            if (entry.getValue() > (mine ? 1 : 0)) {
                return entry.getKey();
            }
        }
        return null;
    }

    void add(Peer peer) {
        byName.put(peer.name(), peer);
        peer.index = all.size();
        all.add(peer);
        enter(peer);
    }

    void remove(Peer peer) {
        leave(peer);
        byName.remove(peer.name());
        Peer last = all.remove(all.size() - 1);
        if (last != peer) {
            all.set(peer.index, last);
            last.index = peer.index;
        }
    }

    void replaceRecord(Peer peer, PeerRecord record) {
        leave(peer);
        peer.record = record;
        enter(peer);
    }

    void setState(Peer peer, MemberState state, long claim, long sinceMs) {
        leave(peer);
        if (peer.isAlive()) {
            peer.aliveMs = sinceMs;
        }
        peer.state = state;
        peer.claim = claim;
        peer.sinceMs = sinceMs;
        peer.hearsay = false;
        enter(peer);
    }

    /** Up to {@code wanted} different members but oneself that pass, at random. */
    List<Peer> pick(RandomGenerator random, int wanted, Predicate<Peer> filter) {
        List<Peer> picked = new ArrayList<>(wanted);
        int n = all.size();
        if (n <= 3 * wanted + 8) {
            List<Peer> fitting = new ArrayList<>(n);
            for (Peer peer : all) {
                if (!peer.name().equals(self) && filter.test(peer)) {
                    fitting.add(peer);
                }
            }
            while (picked.size() < wanted && !fitting.isEmpty()) {
                picked.add(fitting.remove(random.nextInt(fitting.size())));
            }
            return picked;
        }
        // In a large roster a few throws of the dice are far cheaper than a walk, and miss only when few would pass.
        for (int i = 0; i < 4 * wanted + 16 && picked.size() < wanted; i++) {
            Peer peer = all.get(random.nextInt(n));
            if (!peer.name().equals(self) && !picked.contains(peer) && filter.test(peer)) {
                picked.add(peer);
            }
        }
        return picked;
    }

    /** One alive member with this id under another name. */
    @Nullable
    Peer aliveWithId(NodeId id, NodeName otherThan) {
        Peer named = byName.get(otherThan);
        int expected = named != null && named.record.id().equals(id) ? 1 : 0;
        if (ids.getOrDefault(id, 0) == expected) {
            return null;
        }
        for (Peer peer : all) {
            if (peer.isAlive() && peer.record.id().equals(id) && !peer.name().equals(otherThan)) {
                return peer;
            }
        }
        return null;
    }

    private void enter(Peer peer) {
        counts[Wire.code(peer.state)]++;
        addresses.merge(peer.record.address(), 1, Integer::sum);
        ids.merge(peer.record.id(), 1, Integer::sum);
        ClusterRef cluster = peer.record.cluster();
        if (cluster != null) {
            clusters.merge(cluster, 1, Integer::sum);
        }
        peer.digest =
                peer.hearsay ? 0 : Digests.of(peer.record.digest(), Digests.of(peer.claim, Wire.code(peer.state)));
        digest += peer.digest;
        digested += peer.digest == 0 ? 0 : 1;
        peer.changed();
        version++;
    }

    private void leave(Peer peer) {
        counts[Wire.code(peer.state)]--;
        less(addresses, peer.record.address());
        less(ids, peer.record.id());
        ClusterRef cluster = peer.record.cluster();
        if (cluster != null) {
            less(clusters, cluster);
        }
        digest -= peer.digest;
        digested -= peer.digest == 0 ? 0 : 1;
        version++;
    }

    /** Takes it out of the digest: kept here beyond the time others keep it, so they could never agree. */
    void exclude(Peer peer) {
        digest -= peer.digest;
        digested -= peer.digest == 0 ? 0 : 1;
        peer.digest = 0;
    }

    private static <K> void less(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (k, n) -> n == 1 ? null : n - 1);
    }
}
