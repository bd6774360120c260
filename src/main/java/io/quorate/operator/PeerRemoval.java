package io.quorate.operator;

import io.quorate.answer.AskException;
import io.quorate.answer.Asking;
import io.quorate.answer.Operation;
import io.quorate.answer.Patience;
import io.quorate.answer.Terms;
import io.quorate.kernel.Plain;
import io.quorate.peers.Removal;
import io.quorate.runtime.Chance;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A raft peer that is removed by hand. Any agent may be asked: {@link #REMOVE} brings the question to the leader, which decides. What
 * comes over the server port is carried out only if the agent that is said to ask confirms it. Safe for any thread, never blocks.
 */
public final class PeerRemoval {
    /** Removes a peer, on behalf of the agent that an operator asked. */
    public static final Operation<Request, Answer> REMOVE = Operation.writes(
                    "operator.remove-peer", RemovalForms.REQUEST, RemovalForms.ANSWER)
            // To ask back, to find out that a peer is silent, and to change the configuration.
            .taking(Duration.ofSeconds(25));

    /** Whoever removes a peer does so while something is wrong: he is told at once when nobody leads. */
    private static final Terms TERMS = Terms.DEFAULT.with(Patience.NONE);

    /** Of the operator's requests that wait for their turn. */
    private static final int MAX_WAITING = 64;

    private final AgentParts parts;
    private final Asking asking;
    /** Absent on a client. */
    private final @Nullable LeaderRemoval here;
    /** Ends with the last one that waits. */
    private CompletableFuture<Answer> turn = CompletableFuture.completedFuture(Answer.no(Outcome.UNKNOWN_PEER, ""));

    private int waiting;

    public PeerRemoval(AgentParts parts, Asking asking) {
        this.parts = parts;
        this.asking = asking;
        AgentParts.ServerParts server = parts.server();
        here = server == null ? null : new LeaderRemoval(parts, server);
    }

    /** How a peer is named. */
    public enum By {
        ID,
        /** Of its server port, {@code ip:port}. */
        ADDRESS,
        /** Its id, else the node name under which it was let in or that gossip knows. */
        NAME_OR_ID
    }

    /** What an operator wants removed. */
    public record Question(By by, String value, Removal how) {}

    /**
     * Who is said to ask.
     *
     * @param node its name
     * @param id its node id
     * @param request by which it knows what it asks
     */
    public record Asker(String node, String id, UUID request) {}

    /** As it travels. */
    public record Request(Question question, Asker asker) {}

    /** What came of it; nothing was changed but by {@link #REMOVED}, and perhaps by {@link #UNCERTAIN}. */
    public enum Outcome {
        REMOVED,
        /** The configuration has no such peer. */
        UNKNOWN_PEER,
        REFUSED,
        /** Only a silent peer was to be removed, and it answers. */
        ALIVE,
        NO_LEADER,
        UNCERTAIN,
        /** Too many are under way at this agent or at the leader: it may be asked for again later. */
        BUSY
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
        static Answer no(Outcome outcome, String reason) {
            return new Answer(outcome, null, null, reason);
        }
    }

    /** As an operator asked this agent. Never completes exceptionally. */
    public CompletionStage<Answer> ask(Question question) {
        AgentParts.ServerParts server = parts.server();
        if (here != null && server != null && server.consensus().status().isLeader()) {
            // Nobody else is asked, so that nobody has to confirm it, and any number may be under way.
            return here.decide(question);
        }
        return question.how() == Removal.SILENT ? inTurn(question) : askLeader(question);
    }

    /** Scripts force many agents to leave at once, and an agent shows one request at a time. */
    private synchronized CompletionStage<Answer> inTurn(Question question) {
        if (waiting >= MAX_WAITING) {
            return done(Answer.no(Outcome.BUSY, waiting + " others are being forced to leave"));
        }
        waiting++;
        CompletableFuture<Answer> mine = turn.handle((before, failure) -> before)
                .thenCompose(before -> askLeader(question))
                .whenComplete((answer, failure) -> waited());
        turn = mine;
        return mine;
    }

    private synchronized void waited() {
        waiting--;
    }

    private CompletionStage<Answer> askLeader(Question question) {
        UUID request = Chance.uuid(Chance.secure());
        if (!parts.control().beginRequest(request)) {
            return done(Answer.no(Outcome.BUSY, "this agent is asking for another removal: try again when it is over"));
        }
        try {
            AgentParts.Identity self = parts.identity();
            Asker asker = new Asker(self.name().value(), self.id().toString(), request);
            return asking.ask(REMOVE, new Request(question, asker), TERMS)
                    .handle((answer, failure) -> failure == null ? answer.value() : notAnswered(failure))
                    .whenComplete((answer, failure) -> parts.control().endRequest(request));
        } catch (RuntimeException | Error e) {
            parts.control().endRequest(request);
            throw e;
        }
    }

    private static Answer notAnswered(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String reason = Plain.reason(cause);
        if (!(cause instanceof AskException asked)) {
            return Answer.no(Outcome.UNCERTAIN, reason);
        }
        return switch (asked.kind()) {
            case NO_LEADER, NO_SERVER, NOT_COMMITTED -> Answer.no(Outcome.NO_LEADER, reason);
            case BUSY -> Answer.no(Outcome.BUSY, reason);
            case SENSELESS, REFUSED, TOO_LARGE, NOT_UNDERSTOOD -> Answer.no(Outcome.REFUSED, reason);
            case OUTCOME_UNKNOWN, FAILED ->
                Answer.no(Outcome.UNCERTAIN, "it is not known whether it was removed, see the peers: " + reason);
        };
    }

    private static CompletionStage<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
