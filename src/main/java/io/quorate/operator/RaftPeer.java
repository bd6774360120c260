package io.quorate.operator;

/**
 * A server in the raft configuration.
 *
 * @param node {@code (unknown)} when gossip does not know it
 * @param address of its RPC port; empty when it was never seen
 */
public record RaftPeer(String id, String node, String address, boolean leader, boolean voter) {}
