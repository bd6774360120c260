package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.kernel.Endpoint;
import java.util.Optional;

/** How far gossip is kept from strangers, as the line at the start says it. */
enum GossipSecrecy {
    ENCRYPTED("encrypted"),
    /** Has a key and takes, or sends, gossip without it as well: on the way to one key everywhere, or back. */
    MIXED("encrypted and in the clear"),
    CLEAR("not encrypted");

    private final String word;

    GossipSecrecy(String word) {
        this.word = word;
    }

    static GossipSecrecy of(AgentSettings.Gossip gossip) {
        if (gossip.keys().isEmpty()) {
            return CLEAR;
        }
        return gossip.verifyIncoming() && gossip.verifyOutgoing() ? ENCRYPTED : MIXED;
    }

    String word() {
        return word;
    }

    /** What an operator should know of it; nothing while gossip is encrypted, or stays on this machine. */
    Optional<String> warning(AgentSettings.Network network) {
        if (this == ENCRYPTED || network.bind().isLoopbackAddress()) {
            return Optional.empty();
        }
        String where = new Endpoint(network.bind(), network.gossipPort()).toString();
        return Optional.of(
                this == CLEAR
                        ? "gossip is not encrypted: whoever reaches " + where
                                + " can read it, and can pose as a member."
                                + " To encrypt it, make a key with 'quorate keygen' and give it to every agent of the"
                                + " datacenter: -encrypt=KEY"
                        : "gossip on " + where + " is not protected by its key yet: once every agent of the datacenter"
                                + " has the key, set -encrypt-verify-outgoing=true on all of them, then"
                                + " -encrypt-verify-incoming=true");
    }
}
