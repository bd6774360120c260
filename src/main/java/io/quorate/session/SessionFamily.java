package io.quorate.session;

import io.quorate.catalog.NodeChecks;
import io.quorate.codec.Form;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The sessions' part of the replicated state. */
public final class SessionFamily implements CommandFamily<SessionCommand, CommandFamily.Result> {
    private static final int TAG = 4;

    private final SessionEnds ends;

    public SessionFamily(SessionEnds ends) {
        this.ends = ends;
    }

    @Override
    public int tag() {
        return TAG;
    }

    @Override
    public Class<SessionCommand> type() {
        return SessionCommand.class;
    }

    @Override
    public Form<SessionCommand> form() {
        return SessionForms.COMMAND;
    }

    @Override
    public Form<Result> results() {
        return Result.FORM;
    }

    @Override
    public List<String> schema() {
        return SessionTables.SCHEMA;
    }

    @Override
    public List<String> tables() {
        return SessionTables.NAMES;
    }

    @Override
    public Result apply(SessionCommand command, Moment at, Connection transaction, Set<Topic> changed)
            throws SQLException {
        SessionRules.Rows rows = command.match(Loads.ALL).from(transaction);
        return command.match(new SessionRules(at, rows))
                .match(new Outcomes(ends, at, transaction, changed))
                .result();
    }

    @Override
    public Set<String> spaces() {
        return Set.of(SessionTopics.IDS, SessionTopics.NODES);
    }

    /**
     * Of one session or one node's: when any of them came or went last. Ended sessions leave nothing behind that could tell more, and
     * Consul answers the same. Who waits is woken by that one alone.
     */
    @Override
    public long changed(Topic topic, Connection transaction) throws SQLException {
        return TopicIndexes.of(transaction, SessionTopics.SESSIONS);
    }

    private interface Load {
        SessionRules.Rows from(Connection transaction) throws SQLException;
    }

    /** Which rows a command is about. */
    private enum Loads implements SessionCommand.Cases<Load> {
        ALL;

        @Override
        public Load create(SessionCommand.Create command) {
            Session session = command.session();
            return transaction -> new SessionRules.Rows(
                    SessionTables.find(transaction, session.id()),
                    NodeChecks.of(transaction, session.node()).orElse(null),
                    null);
        }

        @Override
        public Load destroy(SessionCommand.Destroy command) {
            return of(command.id());
        }

        @Override
        public Load expire(SessionCommand.Expire command) {
            return of(command.id());
        }

        @Override
        public Load reign(SessionCommand.Reign command) {
            return transaction -> new SessionRules.Rows(null, null, null);
        }

        private static Load of(UUID id) {
            return transaction ->
                    new SessionRules.Rows(SessionTables.find(transaction, id), null, SessionTables.reign(transaction));
        }
    }

    private interface Outcome {
        Result result() throws SQLException;
    }

    private record Outcomes(SessionEnds ends, Moment at, Connection transaction, Set<Topic> changed)
            implements SessionChange.Cases<Outcome> {
        @Override
        public Outcome refuse(SessionChange.Refuse refusal) {
            return () -> Result.refused(refusal.text());
        }

        @Override
        public Outcome nothing(SessionChange.Nothing change) {
            return () -> Result.DONE;
        }

        @Override
        public Outcome begin(SessionChange.Begin change) {
            return () -> {
                SessionTables.begin(transaction, change.row(), change.ties(), changed);
                return new Result(true, change.row().session().id().toString());
            };
        }

        @Override
        public Outcome end(SessionChange.End change) {
            return () -> {
                ends.end(change.row(), at, transaction, changed);
                return Result.DONE;
            };
        }

        @Override
        public Outcome crown(SessionChange.Crown change) {
            return () -> {
                SessionTables.crown(transaction, change.reign());
                return Result.DONE;
            };
        }
    }
}
