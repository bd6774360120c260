package io.quorate.answer;

import io.quorate.codec.MalformedException;
import io.quorate.consensus.Command;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.NotUnderstoodException;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcException;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One question on its way. */
final class Asked<Q, A> implements Held.Question {
    /** A client, a follower, a leader, and twice again when leadership moves on the way. */
    private static final int MAX_HOPS = 4;

    /** A server that was asked for so long had the question, and is not one that takes and drops each. */
    private static final Duration WAITED = Duration.ofSeconds(1);

    private static final String NO_LEADER = "there is no leader";
    private static final String NO_SERVERS = "no server is known to this client";

    private final Answers answers;
    private final Operation<Q, A> operation;
    private final @Nullable Offer<Q, A> offer;
    private final Q question;
    private final Terms terms;
    private final int hops;
    private final Duration hold;
    private volatile long holdUntilNanos;
    /** However often it is tried, and wherever: nobody waits twice as long as was asked. */
    private final long waitUntilNanos;

    private final CompletableFuture<Answer<A>> result;
    /** Servers that a client has tried since it began, or began again. */
    private int tried;
    /** Servers that refused because they do not know the operation. */
    private int unknowing;

    /** Where it is now, while it is asked of another server; whoever takes it out decides what follows. */
    private final AtomicReference<@Nullable Calling> calling = new AtomicReference<>();

    /**
     * @param began on the ticker
     * @param notDone what follows when it is certain that nothing happened, or may happen twice
     */
    private record Calling(Endpoint to, long began, Consumer<AskException> notDone) {}

    private volatile AskException lastFailure = new AskException(AskException.Kind.NO_LEADER, NO_LEADER);

    /** @param offer absent where this agent cannot answer it */
    Asked(
            Answers answers,
            Operation<Q, A> operation,
            @Nullable Offer<Q, A> offer,
            Q question,
            Terms terms,
            int hops,
            Duration hold,
            CompletableFuture<Answer<A>> result) {
        this.answers = answers;
        this.operation = operation;
        this.offer = offer;
        this.question = question;
        this.terms = terms;
        this.hops = hops;
        long now = answers.ticker.nanos();
        this.hold = hold;
        this.holdUntilNanos = now + hold.toNanos();
        this.waitUntilNanos = now + terms.waitTime().toNanos();
        this.result = result;
    }

    /** Never throws: what fails is the answer. */
    void attempt() {
        if (result.isDone()) {
            return;
        }
        try {
            place();
        } catch (RuntimeException e) {
            fail(e);
        } catch (Error e) {
            fail(e);
            throw e;
        }
    }

    private void place() {
        AnswerParts parts = answers.parts;
        if (!parts.servers().isServer()) {
            atServer();
            return;
        }
        if (!terms.datacenter().isEmpty()
                && !terms.datacenter().equals(parts.datacenter().value())) {
            throw new AskException(AskException.Kind.REFUSED, "No path to datacenter");
        }
        if (offer == null) {
            throw new AskException(AskException.Kind.REFUSED, "this server does not serve " + operation);
        }
        offer.match(new Here()).run();
    }

    /** What a server does about it. */
    private final class Here implements Offer.Cases<Q, A, Runnable> {
        @Override
        public Runnable reads(Offer.Reading<Q, A> reading) {
            Reads.One<Q, A> read = state().new One<>(operation, reading, question, terms, waitUntilNanos, new OfRead());
            if (operation.place() == Operation.Place.SERVER || mayBeStale()) {
                return read::now;
            }
            return read::confirmed;
        }

        @Override
        public <T> Runnable writes(
                Function<Q, Optional<A>> already, Function<Q, ? extends Command<T>> command, Function<T, A> answer) {
            return () -> atLeader(() -> already.apply(question)
                    .ifPresentOrElse(known -> done(known, null), () -> append(command.apply(question), answer)));
        }

