package io.quorate.answer;

import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.store.StateReader;
import io.quorate.store.StateUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Answers reads from this server's own state: as fresh as asked, from what is kept, and later where the terms say wait. */
final class Reads {
    private final StateReader state;
    private final Confirmation lease;
    private final Confirmation safe;
    private final Kept kept;
    private final Answers answers;

    Reads(StateReader state, Confirmation lease, Confirmation safe, Kept kept, Answers answers) {
        this.state = state;
        this.lease = lease;
        this.safe = safe;
        this.kept = kept;
        this.answers = answers;
    }

    /** Ends once this server, as the leader, has applied all that was committed when it was asked: a majority confirms it. */
    CompletableFuture<Confirmation.Outcome> sure() {
        return safe.ask().sure();
    }

    private record Indexed<A>(Seen<A> seen, long lookedUp) {}

    /** Told once. Must not block. */
    interface Ends<A> {
        void read(Kept.Read<A> read);

        /** The leader has to answer: this server would be late. */
        void late();

        /** By what the log or the database says, or a mistake of the question. */
        void failed(Throwable failure);
    }

    /** One read on its way. */
    final class One<Q, A> {
        private final Operation<Q, A> operation;
        private final Offer.Reading<Q, A> reading;
        private final Q question;
        private final Terms terms;
        private final Ends<A> ends;
        private final long deadlineNanos;

        /** @param deadlineNanos of its wait */
        One(
                Operation<Q, A> operation,
                Offer.Reading<Q, A> reading,
                Q question,
                Terms terms,
                long deadlineNanos,
                Ends<A> ends) {
            this.operation = operation;
            this.reading = reading;
            this.question = question;
            this.terms = terms;
            this.ends = ends;
            this.deadlineNanos = deadlineNanos;
        }

        /** After the leader has confirmed how far this server must have applied. */
        void confirmed() {
            confirmed(answers.pool);
        }

        private void confirmed(Executor executor) {
            Confirmation confirmation = terms.mode() == Mode.CONSISTENT ? safe : lease;
            Confirmation.Round round = confirmation.ask();
            whenConfirmed(executor, round.soon(), () -> {
                // A leader of an older version cannot read it for us.
                if (answers.parts.servers().isLeader() || !answers.isKnownToLeader(operation)) {
                    whenConfirmed(executor, round.sure(), () -> {});
                } else {
                    ends.late();
                }
            });
        }

        private void whenConfirmed(
                Executor executor, CompletableFuture<Confirmation.Outcome> confirmed, Runnable late) {
            Failures.whenDone(confirmed, Duty.HELPFUL, "read", (outcome, failure) -> {
                if (failure != null) {
                    ends.failed(failure);
                } else if (outcome == Confirmation.Outcome.CURRENT) {
                    now(executor);
                } else {
                    late.run();
                }
            });
        }

        /** From what this server has. */
        void now() {
            now(answers.pool);
        }

        private void now(Executor executor) {
            Kept.Read<A> read = kept.find(operation, question);
            if (read != null) {
                found(read);
                return;
            }
            try {
                executor.execute(this::readState);
            } catch (RejectedExecutionException e) {
                ends.failed(e);
            }
        }

        private void readState() {
            Kept.Read<A> read;
            try {
                long generation = state.generation();
                StateReader.Snapshot<Indexed<A>> snapshot = state.read(connection -> {
                    Seen<A> seen = reading.read(question, connection);
                    return new Indexed<>(
                            seen, seen.changed().isLookedUp() ? state.changed(seen.topics(), connection) : 0);
                });
                Seen<A> seen = snapshot.value().seen();
                Changed.Indexes indexes =
                        seen.changed().at(snapshot.index(), snapshot.value().lookedUp(), state.changed(seen.topics()));
                read = new Kept.Read<>(seen, indexes.last(), indexes.told(), snapshot.index(), new Answer.Rendering());
                kept.keep(operation, question, generation, read);
            } catch (RuntimeException | Error e) {
                ends.failed(e);
                if (e instanceof Error error) {
                    throw error;
                }
                return;
            }
            found(read);
        }

        private void found(Kept.Read<A> read) {
            long leftNanos = deadlineNanos - answers.ticker.nanos();
            if (!terms.waits() || Math.max(1, read.index()) > terms.index() || leftNanos <= 0) {
                ends.read(read);
                return;
            }
            try {
                Failures.whenDone(
                        state.await(read.seen().topics(), read.at(), Duration.ofNanos(leftNanos)),
                        Duty.HELPFUL,
                        "waiting read",
                        this::woken);
            } catch (StateUnavailableException e) {
                ends.failed(e);
            }
        }

        /**
         * A change is what was waited for, so it is read at once. Without one the time is up, and what this server has may be old: it
         * may have been cut off all the while.
         */
        private void woken(@Nullable Boolean changed, @Nullable Throwable failure) {
            if (failure != null) {
                ends.failed(failure);
            } else if (Boolean.TRUE.equals(changed) || terms.mode() == Mode.STALE) {
                now(answers.woken);
            } else {
                confirmed(answers.woken);
            }
        }
    }
}
