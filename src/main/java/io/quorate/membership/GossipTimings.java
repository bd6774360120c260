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
    public static final GossipTimings LAN = new GossipTimings(
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            3,
            Duration.ofMillis(200),
            3,
            4,
            4,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofDays(3),
            Duration.ofDays(3));

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

    public GossipTimings withProbe(Duration interval, Duration timeout) {
        return new GossipTimings(
                interval,
                timeout,
                indirectProbers,
                gossipInterval,
                gossipNodes,
                suspicionMult,
                retransmitMult,
                syncInterval,
                reconnectInterval,
                reconnectTimeout,
                tombstoneTimeout);
    }

    public GossipTimings withGossip(Duration interval, int nodes) {
        return new GossipTimings(
                probeInterval,
                probeTimeout,
                indirectProbers,
                interval,
                nodes,
                suspicionMult,
                retransmitMult,
                syncInterval,
                reconnectInterval,
                reconnectTimeout,
                tombstoneTimeout);
    }

    public GossipTimings withMults(int suspicion, int retransmit) {
        return new GossipTimings(
                probeInterval,
                probeTimeout,
                indirectProbers,
                gossipInterval,
                gossipNodes,
                suspicion,
                retransmit,
                syncInterval,
                reconnectInterval,
                reconnectTimeout,
                tombstoneTimeout);
    }

    public GossipTimings withSync(Duration sync, Duration reconnect) {
        return new GossipTimings(
                probeInterval,
                probeTimeout,
                indirectProbers,
                gossipInterval,
                gossipNodes,
                suspicionMult,
                retransmitMult,
                sync,
                reconnect,
                reconnectTimeout,
                tombstoneTimeout);
    }

    public GossipTimings withMemory(Duration failed, Duration left) {
        return new GossipTimings(
                probeInterval,
                probeTimeout,
                indirectProbers,
                gossipInterval,
                gossipNodes,
                suspicionMult,
                retransmitMult,
                syncInterval,
                reconnectInterval,
                failed,
                left);
    }

    private static void positive(String what, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(what + " must be at least 1 ms, not " + value);
        }
    }
}
