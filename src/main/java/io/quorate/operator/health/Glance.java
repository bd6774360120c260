package io.quorate.operator.health;

import io.quorate.kernel.ReasonCode;
import io.quorate.operator.AgentParts;
import io.quorate.operator.Reason;
import io.quorate.operator.ShownServers;
import io.quorate.runtime.Clocks;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What several metrics need of the same moment. The reason is put together once for all of them: it has a series for each code. Safe for
 * any thread; two at once may do the work twice.
 */
final class Glance {
    /** What joins met is told of for a time: so long may a reason outlive what it was taken from. */
    private static final long MAX_AGE_S = 5;

    private final AgentParts parts;
    private final InstantSource wall;
    private volatile @Nullable Code code;

    /** @param roster an immutable object that is published anew at each change, as the two after it are */
    private record Code(
            Object roster,
            @Nullable Object founding,
            @Nullable Object raft,
            long slice,
            ReasonCode code) {
        boolean isOf(Code other) {
            return roster == other.roster && founding == other.founding && raft == other.raft && slice == other.slice;
        }
    }

    Glance(AgentParts parts) {
        this(parts, Clocks.wall());
    }

    Glance(AgentParts parts, InstantSource wall) {
        this.parts = parts;
        this.wall = wall;
    }

    ShownServers servers() {
        return ShownServers.of(parts);
    }

    /** Whether {@code /why} has that code, or tells beside another one that another cluster was met. */
    boolean says(ReasonCode asked) {
        return code() == asked || (asked == ReasonCode.FOREIGN_CLUSTER && Reason.metForeign(parts));
    }

    /** As {@code /why} shows it. */
    ReasonCode code() {
        AgentParts.ServerParts server = parts.server();
        Code now = new Code(
                parts.membership().roster(),
                server == null ? null : server.founding().view(),
                server == null ? null : server.consensus().status(),
                wall.instant().getEpochSecond() / MAX_AGE_S,
                ReasonCode.STARTING);
        Code last = code;
        if (last == null || !last.isOf(now)) {
            last = new Code(
                    now.roster(),
                    now.founding(),
                    now.raft(),
                    now.slice(),
                    Reason.shown(parts).code());
            code = last;
        }
        return last.code();
    }
}
