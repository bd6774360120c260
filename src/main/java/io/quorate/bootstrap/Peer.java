package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import org.jspecify.annotations.Nullable;

/**
 * Another server of the datacenter as gossip tells of it: whom to ask and where. A hint; what counts is its own {@link Word}.
 *
 * @param address of its RPC port; absent when it named none
 * @param cluster the last that was known of it; absent when that was none
 */
public record Peer(
        NodeName name,
        ServerId id,
        @Nullable Endpoint address,
        Presence presence,
        Expect expect,
        @Nullable ClusterRef cluster,
        FoundingState founding,
        long starts) {
    public boolean isAlive() {
        return presence == Presence.ALIVE;
    }

    /**
     * {@link #LEFT}: gossip says that it said so itself, or that an operator did for it. It stands in the way of no bootstrap any more, and
     * costs nobody a vote: there a leave counts once the server itself was asked.
     */
    public enum Presence {
        ALIVE,
        FAILED,
        LEFT
    }
}