        private <T> void append(Command<T> command, Function<T, A> answer) {
            then(server().log().append(command), (result, failure) -> {
                if (failure == null) {
                    done(answer.apply(Objects.requireNonNull(result)), null);
                } else {
                    notTaken(failure);
                }
            });
        }

        @Override
        public Runnable does(Function<Q, CompletionStage<A>> work) {
            return placed(() -> answers.pool.execute(() -> {
                try {
                    then(work.apply(question), Asked.this::done);
                } catch (RuntimeException e) {
                    done(null, e);
                }
            }));
        }

        @Override
        public Runnable streams(Function<Q, Streamed<A>> work) {
            Runnable open = () -> answers.pool.execute(() -> {
                try {
                    opened(openStreams().open(() -> work.apply(question)));
                } catch (RuntimeException e) {
                    notTaken(e);
                }
            });
            if (terms.mode() == Mode.STALE) {
                return open;
            }
            return () -> atLeader(() -> then(state().sure(), (outcome, failure) -> {
                if (failure == null) {
                    open.run();
                } else {
                    notTaken(failure);
                }
            }));
        }

        @Override
        public Runnable knows(Function<Q, A> knowledge) {
            return placed(() -> done(knowledge.apply(question), null));
        }

        private Runnable placed(Runnable here) {
            boolean anywhere = operation.place() == Operation.Place.SERVER || (operation.isRead() && mayBeStale());
            return anywhere ? here : () -> atLeader(here);
        }
    }

    private Reads state() {
        Reads reads = answers.reads;
        if (reads == null) {
            throw new IllegalStateException(operation + " is answered where there is no state");
        }
        return reads;
    }

    private OpenStreams openStreams() {
        OpenStreams streams = answers.streams;
        if (streams == null) {
            throw new IllegalStateException(operation + " is streamed where nothing is served");
        }
        return streams;
    }

    private AnswerParts.Server server() {
        AnswerParts.Server server = answers.parts.server();
        if (server == null) {
            throw new IllegalStateException(operation + " is answered where there is no log");
        }
        return server;
    }

    /** A server that never had a leader has nothing that could be called stale. */
    private boolean mayBeStale() {
        Placement servers = answers.parts.servers();
        if (terms.mode() != Mode.STALE || !servers.everHadLeader()) {
            return false;
        }
        Duration bound = terms.maxStale();
        // How old it is is not known: too old.
        long contactMs = servers.lastContactMs();
        return bound.isZero() || (contactMs >= 0 && contactMs <= bound.toMillis());
    }

    private final class OfRead implements Reads.Ends<A> {
        @Override
        public void read(Kept.Read<A> read) {
            complete(answer(read.seen().value(), read.told(), read.rendering()));
        }

        /** Should it lead by now, it asks the others itself. */
        @Override
        public void late() {
            atLeader(Asked.this::attempt);
        }

        @Override
        public void failed(Throwable failure) {
            notTaken(failure);
        }
    }

    private void opened(OpenStreams.Opened<A> opened) {
        answers.held.answered();
        Answer<A> answer = answer(opened.answer().value(), opened.answer().index(), null);
        complete(answer.streaming(new Answer.Ticket(opened.stream(), null)));
    }

    /** Of this server's state, as the terms ask for it. */
    private Answer<A> answer(A value, long index, Answer.@Nullable Rendering rendering) {
        Placement servers = answers.parts.servers();
        boolean known = servers.isLeader() || servers.leader().isPresent();
        // All but a stale read were confirmed by the leader just now.
        long contact = terms.mode() == Mode.STALE ? Math.max(0, servers.lastContactMs()) : 0;
        return new Answer<>(value, Math.max(1, index), known, contact, terms.mode(), rendering);
    }

