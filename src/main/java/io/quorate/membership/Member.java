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
 * @param tags as it sent them, sorted, 512 bytes at most when encoded: to be shown; what they mean is in {@code agent}
 * @param agent the tags decoded, once for everybody who asks; absent when they are not those of an agent of ours
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
        @Nullable AgentTags agent,
        MemberState state,
        Instant since) {
    /** Decodes the tags. */
    public Member(
            NodeName name,
            NodeId id,
            long instance,
            long incarnation,
            Endpoint address,
            @Nullable ClusterRef cluster,
            SortedMap<String, String> tags,
            MemberState state,
            Instant since) {
        this(
                name,
                id,
                instance,
                incarnation,
                address,
                cluster,
                tags,
                AgentTags.decode(tags).orElse(null),
                state,
                since);
    }

    /** By its own word: whether it is the server that it says it is, {@link ServerRoster} decides. */
    public boolean isServer() {
        return agent != null && agent.isServer();
    }
}
