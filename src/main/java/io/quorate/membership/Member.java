package io.quorate.membership;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One agent as the roster knows it: an immutable copy for callers.
 *
 * @param instance random per process start, never 0
 * @param incarnation raised by the member itself only
 * @param address its gossip address
 * @param cluster absent while it belongs to none
 * @param tags sorted, 512 bytes at most when encoded; see {@link AgentTags}
 * @param since when it took this state, by this agent's wall clock: for people, never for decisions
 */
public record Member(
        NodeName name,
        NodeId id,
        long instance,
        long incarnation,
        Endpoint address,
        @Nullable ClusterRef cluster,
        SortedMap<String, String> tags,
        MemberState state,
        Instant since) {}
