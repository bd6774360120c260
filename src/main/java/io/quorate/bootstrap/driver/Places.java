package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Peer;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where each server id is to be found, of several members that claim it: who came first stays in its place for as long as it is
 * alive. So nobody takes a living server's place by claiming its id. Owned by the founding loop.
 */
final class Places {
    private Map<ServerId, NodeName> holders = Map.of();

    void follow(Collection<Peer> peers) {
        Map<ServerId, NodeName> next = new HashMap<>();
        for (Peer peer : peers) {
            NodeName holder = holders.get(peer.id());
            boolean stays = peers.stream()
                    .anyMatch(p ->
                            p.isAlive() && p.id().equals(peer.id()) && p.name().equals(holder));
            if (stays && holder != null) {
                next.put(peer.id(), holder);
            } else if (peer.isAlive() || !next.containsKey(peer.id())) {
                next.put(peer.id(), peer.name());
            }
        }
        holders = Map.copyOf(next);
    }

    boolean isHolder(Peer peer) {
        return peer.name().equals(holders.get(peer.id()));
    }

    /** The member that this id stands for; empty when nobody claims it. */
    Optional<Peer> of(ServerId server, Collection<Peer> peers) {
        return peers.stream().filter(p -> p.id().equals(server) && isHolder(p)).findFirst();
    }
}
