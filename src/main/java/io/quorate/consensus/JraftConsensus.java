package io.quorate.consensus;

import io.quorate.consensus.jraft.RaftServer;

/** Where wiring gets its {@link Consensus}. */
public final class JraftConsensus {
    private JraftConsensus() {}

    /** A consensus without a group; {@link Consensus#close()} ends its threads. Call once per server port. */
    public static Consensus create(ConsensusSettings settings) {
        return new RaftServer(settings);
    }
}
