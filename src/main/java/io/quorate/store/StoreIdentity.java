package io.quorate.store;

import io.quorate.kernel.ClusterRef;

/**
 * Whose state a database holds. One that names another is thrown away and rebuilt from the log.
 *
 * @param token of the raft directory
 * @param bootId names this run of the operating system
 */
public record StoreIdentity(ClusterRef cluster, String token, String bootId) {
    /** All but the run of the operating system, as text. */
    String owner() {
        return cluster + " " + token;
    }
}
