package io.quorate.bootstrap;

import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The care for the peer set, as far as founding has to know of it. Declared here and implemented above: founding decides nothing about
 * a cluster's peers, and calls this on its own loop.
 */
public interface PeerSet {
    /**
     * A round of questions has ended, and founding has drawn its own conclusions from it.
     *
     * @param words heard in that round
     */
    void roundEnded(State state, List<Word> words);

    /** Which removal this server asked for in that request; absent when it never made it, or has its answer. */
    @Nullable
    ServerId asked(UUID request);
}
