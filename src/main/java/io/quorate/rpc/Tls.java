package io.quorate.rpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.List;

/**
 * What secures connections of the server port, on both sides: the place where certificates come in. Asked at each connection,
 * because they may be renewed while the agent runs.
 */
public interface Tls {
    /** Plain TCP. */
    Tls NONE = new Tls() {};

    /** Handlers that stand first on a connection accepted by the listener. */
    default List<ChannelHandler> server() {
        return List.of();
    }

    /**
     * Handlers that stand first on a connection that we open.
     *
     * @param peer whom we mean: a server id for raft, an address for calls
     */
    default List<ChannelHandler> client(String peer) {
        return List.of();
    }

    /** Returns once the peer is proven to be who was meant. Called on a dialling thread. */
    default void awaitProof(Channel channel) throws Exception {}
}
