package io.quorate.operator;

import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import io.quorate.peers.Removal;
import io.quorate.peers.RemovalRefusedException;
import io.quorate.rpc.RpcException;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.Chance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * A raft peer that is removed by hand. Any agent may be asked: the RPC method {@code remove-peer} brings the question to the leader,
 * which knows the peers by name, id and address, and decides. What comes over the server port is carried out only if the agent that is
 * said to ask confirms it. Safe for any thread, never blocks.
 */
public final class PeerRemoval {
    private static final Logger LOG = LoggerFactory.getLogger(PeerRemoval.class);
    /** Name of the method at the RPC port. */
    public static final String METHOD = "remove-peer";

    /** Longer than a leader takes to find out that a peer is silent, and to change the configuration. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final int MAX_MESSAGE = 16 * 1024;
    /** From a client to a server to the leader, and once more when it has just changed. */
    private static final int MAX_HOPS = 3;
    /** Who waits for an answer is a person. */
    private static final int MAX_SERVERS = 3;
    /** Of the operator's requests that wait for their turn. */
    private static final int MAX_WAITING = 64;

    private final AgentParts parts;
    private final Asking asking;
    /** Ends with the last one that waits. */
    private CompletableFuture<Answer> turn = CompletableFuture.completedFuture(Answer.no(Outcome.UNKNOWN_PEER, ""));

    private int waiting;

    public PeerRemoval(AgentParts parts) {
        this.parts = parts;
        asking = new Asking(parts.membership());
    }

    /** How a peer is named. */
    public enum By {
        ID,
        /** Of its server port, {@code ip:port}. */
        ADDRESS,
        /** Its id, else the node name under which it was let in or that gossip knows. */
        NAME_OR_ID
    }

    /**
     * @param hops how many agents passed it on
     * @param asker the agent that passed it on last; absent: nobody did
     */
    public record Question(
            By by,
            String value,
            Removal how,
            int hops,
            @Nullable Asker asker) {
        /** As it was asked of this agent. */
        public Question(By by, String value, Removal how) {
            this(by, value, how, 0, null);
        }

        private Question passedOn(@Nullable Asker by) {
            return new Question(this.by, value, how, hops + 1, by);
        }
    }

    /**
     * Who is said to ask.
     *
     * @param node its name
     * @param id its node id
     * @param request by which it knows what it asks
     */
    public record Asker(String node, String id, UUID request) {}

    /** What came of it; nothing was changed but by {@link #REMOVED}, and perhaps by {@link #UNCERTAIN}. */
    public enum Outcome {
        REMOVED,
        /** The configuration has no such peer. */
        UNKNOWN_PEER,
        REFUSED,
        /** Only a silent peer was to be removed, and it answers. */
        ALIVE,
        NO_LEADER,
        UNCERTAIN
    }

    /**
     * @param serverId of the peer; absent when none was found
     * @param reason for people; empty when it was removed
     */
    public record Answer(
            Outcome outcome,
            @Nullable String serverId,
            @Nullable String node,
            String reason) {
        private static Answer no(Outcome outcome, String reason) {
            return new Answer(outcome, null, null, reason);
        }
    }

    /** As an operator asked this agent. Never completes exceptionally. */
    public CompletionStage<Answer> ask(Question question) {
        AgentParts.ServerParts server = parts.server();
        if (server != null && server.consensus().status().isLeader()) {
            return decide(question);
        }
        if (question.hops() >= MAX_HOPS) {
            return done(Answer.no(Outcome.NO_LEADER, "the leader changed meanwhile: ask again"));
        }
        List<Endpoint> to = server == null
                ? parts.servers().servers()
                : parts.servers().leader().map(List::of).orElse(List.of());
        if (to.isEmpty()) {
            return done(Answer.no(
                    Outcome.NO_LEADER,
                    server == null ? "no server is known to this client" : "there is no leader that could do it"));
        }
        return passOn(question, to);
    }

    private CompletionStage<Answer> passOn(Question question, List<Endpoint> to) {
        return question.how() == Removal.SILENT ? inTurn(question, to) : passOnNow(question, to);
    }