    /** Carries it out when this server leads; brings it to the leader when that is another one; waits for one else. */
    private void atLeader(Runnable here) {
        Endpoint leader = answers.leader();
        if (answers.parts.servers().isLeader()) {
            here.run();
        } else if (leader != null && !answers.isKnownToLeader(operation)) {
            throw new AskException(
                    AskException.Kind.NOT_UNDERSTOOD,
                    "the leader runs a version that does not know " + operation + ": upgrade it first");
        } else if (leader != null && hops < MAX_HOPS) {
            call(leader, failure -> {
                lastFailure = failure;
                hold(leader);
            });
        } else {
            lastFailure = new AskException(AskException.Kind.NO_LEADER, NO_LEADER);
            hold(null);
        }
    }

    /** On a client. */
    private void atServer() {
        List<Endpoint> servers = answers.parts.servers().servers(operation.level());
        if (servers.isEmpty()) {
            throw answers.parts.servers().servers().isEmpty()
                    ? new AskException(AskException.Kind.NO_SERVER, NO_SERVERS)
                    : new AskException(
                            AskException.Kind.NOT_UNDERSTOOD,
                            "no server runs a version that knows " + operation + ": upgrade the servers first");
        }
        Endpoint to = answers.calls.choose(servers);
        call(to, failure -> {
            answers.calls.leave(to, servers);
            lastFailure = failure;
            tried++;
            if (tried % servers.size() == 0) {
                hold(servers);
            } else {
                attempt();
            }
        });
    }

    /** @param notDone what follows when it is certain that nothing happened, or may happen twice */
    private void call(Endpoint to, Consumer<AskException> notDone) {
        CompletionStage<byte[]> answer;
        Calling mine = new Calling(to, answers.ticker.nanos(), notDone);
        try {
            answer = answers.calls.call(
                    to,
                    new Envelope.Forwarded(
                            operation.name(),
                            hops + 1,
                            left(holdUntilNanos),
                            terms.waiting(left(waitUntilNanos)),
                            operation.question().bytes(question)),
                    operation);
        } catch (IllegalArgumentException e) {
            throw new AskException(AskException.Kind.TOO_LARGE, "the question cannot be forwarded: " + Plain.reason(e));
        }
        calling.set(mine);
        then(answer, (bytes, failure) -> {
            if (!calling.compareAndSet(mine, null)) {
                return;
            }
            if (failure == null) {
                answers.held.answered();
                received(to, bytes);
            } else {
                notAnswered(failure, mine);
            }
        });
    }

    /**
     * Leaves a server that hangs, once it is not the one to ask any more. Its connection stays open for long, and so would a read wait
     * there that another server would answer; what may change something is not asked twice.
     */
    void look() {
        Calling now = calling.get();
        if (now != null
                && operation.isRead()
                && answers.calls.isElsewhere(now.to, operation)
                && calling.compareAndSet(now, null)) {
            try {
                answers.pool.execute(() -> {
                    lost(now);
                    now.notDone.accept(new AskException(
                            AskException.Kind.NO_SERVER,
                            "no answer from " + now.to + ", which is gone or leads no more",
                            1));
                });
            } catch (RejectedExecutionException e) {
                over();
            }
        }
    }

    private Duration left(long untilNanos) {
        return Duration.ofNanos(Math.max(0, untilNanos - answers.ticker.nanos()));
    }

    private void received(Endpoint from, byte[] bytes) {
        try {
            complete(Envelope.answer(bytes, operation.answer()).streamedBy(from));
        } catch (MalformedException e) {
            fail(new AskException(
                    operation.isRead() ? AskException.Kind.FAILED : AskException.Kind.OUTCOME_UNKNOWN,
                    "bad answer: " + e.getMessage(),
                    1));
        } catch (AskException e) {
            if (e.kind() == AskException.Kind.NOT_UNDERSTOOD
                    && !answers.parts.servers().isServer()) {
                notUnderstood(from, e);
            } else {
                fail(e);
            }
        }
    }

    /** Of servers during an upgrade one may know what another does not: a client asks as many as there are, and no more. */
    private void notUnderstood(Endpoint by, AskException refusal) {
        List<Endpoint> servers = answers.parts.servers().servers(operation.level());
        unknowing++;
        if (unknowing >= servers.size()) {
            fail(refusal);
        } else {
            answers.calls.leave(by, servers);
            attempt();
        }
    }

