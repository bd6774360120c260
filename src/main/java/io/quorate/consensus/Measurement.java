package io.quorate.consensus;

/**
 * What one figure of the raft library is of.
 *
 * @param name the library's own, without the group, which is the same for all
 * @param peer server id of the peer that it is about; empty when it is about this server
 * @param statistic {@code count}, {@code mean} or {@code p99}; {@code value} of a gauge
 */
public record Measurement(String name, String peer, String statistic) {}
