package io.quorate.consensus.jraft;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the RPC factory gives to the node that is being started. SOFAJRaft makes the factory itself, once per process, and asks it
 * for client and server on the thread that starts a node; so this thread carries whose they are.
 */
record Environment(Supplier<PeerClient> client, GuardedServer server) {
    private static final ThreadLocal<@Nullable Environment> STARTING = new ThreadLocal<>();

    <T> T during(Supplier<T> start) {
        STARTING.set(this);
        try {
            return start.get();
        } finally {
            STARTING.remove();
        }
    }

    static Environment current() {
        Environment environment = STARTING.get();
        if (environment == null) {
            throw new IllegalStateException("raft asks for its transport while no node is being started");
        }
        return environment;
    }
}