    private void notAnswered(Throwable failure, Calling call) {
        Consumer<AskException> notDone = call.notDone;
        Throwable cause = AskFailures.unwrap(failure);
        if (!(cause instanceof RpcException rpc)) {
            fail(cause);
            return;
        }
        switch (rpc.kind()) {
            case NOT_SENT -> notDone.accept(new AskException(AskException.Kind.NO_SERVER, AskFailures.words(rpc), 1));
            case BUSY -> fail(new AskException(AskException.Kind.BUSY, AskFailures.words(rpc), 1));
            case UNKNOWN -> {
                if (operation.isRead()) {
                    lost(call);
                    notDone.accept(new AskException(AskException.Kind.NO_SERVER, AskFailures.words(rpc), 1));
                } else {
                    fail(new AskException(AskException.Kind.OUTCOME_UNKNOWN, AskFailures.words(rpc), 1));
                }
            }
            case FAILED ->
                fail(new AskException(
                        operation.isRead() ? AskException.Kind.FAILED : AskException.Kind.OUTCOME_UNKNOWN,
                        AskFailures.words(rpc),
                        1));
        }
    }

    /**
     * Who has waited at a server and lost it is held as long as one who finds none, counted from there: else all that wait at it would
     * end with it, and come back at once. It ends with its wait and its hold at the latest.
     */
    private void lost(Calling call) {
        long now = answers.ticker.nanos();
        long latest = (now - waitUntilNanos < 0 ? now : waitUntilNanos) + hold.toNanos();
        if (now - call.began >= WAITED.toNanos() && latest - holdUntilNanos > 0) {
            holdUntilNanos = latest;
        }
    }

    private void hold(@Nullable Object whom) {
        answers.held.hold(this, whom);
    }

    @Override
    public long deadlineNanos() {
        return holdUntilNanos;
    }

    @Override
    public void again() {
        try {
            answers.pool.execute(this::attempt);
        } catch (RejectedExecutionException e) {
            over();
        }
    }

    @Override
    public void over() {
        fail(lastFailure);
    }

    void stopping() {
        fail(new AskException(AskException.Kind.FAILED, "this agent is stopping"));
    }

    private void done(@Nullable A value, @Nullable Throwable failure) {
        if (failure != null) {
            fail(failure);
        } else if (value == null) {
            fail(new IllegalStateException(operation + " has no answer"));
        } else {
            answers.held.answered();
            complete(new Answer<>(value, -1, answers.leader() != null, 0, Mode.DEFAULT, null));
        }
    }

    /** What the log did not take is tried again, as long as it may be held: nothing happened. */
    private void notTaken(Throwable failure) {
        // Whoever is refused for load must slow down, not knock again; and what a server does not know it does not know
        // later, either.
        if (AskFailures.unwrap(failure) instanceof NotCommittedException refused
                && !(refused instanceof ServerBusyException)
                && !(refused instanceof NotUnderstoodException)) {
            Endpoint leader = answers.leader();
            lastFailure = leader == null
                    ? new AskException(AskException.Kind.NO_LEADER, NO_LEADER)
                    : new AskException(AskException.Kind.NOT_COMMITTED, AskFailures.words(refused));
            hold(leader);
        } else {
            fail(failure);
        }
    }

    /** What fails in what follows is the answer, too: nobody else would give one. */
    private <T> void then(CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> next) {
        Failures.whenDone(stage, Duty.HELPFUL, operation.name(), (value, failure) -> {
            try {
                next.accept(value, failure);
            } catch (RuntimeException | Error e) {
                fail(e);
                if (e instanceof Error error) {
                    throw error;
                }
            }
        });
    }

    private void complete(Answer<A> answer) {
        result.complete(answer);
    }

    private void fail(Throwable failure) {
        result.completeExceptionally(AskFailures.asAsked(operation, failure));
    }
}