    /** Scripts force many agents to leave at once, and an agent shows one request at a time. */
    private synchronized CompletionStage<Answer> inTurn(Question question, List<Endpoint> to) {
        if (waiting >= MAX_WAITING) {
            return done(Answer.no(Outcome.REFUSED, "busy: " + waiting + " others are being forced to leave"));
        }
        waiting++;
        CompletableFuture<Answer> mine = turn.handle((before, failure) -> before)
                .thenCompose(before -> passOnNow(question, to))
                .whenComplete((answer, failure) -> waited());
        turn = mine;
        return mine;
    }

    private synchronized void waited() {
        waiting--;
    }

    private CompletionStage<Answer> passOnNow(Question question, List<Endpoint> to) {
        UUID request = Chance.uuid(Chance.secure());
        if (!parts.control().beginRequest(request)) {
            return done(
                    Answer.no(Outcome.REFUSED, "this agent is asking for another removal: try again when it is over"));
        }
        try {
            AgentParts.Identity self = parts.identity();
            Asker asker = new Asker(self.name().value(), self.id().toString(), request);
            return ask(question.passedOn(asker), to, 0)
                    .whenComplete((answer, failure) -> parts.control().endRequest(request));
        } catch (RuntimeException | Error e) {
            parts.control().endRequest(request);
            throw e;
        }
    }

    private CompletionStage<Answer> ask(Question question, List<Endpoint> to, int next) {
        boolean last = next + 1 >= Math.min(to.size(), MAX_SERVERS);
        return parts.rpc()
                .call(to.get(next), METHOD, NativeJson.write(question, false), LIMIT)
                .thenApply(PeerRemoval::decode)
                .handle((answer, error) -> {
                    if (error == null) {
                        return done(answer);
                    }
                    boolean notSent =
                            cause(error) instanceof RpcException rpc && rpc.kind() == RpcException.Kind.NOT_SENT;
                    if (notSent && !last) {
                        return ask(question, to, next + 1);
                    }
                    return done(Answer.no(
                            notSent ? Outcome.NO_LEADER : Outcome.UNCERTAIN,
                            "no answer from " + to.get(next) + ": "
                                    + cause(error).getMessage()));
                })
                .thenCompose(answer -> answer);
    }

    /** Answers on a server. */
    public RpcHandler handler() {
        return request -> {
            Question question;
            try {
                question = read(request, Question.class);
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(e);
            }
            return isConfirmed(question)
                    .thenCompose(confirmed -> confirmed ? ask(question) : done(unconfirmed(question)))
                    .thenApply(answer -> NativeJson.write(answer, false));
        };
    }

    /** Also of a silent peer: that it is down is no reason to take its vote, an operator's word is. */
    private CompletionStage<Boolean> isConfirmed(Question question) {
        Asker asker = question.asker();
        return asker == null ? CompletableFuture.completedFuture(false) : asking.confirms(asker);
    }

    private static Answer unconfirmed(Question question) {
        LOG.atWarn()
                .addKeyValue("how", question.how())
                .log("not removed: the agent that is said to ask for it does not confirm it");
        return Answer.no(
                Outcome.REFUSED,
                "the agent that passed this on does not confirm that it was asked to: nothing was removed");
    }

    /** On the leader. Never completes exceptionally. */
    private CompletionStage<Answer> decide(Question question) {
        AgentParts.ServerParts server = parts.server();
        if (server == null) {
            return done(Answer.no(Outcome.NO_LEADER, "this agent is no server"));
        }
        ShownServers servers = ShownServers.of(parts);
        List<ServerId> found = find(question, server, servers);
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

    private static List<ServerId> find(Question question, AgentParts.ServerParts server, ShownServers servers) {
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
        AgentParts.ServerParts server = parts.server();
        return (server != null && server.founding().view().self().equals(id))
                || servers.find(id).map(ServerRoster.Server::isAlive).orElse(false);
    }

    private static Answer decode(byte[] answer) {
        return read(answer, Answer.class);
    }

    private static <T> T read(byte[] bytes, Class<T> type) {
        if (bytes.length > MAX_MESSAGE) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes about a removal");
        }
        try {
            return Objects.requireNonNull(NativeJson.mapper().readValue(bytes, type));
        } catch (JacksonException | NullPointerException e) {
            throw new IllegalArgumentException("not a message about a removal", e);
        }
    }

    private static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static CompletionStage<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
