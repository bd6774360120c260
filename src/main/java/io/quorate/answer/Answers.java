package io.quorate.answer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.Chance;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Brings questions to whoever can answer them, and answers those that this server can: for its own edges, and for other agents under
 * the RPC method {@code ask}. Safe for any thread, never blocks.
 */
public final class Answers implements Asking, MeterBinder, AutoCloseable {
    /*
     * A question goes client → a server → the leader, at most; where leadership moves on the way, some calls more (Asked.MAX_HOPS).
     * Whoever has it on its way decides by what it knows itself, and nobody's knowledge has to be right: one who is asked and is not
     * the right one passes it on, or says that nothing happened.
     *
     * What may be answered where. A read of the replicated state is answered by whoever was asked first, once the leader has confirmed
     * up to which entry it must have applied (Confirmation): so reading grows with the number of servers, and a waiting read stays
     * where it is. What changes something, or asks the leader what it alone knows, is answered by the leader.
     *
     * What may be done twice. A read, always. Everything else only where it is certain that nothing happened: the call was never sent,
     * or the log refused the command before it took it (NotCommittedException). An operation is at most one command, so that there is
     * no half to take back. To send a write again after a lost answer, with an id to tell that it is the same one, would need the ids
     * in the replicated state; the caller is told that the outcome is not known instead.
     *
     * Who knows the question. Servers of two versions run side by side during an upgrade, so an operation has a level, and is brought only
     * to who says that it has it: a client chooses among those, and what only the leader can answer is refused while the leader is too
     * old (NOT_UNDERSTOOD). A read of the replicated state is not: the leader confirms how far it is without knowing the question. What
     * servers say arrives late; one that is asked and does not know refuses, and a client tries each of the others once.
     *
     * Who waits. Only the want of a leader is waited for here (Held). A server that is too busy says so at once: whoever waited would
     * come back as one more to everybody else's load.
     *
     * under way: questions of any kind without an answer, bounded, so that a flood ends here and not in memory.
     */
    public static final String METHOD = Envelope.METHOD;

    /** Waiting reads are among them. */
    private static final int MAX_UNDER_WAY = 16_384;

    private static final int THREADS = 8;
    private static final int WAITING = 4096;
    private static final int WOKEN_THREADS = 2;
    /** A kept answer takes twice its weight; a sixteenth of the heap is for all of them. */
    private static final int HEAP_SHARE = 16;

    /** How long a follower waits for the leader's next message before the leader itself is asked. */
    private static final Duration PATIENCE = Duration.ofMillis(5);

    final AnswerParts parts;
    final Ticker ticker;
    private final RandomGenerator chance;
    final EventLoop loop = new EventLoop("answer");
    /** For what may wait for a disk. */
    final ThreadPoolExecutor pool = Threads.pool("answer", THREADS, WAITING);
    /** For reads that a change has woken: as many as may be under way come at once. */
    final ThreadPoolExecutor woken = Threads.pool("answer-woken", WOKEN_THREADS, MAX_UNDER_WAY);

    final Held held;
    final Calls calls;
    final @Nullable Reads reads;
    /** Absent on a client. */
    final @Nullable OpenStreams streams;

    /** A server that hangs is left about so long after another is known to lead. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Map<String, Offer<?, ?>> offers = new HashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Set<Asked<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final Figures figures;
    private volatile boolean closed;

    /** @param offers what this server answers; on a client none */
    public Answers(AnswerParts parts, List<Offer<?, ?>> offers) {
        this(parts, offers, Ticker.system(), Chance.secure(), OpenStreams.Limits.DEFAULT);
    }

    Answers(
            AnswerParts parts,
            List<Offer<?, ?>> offers,
            Ticker ticker,
            RandomGenerator chance,
            OpenStreams.Limits streaming) {
        this.parts = parts;
        this.chance = chance;
        this.ticker = ticker;
        this.figures = new Figures(ticker);
        for (Offer<?, ?> offer : offers) {
            if (this.offers.put(offer.operation().name(), offer) != null) {
                throw new IllegalStateException("two features offer " + offer.operation());
            }
        }
        calls = new Calls(parts);
        held = new Held(loop, ticker, calls::wanted);
        AnswerParts.Server server = parts.server();
        reads = server == null
                ? null
                : new Reads(
                        server.state(),
                        new Confirmation(() -> server.log().leaseBarrier(), loop, PATIENCE),
                        new Confirmation(() -> server.log().readBarrier(), loop, PATIENCE),
                        new Kept(server.state(), Runtime.getRuntime().maxMemory() / HEAP_SHARE),
                        this);
        streams = server == null ? null : new OpenStreams(streaming, loop, ticker, chance);
        loop.every(LOOK, () -> open.forEach(Asked::look));
    }

    @Override
    public Body body(Answer<?> answer) {
        Answer.Ticket ticket = answer.ticket();
        if (ticket == null) {
            throw new IllegalStateException("an answer without a body");
        }
        Endpoint at = ticket.at();
        if (at != null) {
            return new Body(ticket.stream(), question -> calls.frame(at, question), loop);
        }
        OpenStreams here = Objects.requireNonNull(streams);
        return new Body(ticket.stream(), question -> here.answer(question).toCompletableFuture(), loop);
    }

    @Override
    public <Q, A> CompletableFuture<Answer<A>> ask(Operation<Q, A> operation, Q question, Terms terms) {
        return ask(
                operation, question, terms.jittered(chance), 0, terms.patience().hold(parts.hold()));
    }

