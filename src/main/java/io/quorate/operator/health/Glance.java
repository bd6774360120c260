package io.quorate.operator.health;

import io.quorate.bootstrap.Why;
import io.quorate.operator.AgentParts;
import io.quorate.operator.KnownServers;
import io.quorate.operator.Reason;
import io.quorate.runtime.Clocks;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What several metrics need of the same moment, put together once for all of them: a scrape of a client in a pool of thousands must
 * not decode every member's tags for each of a dozen series. Safe for any thread; two at once may do the work twice.
 */
final class Glance {
    /** What joins met is told of for a time: so long may a reason outlive what it was taken from. */
    private static final long MAX_AGE_S = 5;

    private final AgentParts parts;
    private final InstantSource wall;
    private volatile @Nullable Servers servers;
    private volatile @Nullable Code code;

    /** @param roster that they were taken from: an immutable object that is published anew at each change */
    private record Servers(Object roster, KnownServers known) {}

    private record Code(
            Object roster,
            @Nullable Object founding,
            @Nullable Object raft,
            long slice,
            Why.Code code) {
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

    KnownServers servers() {
        Object roster = parts.membership().roster();
        Servers last = servers;
        if (last == null || last.roster() != roster) {
            last = new Servers(roster, KnownServers.of(parts));
            servers = last;
        }
        return last.known();
    }

    /** Whether {@code /why} has that code, or tells beside another one that another cluster was met. */
    boolean says(Why.Code asked) {
        return code() == asked || (asked == Why.Code.FOREIGN_CLUSTER && Reason.metForeign(parts));
    }

    /** As {@code /why} shows it. */
    Why.Code code() {
        AgentParts.ServerParts server = parts.server();
        Code now = new Code(
                parts.membership().roster(),
                server == null ? null : server.founding().view(),
                server == null ? null : server.consensus().status(),
                wall.instant().getEpochSecond() / MAX_AGE_S,
                Why.Code.STARTING);
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
