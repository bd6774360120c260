package io.quorate.operator;

import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Level;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.ServerRoster;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Servers that a cluster does not add because their version does not know what is in its log. */
final class TooOld {
    private static final String STEP = "upgrade the agent on the server that is not added: then it is added by itself";

    /** Gossip bounds neither how many servers there are nor who says that he is one. */
    static final int MANY = 64;

    private TooOld() {}

    /** Those that are alive and outside the peer set; none while this server belongs to no cluster. */
    static List<Peers.NotAdded> notAdded(AgentParts.ServerParts server, ShownServers servers) {
        RaftStatus raft = server.consensus().status();
        if (raft.cluster() == null) {
            return List.of();
        }
        List<Peers.NotAdded> notAdded = new ArrayList<>();
        for (ServerRoster.Server other : servers.alive()) {
            boolean outside =
                    !raft.voters().contains(other.id()) && !raft.learners().contains(other.id());
            Optional<String> reason = outside ? server.consensus().tooOld(other.id()) : Optional.empty();
            if (reason.isPresent() && notAdded.size() < MANY) {
                notAdded.add(new Peers.NotAdded(
                        other.id().toString(),
                        other.name().value(),
                        other.endpoint().toString(),
                        reason.get()));
            }
        }
        return notAdded;
    }

    /** The same, with what is said of such servers: by a member of others, by a server without a cluster of itself. */
    static Why told(AgentParts parts, Why own) {
        AgentParts.ServerParts server = parts.server();
        List<String> texts = server == null ? List.of() : texts(parts, server, own);
        return texts.isEmpty()
                ? own
                : new Why(
                        own.code(),
                        own.message() + "; " + String.join("; ", texts),
                        STEP + (own.isReady() ? "" : "; besides: " + own.nextStep()),
                        own.evidence());
    }

    private static List<String> texts(AgentParts parts, AgentParts.ServerParts server, Why own) {
        ShownServers servers = ShownServers.of(parts);
        if (server.founding().view().cluster() != null) {
            return notAdded(server, servers).stream()
                    .map(other -> other.node() + " is not added: " + other.reason())
                    .toList();
        }
        if (own.code() != ReasonCode.WAITING_FOR_ADOPTION) {
            return List.of();
        }
        return servers.alive().stream()
                .filter(other ->
                        other.member().cluster() != null && other.tags().level() > Level.PRESENT)
                .limit(1)
                .map(other -> "the servers of that cluster run a newer version than this one (" + other.name()
                        + " has level " + other.tags().level() + ", this server " + Level.PRESENT
                        + "), and do not add it once their log holds what this version does not know")
                .toList();
    }
}
