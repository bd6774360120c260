package io.quorate.membership;

import java.time.Duration;

/**
 * How patient gossip is. Defaults are those of a local network, as Consul publishes them.
 *
 * @param suspicionMult how many probe intervals, times log10 of the members, a suspect has to refute
 * @param retransmitMult how often news is passed on, times log10 of the members
 * @param reconnectTimeout how long a failed member is remembered
 * @param tombstoneTimeout how long one that left is remembered
 */
public record GossipTimings(
        Duration probeInterval,
        Duration probeTimeout,
        int indirectProbers,
        Duration gossipInterval,
        int gossipNodes,
        int suspicionMult,
        int retransmitMult,
        Duration syncInterval,
        Duration reconnectInterval,
        Duration reconnectTimeout,
        Duration tombstoneTimeout) {
    public static final GossipTimings LAN = builder().build();

    public GossipTimings {
        positive("probe interval", probeInterval);
        positive("probe timeout", probeTimeout);
        positive("gossip interval", gossipInterval);
        positive("sync interval", syncInterval);
        positive("reconnect interval", reconnectInterval);
        positive("reconnect timeout", reconnectTimeout);
        positive("tombstone timeout", tombstoneTimeout);
        if (gossipNodes < 1 || suspicionMult < 1 || retransmitMult < 1 || indirectProbers < 0) {
            throw new IllegalArgumentException("gossip nodes, suspicion mult and retransmit mult must be at least 1");
        }
    }

    private static void positive(String what, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(what + " must be at least 1 ms, not " + value);
        }
    }

    /** Begins with {@link #LAN}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Each method replaces what belongs together; the rest stays as it is. What no setting changes has no method. */
    public static final class Builder {
        private static final int INDIRECT_PROBERS = 3;
        private static final Duration TOMBSTONE_TIMEOUT = Duration.ofDays(3);

        private Duration probeInterval = Duration.ofSeconds(1);
        private Duration probeTimeout = Duration.ofMillis(500);
        private Duration gossipInterval = Duration.ofMillis(200);
        private int gossipNodes = 3;
        private int suspicionMult = 4;
        private int retransmitMult = 4;
        private Duration syncInterval = Duration.ofSeconds(30);
        private Duration reconnectInterval = Duration.ofSeconds(30);
        private Duration reconnectTimeout = Duration.ofDays(3);

        private Builder() {}

        public Builder probe(Duration interval, Duration timeout) {
            probeInterval = interval;
            probeTimeout = timeout;
            return this;
        }

        public Builder gossip(Duration interval, int nodes) {
            gossipInterval = interval;
            gossipNodes = nodes;
            return this;
        }

        public Builder mults(int suspicion, int retransmit) {
            suspicionMult = suspicion;
            retransmitMult = retransmit;
            return this;
        }

        public Builder sync(Duration sync, Duration reconnect) {
            syncInterval = sync;
            reconnectInterval = reconnect;
            return this;
        }

        /** @param failed how long a failed member is remembered */
        public Builder reconnectTimeout(Duration failed) {
            reconnectTimeout = failed;
            return this;
        }

        /** @throws IllegalArgumentException when one of them is zero or negative */
        public GossipTimings build() {
            return new GossipTimings(
                    probeInterval,
                    probeTimeout,
                    INDIRECT_PROBERS,
                    gossipInterval,
                    gossipNodes,
                    suspicionMult,
                    retransmitMult,
                    syncInterval,
                    reconnectInterval,
                    reconnectTimeout,
                    TOMBSTONE_TIMEOUT);
        }
    }
}
