package io.quorate.operator;

import io.quorate.kernel.ServerId;
import io.quorate.peers.PeerSetService;
import io.quorate.peers.Removal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What may be asked of the process itself. Safe for any thread, never blocks. */
public interface AgentControl {
    /**
     * Leaves gracefully: a server out of the voters first. Completes when everybody was told; the process ends soon after, with
     * time enough to answer. Exceptionally when leaving is refused (the last voter): then nothing was changed. Repeated calls
     * join the first.
     */
    CompletionStage<@Nullable Void> leave();

    /** Takes a raft peer out, on the leader: see {@link PeerSetService#removePeer}. Exceptionally on a client. */
    CompletionStage<@Nullable Void> removePeer(ServerId peer, Removal how);

    /**
     * Shows in this agent's tags that it makes that request: whoever is asked looks it up there, as anybody can send a message.
     *
     * @return false while it makes another one
     */
    boolean beginRequest(UUID request);

    void endRequest(UUID request);

    /**
     * Reads the settings again and puts into effect what can be changed while the agent runs. Exceptionally, with one line, when they
     * are refused: then nothing was changed.
     */
    CompletionStage<Reload> reload();

    /** When the process started, by the wall clock. */
    Instant startedAt();

    /** The last attempt of each source of addresses to join, in the order given; empty when there is none. */
    List<DiscoveryAttempt> discovery();

    /**
     * What a reload came to; settings are named by their keys.
     *
     * @param changed in effect now
     * @param needsRestart read differently, and still as they were at the start
     */
    record Reload(List<String> changed, List<String> needsRestart) {
        public Reload {
            changed = List.copyOf(changed);
            needsRestart = List.copyOf(needsRestart);
        }
    }

    /**
     * One look for members.
     *
     * @param source as it was given, e.g. {@code dns+srv:_quorate._tcp.example}
     * @param answers what it gave, unfiltered
     * @param error absent when it worked
     * @param next absent when there will be none
     */
    record DiscoveryAttempt(
            String source,
            Instant at,
            List<String> answers,
            @Nullable String error,
            @Nullable Instant next) {
        public DiscoveryAttempt {
            answers = List.copyOf(answers);
        }
    }
}
