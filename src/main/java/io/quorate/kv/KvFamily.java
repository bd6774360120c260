package io.quorate.kv;

import io.quorate.codec.Form;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.session.Sessions;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The keys' part of the replicated state. */
public final class KvFamily implements CommandFamily<KvCommand, CommandFamily.Result> {
    private static final int TAG = 5;

    private final Living sessions;

    public KvFamily() {
        this((session, transaction) -> Sessions.find(transaction, session).isPresent());
    }

    KvFamily(Living sessions) {
        this.sessions = sessions;
    }

    /** Which sessions there are. */
    @FunctionalInterface
    interface Living {
        boolean has(UUID session, Connection transaction) throws SQLException;
    }

    @Override
    public int tag() {
        return TAG;
    }

    @Override
    public Class<KvCommand> type() {
        return KvCommand.class;
    }

    @Override
    public Form<KvCommand> form() {
        return KvCodec.FORM;
    }

    @Override
    public Form<Result> results() {
        return Result.FORM;
    }

    @Override
    public List<String> schema() {
        return KvTables.SCHEMA;
    }

    @Override
    public List<String> tables() {
        return KvTables.NAMES;
    }

    @Override
    public Set<String> spaces() {
        return Set.of(KvTopics.SPACE);
    }

    @Override
    public Result apply(KvCommand command, Moment at, Connection transaction, Set<Topic> changed) throws SQLException {
        Subject subject = command.match(Subject.OF);
        KvEntry current = subject.key() == null ? null : KvTables.entry(transaction, subject.key());
        boolean isSession = subject.session() != null && sessions.has(subject.session(), transaction);
        return command.match(new KvRules(at, current, isSession))
                .match(new Outcomes(at, transaction, changed))
                .result();
    }

    @Override
    public long changed(Topic topic, Connection transaction) throws SQLException {
        return topic.match(LastChange.OF).in(transaction);
    }

    /**
     * Which rows a command is about.
     *
     * @param session that must be there; absent where none must
     */
    private record Subject(@Nullable String key, @Nullable UUID session) {
        static final KvCommand.Cases<Subject> OF = new KvCommand.Cases<>() {
            @Override
            public Subject put(KvCommand.Put command) {
                return new Subject(command.key(), null);
            }

            @Override
            public Subject checkAndSet(KvCommand.CheckAndSet command) {
                return new Subject(command.key(), null);
            }

            @Override
            public Subject lock(KvCommand.Lock command) {
                return new Subject(command.key(), command.session());
            }

            /** Who holds the lock is enough to know. */
            @Override
            public Subject unlock(KvCommand.Unlock command) {
                return new Subject(command.key(), null);
            }

            @Override
            public Subject delete(KvCommand.Delete command) {
                return new Subject(command.key(), null);
            }

            @Override
            public Subject checkAndDelete(KvCommand.CheckAndDelete command) {
                return new Subject(command.key(), null);
            }

            @Override
            public Subject deleteTree(KvCommand.DeleteTree command) {
                return new Subject(null, null);
            }

            @Override
            public Subject reap(KvCommand.Reap command) {
                return new Subject(null, null);
            }
        };
    }

    private interface Outcome {
        Result result() throws SQLException;
    }

    private record Outcomes(Moment at, Connection transaction, Set<Topic> changed) implements KvChange.Cases<Outcome> {
        @Override
        public Outcome nothing(KvChange.Nothing change) {
            return change::result;
        }

        @Override
        public Outcome write(KvChange.Write change) {
            return () -> {
                KvTables.write(transaction, change.before(), change.entry());
                return done(KvTopics.key(change.entry().key()));
            };
        }

        @Override
        public Outcome drop(KvChange.Drop change) {
            return () -> {
                KvTables.delete(transaction, change.before(), at);
                return done(KvTopics.key(change.before().key()));
            };
        }

        @Override
        public Outcome dropTree(KvChange.DropTree change) {
            return () -> KvTables.delete(transaction, KvRange.under(change.prefix()), at)
                    ? done(KvTopics.prefix(change.prefix()))
                    : Result.DONE;
        }

        /** What is forgotten is gone all the same: nobody sees a difference. */
        @Override
        public Outcome reap(KvChange.Reap change) {
            return () -> {
                KvTables.reap(transaction, change.upTo(), change.most());
                return Result.DONE;
            };
        }

        private Result done(Topic topic) {
            changed.add(topic);
            changed.add(KvTopics.ANY);
            return Result.DONE;
        }
    }
}
