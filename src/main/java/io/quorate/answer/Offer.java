package io.quorate.answer;

import io.quorate.consensus.Command;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * An operation, and how a server that may answer it does so. Given to {@link Answers} once, at start; on a client there is none.
 *
 * @param <Q> a question
 * @param <A> an answer
 */
public final class Offer<Q, A> {
    private final Operation<Q, A> operation;
    private final Work<Q, A> work;

    private Offer(Operation<Q, A> operation, Work<Q, A> work) {
        this.operation = operation;
        this.work = work;
    }

    /** Read from the replicated state; may be kept, and waited for. */
    public static <Q, A> Offer<Q, A> reads(Operation<Q, A> operation, Reading<Q, A> reading) {
        return new Offer<>(operation, new Reads<>(reading));
    }

    /**
     * One command of the replicated log: no operation is more than one, so that nothing is ever half done.
     *
     * @param command what the question comes to; throws {@link AskException} when it makes no sense
     * @param answer what the command's result comes to
     */
    public static <Q, A, T> Offer<Q, A> writes(
            Operation<Q, A> operation, Function<Q, ? extends Command<T>> command, Function<T, A> answer) {
        return writesUnless(operation, question -> Optional.empty(), command, answer);
    }

    /**
     * The same where there may be an answer that needs no command, because of what only the leader knows: how much time has passed, say.
     *
     * @param already asked on the leader, each time before the command is proposed; must not block
     */
    public static <Q, A, T> Offer<Q, A> writesUnless(
            Operation<Q, A> operation,
            Function<Q, Optional<A>> already,
            Function<Q, ? extends Command<T>> command,
            Function<T, A> answer) {
        return new Offer<>(operation, new Writes<>(already, command, answer));
    }

    /** Anything else: what the server itself knows or does. Called on a thread that may wait for a disk, not for the network. */
    public static <Q, A> Offer<Q, A> does(Operation<Q, A> operation, Function<Q, CompletionStage<A>> work) {
        return new Offer<>(operation, new Does<>(work));
    }

    /**
     * An answer whose body is a stream, so that it may have any size. The leader gives it once it has made sure that it leads and has
     * applied everything; with {@link Mode#STALE} whoever was asked, whatever it has. Called on a thread that may wait for a disk.
     *
     * @param work throws {@link AskException} when there is nothing to give
     */
    public static <Q, A> Offer<Q, A> streams(Operation<Q, A> operation, Function<Q, Streamed<A>> work) {
        return new Offer<>(operation, new Streams<>(work));
    }

    /** What this server knows without looking anywhere: must not block. */
    public static <Q, A> Offer<Q, A> knows(Operation<Q, A> operation, Function<Q, A> knowledge) {
        return new Offer<>(operation, new Knows<>(knowledge));
    }

    /** A read of one moment of the state. */
    @FunctionalInterface
    public interface Reading<Q, A> {
        /** @throws AskException when the question makes no sense */
        Seen<A> read(Q question, Connection connection) throws SQLException;
    }

    Operation<Q, A> operation() {
        return operation;
    }

    <R> R match(Cases<Q, A, R> cases) {
        return work.match(cases);
    }

    /** One method for each way of answering. */
    interface Cases<Q, A, R> {
        R reads(Reading<Q, A> reading);

        /** @param <T> what the command comes to */
        <T> R writes(
                Function<Q, Optional<A>> already, Function<Q, ? extends Command<T>> command, Function<T, A> answer);

        R does(Function<Q, CompletionStage<A>> work);

        R streams(Function<Q, Streamed<A>> work);

        R knows(Function<Q, A> knowledge);
    }

    private sealed interface Work<Q, A> {
        <R> R match(Cases<Q, A, R> cases);
    }

    private record Reads<Q, A>(Reading<Q, A> reading) implements Work<Q, A> {
        @Override
        public <R> R match(Cases<Q, A, R> cases) {
            return cases.reads(reading);
        }
    }

    private record Writes<Q, A, T>(
            Function<Q, Optional<A>> already, Function<Q, ? extends Command<T>> command, Function<T, A> answer)
            implements Work<Q, A> {
        @Override
        public <R> R match(Cases<Q, A, R> cases) {
            return cases.writes(already, command, answer);
        }
    }

    private record Does<Q, A>(Function<Q, CompletionStage<A>> work) implements Work<Q, A> {
        @Override
        public <R> R match(Cases<Q, A, R> cases) {
            return cases.does(work);
        }
    }

    private record Streams<Q, A>(Function<Q, Streamed<A>> work) implements Work<Q, A> {
        @Override
        public <R> R match(Cases<Q, A, R> cases) {
            return cases.streams(work);
        }
    }

    private record Knows<Q, A>(Function<Q, A> knowledge) implements Work<Q, A> {
        @Override
        public <R> R match(Cases<Q, A, R> cases) {
            return cases.knows(knowledge);
        }
    }
}