    private <Q, A> CompletableFuture<Answer<A>> ask(
            Operation<Q, A> operation, Q question, Terms terms, int hops, Duration hold) {
        CompletableFuture<Answer<A>> result = new CompletableFuture<>();
        if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
            underWay.decrementAndGet();
            result.completeExceptionally(new AskException(
                    AskException.Kind.BUSY, "this agent is busy: " + MAX_UNDER_WAY + " requests are under way"));
            return result;
        }
        Asked<Q, A> asked = new Asked<>(this, operation, offer(operation), question, terms, hops, hold, result);
        open.add(asked);
        long began = ticker.nanos();
        CompletableFuture<?> counted = result.whenComplete((answer, failure) -> {
            underWay.decrementAndGet();
            open.remove(asked);
            figures.answered(operation, began, failure);
        });
        if (closed && !counted.isDone()) {
            asked.stopping();
        } else {
            asked.attempt();
        }
        return result;
    }

    @SuppressWarnings("unchecked") // an equal operation has the same types
    private <Q, A> @Nullable Offer<Q, A> offer(Operation<Q, A> operation) {
        Offer<?, ?> offer = offers.get(operation.name());
        if (offer != null && !offer.operation().equals(operation)) {
            throw new IllegalArgumentException("another operation is called " + operation);
        }
        return (Offer<Q, A>) offer;
    }

    /** Answers what other agents ask, by RPC method; on a server only. */
    public Map<String, RpcHandler> handlers() {
        return Map.of(METHOD, rpcHandler(), StreamFrame.METHOD, Objects.requireNonNull(streams)::answer);
    }

    /** Answers what other agents ask: the RPC method {@link #METHOD}. */
    public RpcHandler rpcHandler() {
        return message -> {
            try {
                return answered(Envelope.read(message));
            } catch (MalformedException e) {
                return failed(new AskException(
                        AskException.Kind.SENSELESS, "this server does not understand the request: " + e.getMessage()));
            }
        };
    }

    private CompletableFuture<byte[]> answered(Envelope.Forwarded forwarded) throws MalformedException {
        Offer<?, ?> offer = offers.get(forwarded.operation());
        if (offer == null) {
            return failed(new AskException(
                    AskException.Kind.NOT_UNDERSTOOD,
                    "this server does not know the operation " + forwarded.operation()));
        }
        return answered(offer.operation(), forwarded);
    }

    private <Q, A> CompletableFuture<byte[]> answered(Operation<Q, A> operation, Envelope.Forwarded forwarded)
            throws MalformedException {
        Q question = operation.question().of(forwarded.question());
        Duration hold = forwarded.hold().compareTo(parts.hold()) < 0 ? forwarded.hold() : parts.hold();
        return ask(operation, question, forwarded.terms(), forwarded.hops(), hold)
                .handle((answer, failure) -> {
                    if (failure != null) {
                        return Envelope.failure(AskFailures.asAsked(operation, failure));
                    }
                    return bytes(operation, answer);
                });
    }

    private static <A> byte[] bytes(Operation<?, A> operation, Answer<A> answer) {
        byte[] bytes;
        try {
            bytes = Envelope.answer(answer, operation.answer());
        } catch (IllegalArgumentException e) {
            return Envelope.failure(new AskException(AskException.Kind.TOO_LARGE, "answer: " + Plain.reason(e)));
        }
        return bytes.length <= io.quorate.rpc.RpcPort.MAX_BODY_BYTES
                ? bytes
                : Envelope.failure(new AskException(
                        AskException.Kind.TOO_LARGE,
                        "the answer has " + bytes.length + " bytes, at most " + io.quorate.rpc.RpcPort.MAX_BODY_BYTES
                                + " fit"));
    }

    private static CompletableFuture<byte[]> failed(AskException failure) {
        return CompletableFuture.completedFuture(Envelope.failure(failure));
    }

    /** Where the leader is as this server knows it; itself when it leads. */
    @Nullable
    Endpoint leader() {
        return parts.servers().leader().orElse(null);
    }

    boolean isKnownToLeader(Operation<?, ?> operation) {
        return parts.servers().leaderLevel() >= operation.level();
    }

    /** Questions by operation and outcome, and how many wait; each registry once. */
    @Override
    public void bindTo(MeterRegistry registry) {
        figures.bindTo(registry);
        Gauge unused = Gauge.builder("quorate.operations.under.way", underWay, AtomicInteger::get)
                .description("Questions without an answer yet, waiting reads among them")
                .register(registry);
        unused = Gauge.builder("quorate.operations.held", held, Held::size)
                .description("Questions that wait for a leader")
                .register(registry);
        OpenStreams here = streams;
        if (here != null) {
            unused = Gauge.builder("quorate.operations.streams", here, OpenStreams::open)
                    .description("Streamed answers that are being read")
                    .register(registry);
            unused = Gauge.builder("quorate.operations.streams.bytes", here, OpenStreams::inFlightBytes)
                    .description("Pieces of streamed answers in memory")
                    .register(registry);
        }
    }

    /** From now on nothing is asked any more, and whoever waits is told that the agent is stopping. */
    public void stopping() {
        closed = true;
        open.forEach(Asked::stopping);
    }

    /** As {@link #stopping}, and ends what is under way. */
    @Override
    public void close() {
        closed = true;
        if (streams != null) {
            streams.close();
        }
        loop.close();
        pool.shutdownNow();
        woken.shutdownNow();
        held.close();
        open.forEach(Asked::stopping);
    }
}
