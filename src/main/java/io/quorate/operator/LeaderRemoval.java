package io.quorate.operator;

import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import io.quorate.operator.PeerRemoval.Answer;
import io.quorate.operator.PeerRemoval.By;
import io.quorate.operator.PeerRemoval.Outcome;
import io.quorate.operator.PeerRemoval.Question;
import io.quorate.operator.PeerRemoval.Request;
import io.quorate.peers.Removal;
import io.quorate.peers.RemovalRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the leader does about a {@link PeerRemoval}: it knows the peers by name, id and address, and decides. Safe for any thread. */
final class LeaderRemoval {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderRemoval.class);

    private final AgentParts parts;
    private final AgentParts.ServerParts server;

    LeaderRemoval(AgentParts parts, AgentParts.ServerParts server) {
        this.parts = parts;
        this.server = server;
    }

    /**
     * What was asked of another agent is carried out once that agent confirms it. Also of a silent peer: that it is down is no reason to
     * take its vote, an operator's word is.
     */
    Offer<Request, Answer> offer() {
        AskedBack asker = new AskedBack(parts.membership());
        return Offer.does(
                PeerRemoval.REMOVE,
                request -> asker.confirms(request.asker())
                        .thenCompose(confirmed ->
                                confirmed ? decide(request.question()) : done(unconfirmed(request.question())))
                        .thenApply(LeaderRemoval::told));
    }

    /** Who is too busy says so as for any operation. */
    private static Answer told(Answer answer) {
        if (answer.outcome() == Outcome.BUSY) {
            throw new AskException(AskException.Kind.BUSY, answer.reason());
        }
        return answer;
    }

    private static Answer unconfirmed(Question question) {
        LOG.atWarn()
                .addKeyValue("how", question.how())
                .log("not removed: the agent that is said to ask for it does not confirm it");
        return Answer.no(
                Outcome.REFUSED,
                "the agent that passed this on does not confirm that it was asked to: nothing was removed");
    }

    /** As an operator asked this very agent, or another one that confirmed it. Never completes exceptionally. */
    CompletionStage<Answer> decide(Question question) {
        ShownServers servers = ShownServers.of(parts);
        List<ServerId> found = find(question, servers);
        if (found.isEmpty()) {
            return done(Answer.no(
                    Outcome.UNKNOWN_PEER,
                    "\"" + question.value() + "\" is neither the name nor the id of a raft peer"));
        }
        if (question.how() == Removal.SILENT) {
            // Of two that bear the name, the one that is gone is meant.
            return silentOnes(found, servers, 0, null);
        }
        if (found.size() > 1) {
            String all = found.stream()
                    .map(id -> id + " (" + (isAlive(servers, id) ? "alive" : "not alive") + ")")
                    .collect(Collectors.joining(", "));
            return done(Answer.no(
                    Outcome.REFUSED, "more than one peer is \"" + question.value() + "\", give the id of one: " + all));
        }
        return remove(found.get(0), question.how(), servers);
    }

    private CompletionStage<Answer> silentOnes(
            List<ServerId> found, ShownServers servers, int next, @Nullable Answer before) {
        return remove(found.get(next), Removal.SILENT, servers).thenCompose(answer -> {
            Answer best = before == null || before.outcome() == Outcome.ALIVE ? answer : before;
            return next + 1 < found.size() ? silentOnes(found, servers, next + 1, best) : done(best);
        });
    }

    private CompletionStage<Answer> remove(ServerId id, Removal how, ShownServers servers) {
        String node = servers.name(id).orElse("");
        return parts.control().removePeer(id, how).handle((removed, error) -> {
            if (error == null) {
                return new Answer(Outcome.REMOVED, id.toString(), node, "");
            }
            Throwable cause = cause(error);
            Outcome outcome = Outcome.UNCERTAIN;
            if (cause instanceof RemovalRefusedException refused) {
                outcome = refused.isAlive() ? Outcome.ALIVE : Outcome.REFUSED;
            } else if (cause instanceof ServerBusyException) {
                outcome = Outcome.BUSY;
            } else if (cause instanceof NotCommittedException) {
                outcome = Outcome.NO_LEADER;
            }
            String reason = Plain.reason(cause);
            return new Answer(
                    outcome,
                    id.toString(),
                    node,
                    outcome == Outcome.UNCERTAIN
                            ? "it is not known whether it was removed, see the peers: " + reason
                            : reason);
        });
    }

    private List<ServerId> find(Question question, ShownServers servers) {
        RaftStatus raft = server.consensus().status();
        String value = question.value();
        List<ServerId> peers =
                Stream.concat(raft.voters().stream(), raft.learners().stream()).toList();
        List<ServerId> found = new ArrayList<>();
        for (ServerId id : peers) {
            boolean matches = question.by() == By.ADDRESS
                    ? servers.address(id).equals(value)
                    : id.toString().equalsIgnoreCase(value);
            if (matches) {
                found.add(id);
            }
        }
        if (found.isEmpty() && question.by() == By.NAME_OR_ID) {
            for (ServerId id : peers) {
                NodeName letIn = server.consensus().names().get(id);
                boolean matches = (letIn != null && letIn.value().equals(value))
                        || servers.name(id).orElse("").equals(value);
                if (matches) {
                    found.add(id);
                }
            }
        }
        return found;
    }

    private boolean isAlive(ShownServers servers, ServerId id) {
        return server.founding().view().self().equals(id)
                || servers.find(id).map(ServerRoster.Server::isAlive).orElse(false);
    }

    private static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static CompletionStage<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
