package io.quorate.membership;

import io.quorate.membership.net.GossipNode;
import java.io.IOException;

/** The way into gossip: its sockets and its protocol are private to this module. */
public final class GossipMembership {
    private GossipMembership() {}

    /**
     * Binds the gossip port, TCP first and then UDP of the same number, and begins.
     *
     * @throws java.net.BindException naming address and port, when it is in use or the address is not this machine's
     * @throws IOException when the folder cannot be read or written
     */
    public static Membership start(GossipSettings settings) throws IOException {
        return GossipNode.start(settings);
    }
}
