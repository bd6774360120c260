package io.quorate.operator;

import io.quorate.bootstrap.Reasons;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.Membership;
import io.quorate.runtime.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What this agent waits for at this moment, taken from all of its parts. */
public final class Reason {
    /** How long after the last meeting another cluster is told of: longer than some rounds of retry-join take. */
    private static final Duration FOREIGN = Duration.ofMinutes(5);

    private Reason() {}

    /**
     * What people are shown: as {@link #of}, and where that is ready, with another cluster that was met in the last minutes. Such a
     * meeting is not what a ready agent waits for: one mistaken join, which was refused, must not look like a failure of its cluster.
     */
    public static Why shown(AgentParts parts) {
        Why own = TooOld.told(parts, withOlderData(parts, of(parts)));
        List<ForeignCluster> recent = own.isReady() ? foreign(parts) : List.of();
        return recent.isEmpty() ? own : withForeign(parts, recent, own);
    }

    /** A server on older data serves, and may have forgotten what it promised: nobody but who saw it before can tell. */
    private static Why withOlderData(AgentParts parts, Why own) {
        Set<String> texts = new TreeSet<>(parts.words().olderData().texts().values());
        AgentParts.ServerParts server = parts.server();
        if (server != null) {
            parts.words().olderDataOf(server.founding().view().self()).ifPresent(texts::add);
        }
        return texts.isEmpty()
                ? own
                : new Why(
                        own.code(),
                        own.message() + "; " + String.join("; ", texts),
                        "one server at a time, and only while the others have a majority: stop the server on older data and move its"
                                + " data directory away: it rejoins as a new server and gets everything from the others"
                                + (own.isReady() ? "" : "; before that: " + own.nextStep()),
                        own.evidence());
    }

    /** Whether another cluster was met in the last minutes; the code is another one where this agent is ready. */
    public static boolean metForeign(AgentParts parts) {
        return !foreign(parts).isEmpty();
    }

    private static List<ForeignCluster> foreign(AgentParts parts) {
        return parts.membership().foreignClusters().stream()
                .filter(f -> f.lastSeen().isAfter(Clocks.wall().instant().minus(FOREIGN)))
                .toList();
    }

    private static Why withForeign(AgentParts parts, List<ForeignCluster> met, Why own) {
        var self = parts.membership().roster().self().cluster();
        String mine = parts.isServer()
                ? "this agent belongs to cluster " + (self == null ? "(none)" : self.id())
                : "the servers of this client belong to cluster "
                        + ShownServers.of(parts).cluster();
        Instant now = Clocks.wall().instant();
        String others = met.stream()
                .map(f -> f.cluster().id() + " (at " + f.address() + ", "
                        + Math.max(0, Duration.between(f.lastSeen(), now).toSeconds()) + " s ago)")
                .collect(Collectors.joining(", "));
        return new Why(
                own.code(),
                own.message() + "; " + ReasonCode.FOREIGN_CLUSTER + ": " + mine + " and met another one, " + others
                        + ": they do not mix, both keep their data",
                "nothing after a single mistaken join; else take the other cluster's addresses out of -retry-join and do"
                        + " not join it. To move its servers over, stop them and move their data directories away, one by one",
                own.evidence());
    }

    public static Why of(AgentParts parts) {
        AgentParts.ServerParts server = parts.server();
        ShownServers servers = ShownServers.of(parts);
        Why own = server == null
                ? ClientReason.of(servers, parts.words())
                : new ServerReason(server, servers, parts.words())
                        .explain(server(
                                server.founding().view().why(),
                                server.consensus().status()));
        Membership.Trouble trouble = parts.membership().trouble();
        Why told = trouble == null
                ? JoinsMet.of(parts).explain(parts.words().corrected(own))
                : troubled(trouble, own, servers, parts.words());
        return server == null || !server.isRaftSilent() ? told : aged(told, server);
    }

    /** Whatever raft said last may be over: a reader must know how long ago that was. */
    private static Why aged(Why told, AgentParts.ServerParts server) {
        String age = TimeUnit.MILLISECONDS.toSeconds(server.consensus().statusAgeMs()) + " s";
        if (told.isReady()) {
            return new Why(
                    ReasonCode.FAILED,
                    "raft on this server has not answered for " + age + "; until then: " + told.message(),
                    "nothing for a minute: it goes on by itself when what holds it up ends; after that look at the disk,"
                            + " and start this agent again",
                    told.evidence());
        }
        return new Why(
                told.code(),
                told.message() + "; what is said of raft here is " + age + " old, it has not answered since",
                told.nextStep(),
                told.evidence());
    }

    /** Raft may have stopped working after founding was done with it. */
    static Why server(Why founding, RaftStatus raft) {
        Why hindered = isRunning(founding.code()) ? Reasons.hindered(raft, founding.evidence()) : null;
        return hindered == null ? founding : hindered;
    }

    /** Codes that say that raft should be working. */
    private static boolean isRunning(ReasonCode code) {
        return code == ReasonCode.READY || code == ReasonCode.ELECTION || code == ReasonCode.QUORUM_LOST;
    }

    private static Why troubled(Membership.Trouble trouble, Why own, ShownServers servers, ServerWords words) {
        return switch (trouble.kind()) {
            case KEY_MISMATCH ->
                new Why(ReasonCode.KEY_MISMATCH, trouble.message(), trouble.nextStep(), own.evidence());
            // Gossip tells the second one of a name that there is a first, and not where: others know both.
            case NAME_CONFLICT ->
                new Why(
                        ReasonCode.NAME_CONFLICT,
                        trouble.message()
                                + ServerReason.namesakes(servers, words)
                                        .map(text -> "; " + text)
                                        .orElse(""),
                        trouble.nextStep(),
                        own.evidence());
        };
    }
}
