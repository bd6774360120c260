package io.quorate.membership.swim;

import io.quorate.membership.GossipTimings;
import java.time.Instant;

/**
 * What one member's protocol needs to know.
 *
 * @param pool label that both sides of a sync must share
 * @param packetRoom bytes of a datagram that messages may fill
 * @param epoch wall time at the core's time 0: what {@code since} in a published member counts from
 */
public record SwimSettings(String pool, String datacenter, GossipTimings timings, int packetRoom, Instant epoch) {
    static final int INDIRECT_RELAYS = 1024;
    static final int HEALTH_MAX = 8;
    static final long REAP_INTERVAL_MS = 15_000;
    static final long GOSSIP_TO_DEAD_MS = 30_000;
    static final long REFUTE_INTERVAL_MS = 1_000;
    static final long INTENT_MEMORY_MS = 300_000;
    static final long FOLLOW_UP_MS = 1_000;
    static final int BURST = 8;
    static final long BURST_GAP_MS = 10_000;
    static final long STRANGE_ACK_GAP_MS = 10_000;
    /** Two members may see a third one go at times so far apart. */
    static final long SEEN_APART_MS = 60_000;

    static final long CHALLENGE_RETRY_MS = 400;
    static final long CHALLENGE_MS = 1_000;
    static final long CLAIM_AGAIN_MS = 30_000;
    /** A leaving member that is silent so long after it said so is gone. */
    static final long LEAVING_SILENT_MS = 10_000;

    static final long LEAVE_SPREAD_MS = 5_000;
    static final long LEAVE_LINGER_MS = 1_000;
    static final int GOSSIP_BYTES_PER_SECOND = 512 * 1024;
}
