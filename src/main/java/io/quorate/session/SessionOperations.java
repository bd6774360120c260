package io.quorate.session;

import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.answer.Seen;
import io.quorate.catalog.NodeChecks;
import io.quorate.codec.Form;
import io.quorate.consensus.CommandFamily;
import io.quorate.http.GoDuration;
import io.quorate.runtime.Chance;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of sessions.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/session">Consul's session API</a>
 */
public final class SessionOperations {
    /** What a TTL may be at most. */
    public static final Duration LONGEST_TTL = Duration.ofHours(24);

    private static final int MAX_SESSIONS = 1_000_000;
    /** What a row takes in memory, about. */
    private static final int ROW_BYTES = 512;

    private static final UUID NO_ID = new UUID(0, 0);
    private static final Form<List<SessionRow>> ROWS = SessionForms.ROW.listOf(MAX_SESSIONS);
    private static final Form<Of> OF = Form.of((question, out) -> out.uuid(question.id()), in -> new Of(in.uuid()));

    /** Makes a session; refused when its node or a check of it is not in order, or its TTL out of bounds. */
    public static final Operation<Wanted, UUID> CREATE = Operation.writes(
            "session.create",
            Form.of(
                    (question, out) -> out.value(question.session(), SessionForms.SESSION),
                    in -> new Wanted(in.value(SessionForms.SESSION))),
            SessionForms.ID);

    /** Ends a session with all that hangs on it; an unknown one is no error. */
    public static final Operation<Of, Ended> DESTROY = Operation.writes("session.destroy", OF, Form.empty(new Ended()));

    /** Gives a session its full time again. Empty when there is none of that id. */
    public static final Operation<Of, List<SessionRow>> RENEW = Operation.writes("session.renew", OF, ROWS);

    /** The session of that id, or nothing. */
    public static final Operation<Of, List<SessionRow>> INFO =
            Operation.reads("session.info", Operation.Place.LEADER, OF, ROWS);

    /** Sessions of a node, by id. */
    public static final Operation<OfNode, List<SessionRow>> NODE = Operation.reads(
            "session.node",
            Operation.Place.LEADER,
            Form.of((question, out) -> out.text(question.node()), in -> new OfNode(in.text())),
            ROWS);

    /** All sessions, by id. */
    public static final Operation<All, List<SessionRow>> LIST =
            Operation.reads("session.list", Operation.Place.LEADER, Form.empty(new All()), ROWS);

    private SessionOperations() {}

    /** @param session of an id that is of no meaning: whoever proposes it chooses one */
    public record Wanted(Session session) {
        /**
         * @param lockDelay 0 or more
         * @param life what the TTL says; zero: none
         */
        public Wanted(
                String name,
                String node,
                Duration lockDelay,
                Session.Behavior behavior,
                String ttl,
                Duration life,
                @Nullable List<String> nodeChecks,
                @Nullable List<Session.ServiceCheck> serviceChecks) {
            this(new Session(NO_ID, name, node, lockDelay, behavior, ttl, life, nodeChecks, serviceChecks));
        }
    }

    /** One session. */
    public record Of(UUID id) {}

    /** @param node in whichever case */
    public record OfNode(String node) {}

    /** Whichever sessions there are. */
    public record All() {}

    /** It is not there any more. */
    public record Ended() {}

    /**
     * What a server answers of them.
     *
     * @param shortestTtl what a TTL must be at least
     */
    public static List<Offer<?, ?>> offers(SessionKeeper keeper, Duration shortestTtl, RandomGenerator chance) {
        return List.of(
                Offer.writes(
                        CREATE,
                        question -> create(question.session(), shortestTtl, chance),
                        result -> UUID.fromString(done(result).text())),
                Offer.writes(DESTROY, question -> new SessionCommand.Destroy(question.id()), result -> {
                    var unused = done(result);
                    return new Ended();
                }),
                Offer.does(
                        RENEW,
                        question -> keeper.renew(question.id())
                                .thenApply(row -> row.map(List::of).orElseGet(List::of))),
                Offer.reads(INFO, SessionOperations::info),
                Offer.reads(NODE, SessionOperations::ofNode),
                Offer.reads(
                        LIST, (question, connection) -> seen(SessionTables.all(connection), SessionTopics.SESSIONS)));
    }

    private static SessionCommand create(Session wanted, Duration shortestTtl, RandomGenerator chance) {
        Duration life = wanted.life();
        if (!life.isZero() && (life.compareTo(shortestTtl) < 0 || life.compareTo(LONGEST_TTL) > 0)) {
            throw new AskException(
                    AskException.Kind.REFUSED,
                    "Invalid Session TTL '" + life.toNanos() + "', must be between [" + GoDuration.text(shortestTtl)
                            + "=" + GoDuration.text(LONGEST_TTL) + "]");
        }
        return new SessionCommand.Create(new Session(
                Chance.uuid(chance),
                wanted.name(),
                wanted.node(),
                wanted.lockDelay(),
                wanted.behavior(),
                wanted.ttl(),
                life,
                wanted.nodeChecks(),
                wanted.serviceChecks()));
    }

    private static CommandFamily.Result done(CommandFamily.Result result) {
        if (!result.done()) {
            throw new AskException(AskException.Kind.REFUSED, result.text());
        }
        return result;
    }

    private static Seen<List<SessionRow>> info(Of question, Connection connection) throws SQLException {
        SessionRow row = SessionTables.find(connection, question.id());
        return seen(row == null ? List.of() : List.of(row), SessionTopics.session(question.id()));
    }

    private static Seen<List<SessionRow>> ofNode(OfNode question, Connection connection) throws SQLException {
        Optional<NodeChecks> node = NodeChecks.of(connection, question.node());
        // A session is a registered node's: with the node it ends.
        List<SessionRow> rows = node.isEmpty()
                ? List.of()
                : SessionTables.ofNode(connection, node.get().node());
        return seen(rows, SessionTopics.ofNode(question.node()));
    }

    private static Seen<List<SessionRow>> seen(List<SessionRow> rows, Topic topic) {
        return new Seen<>(rows, Set.of(topic), ROW_BYTES * (1 + rows.size()));
    }
}
