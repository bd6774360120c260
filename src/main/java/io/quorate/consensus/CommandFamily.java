package io.quorate.consensus;

import io.quorate.codec.Form;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * One feature's commands: their form in the log, what they mean, the tables they mean it in, and what is kept in memory beside these.
 * Forms live as long as the oldest log: tags are never reused, and what is added has a {@link Command#level} of its own.
 *
 * @param <R> what its commands come to, the same on every server
 */
public interface CommandFamily<C extends Command<R>, R> {
    /** First byte of each of its entries: 1 to 127, never reused. */
    int tag();

    Class<C> type();

    /**
     * Its commands as they stand in the log, each behind a number of its own. What is read and not known in full is refused: the node
     * stops rather than guess.
     */
    Form<C> form();

    /** How what its commands come to goes from server to server. */
    Form<R> results();

    /** DDL of its tables, idempotent ({@code CREATE TABLE IF NOT EXISTS}). */
    List<String> schema();

    /** Its tables, in the order in which a snapshot writes and loads them. */
    List<String> tables();

    /**
     * Carries the command out inside the apply transaction. Looks at nothing but command, moment and rows; what follows
     * from them is a result. An exception stops this node. Runs on the state machine's thread.
     *
     * @param changed what the command changed, to be added to
     */
    R apply(C command, Moment at, Connection transaction, Set<Topic> changed) throws SQLException;

    /**
     * The content was opened or exchanged: what is kept in memory is read from the tables, before anybody reads either. On the state
     * machine's thread.
     */
    default void loaded(Connection transaction) throws SQLException {}

    /** What was applied is committed: memory follows, before the index is told to anybody. On the state machine's thread. */
    default void committed() {}

    /** The spaces of keys in which this feature tells its changes; see {@link Topic.Key}. */
    default Set<String> spaces() {
        return Set.of();
    }

    /**
     * When a key of its spaces, or any key that begins so, changed last, as the transaction sees it: from rows and from what is left
     * of those that are gone.
     */
    default long changed(Topic topic, Connection transaction) throws SQLException {
        throw new IllegalArgumentException("nobody keeps " + topic);
    }

    /**
     * What the commands of a family come to that need no more than this.
     *
     * @param done false: a condition of the command did not hold, nothing changed
     * @param text detail in the feature's own words, often empty
     */
    record Result(boolean done, String text) {
        public static final Result DONE = new Result(true, "");
        public static final Form<Result> FORM = Form.of(
                (result, out) -> out.flag(result.done()).text(result.text()), in -> new Result(in.flag(), in.text()));

        public static Result refused(String text) {
            return new Result(false, text);
        }
    }
}
