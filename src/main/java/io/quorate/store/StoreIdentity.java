package io.quorate.store;

import io.quorate.kernel.ClusterRef;

/**
 * Whose state a database holds. One that names another is thrown away and rebuilt from the log.
 *
 * @param token of the raft directory
 */
public record StoreIdentity(ClusterRef cluster, String token) {
    String owner() {
        return cluster + " " + token;
    }
}
