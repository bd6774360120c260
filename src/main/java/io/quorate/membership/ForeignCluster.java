package io.quorate.membership;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import java.time.Instant;

/**
 * Another cluster was met. Nothing of it is in the roster.
 *
 * @param address of the member that was met, its gossip address
 * @param lastSeen by this agent's wall clock: for people
 */
public record ForeignCluster(ClusterRef cluster, Endpoint address, Instant lastSeen) {}
