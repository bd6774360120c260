package io.quorate.operator;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Level;
import io.quorate.membership.ServerRoster;
import java.util.ArrayList;
import java.util.List;

/** Servers that a cluster does not add because their version does not know what is in its log. */
final class TooOld {
    private static final String STEP = "upgrade the agent on the server that is not added: then it is added by itself";

    private TooOld() {}

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
        Founding.View view = server.founding().view();
        RaftStatus raft = server.consensus().status();
        List<String> texts = new ArrayList<>();
        for (ServerRoster.Server other : ShownServers.of(parts).alive()) {
            if (view.cluster() == null) {
                boolean waits = own.code() == Why.Code.WAITING_FOR_ADOPTION
                        && other.member().cluster() != null
                        && other.tags().level() > Level.PRESENT;
                if (waits && texts.isEmpty()) {
                    texts.add("the servers of that cluster run a newer version than this one (" + other.name()
                            + " has level " + other.tags().level() + ", this server " + Level.PRESENT
                            + "), and do not add it once their log holds what this version does not know");
                }
            } else if (!raft.voters().contains(other.id()) && !raft.learners().contains(other.id())) {
                server.consensus()
                        .tooOld(other.id())
                        .ifPresent(why -> texts.add(other.name() + " is not added: " + why));
            }
        }
        return texts;
    }
}
