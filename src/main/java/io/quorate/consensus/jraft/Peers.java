package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.util.Endpoint;
import io.quorate.kernel.ServerId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Raft knows a server as {@code <server id>:8300}: the port is part of the name and says nothing about sockets. */
final class Peers {
    private static final int PORT = 8300;

    private Peers() {}

    static PeerId peer(ServerId server) {
        return new PeerId(server.toString(), PORT);
    }

    static Endpoint endpoint(ServerId server) {
        return new Endpoint(server.toString(), PORT);
    }

    /** Empty for an empty peer, or one that is not named as ours are. */
    static Optional<ServerId> server(@Nullable PeerId peer) {
        return peer == null || peer.isEmpty() ? Optional.empty() : server(peer.getIp());
    }

    static Optional<ServerId> server(String name) {
        try {
            return Optional.of(ServerId.of(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** As a message carries it: {@code <server id>:8300}. */
    static Optional<ServerId> ofMessage(String peer) {
        int colon = peer.indexOf(':');
        return server(colon < 0 ? peer : peer.substring(0, colon));
    }

    static List<ServerId> servers(Collection<PeerId> peers) {
        return peers.stream().flatMap(p -> server(p).stream()).toList();
    }
}
