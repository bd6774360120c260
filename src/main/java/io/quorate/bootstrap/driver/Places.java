package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Peer;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Which of the peers that gossip shows a server id stands for, as {@link ServerRoster} has it. Owned by the founding loop. */
final class Places {
    private ServerRoster servers = new ServerRoster();

    void follow(ServerRoster directory) {
        servers = directory;
    }

    boolean isHolder(Peer peer) {
        return servers.isHolder(peer.id(), peer.name());
    }

    /** The member that this id stands for; empty when nobody claims it, or nobody that is believed. */
    Optional<Peer> of(ServerId server, Collection<Peer> peers) {
        return peers.stream().filter(p -> p.id().equals(server) && isHolder(p)).findFirst();
    }

    /** Without those that claim to be a server which somebody else is. */
    List<Peer> holders(Collection<Peer> peers) {
        return peers.stream().filter(this::isHolder).toList();
    }
}
