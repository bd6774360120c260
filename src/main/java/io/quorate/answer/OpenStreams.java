package io.quorate.answer;

import io.quorate.answer.StreamFrame.Wanted;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bodies of streamed answers that this server gives, each until it is read, or nobody reads it. Safe for any thread. */
final class OpenStreams implements AutoCloseable {
    /*
     * A reader asks for each piece by its number, and a piece is made when it is asked for. So the reader sets the pace, and there is
     * never more than one piece of a stream in memory: it is kept until the next one is asked for, because its answer may get lost on
     * the way, and who asks for it again gets the same. Had this side sent pieces by itself, it would need a window and a word of
     * the reader for each that it took; and what a connection has buffered when a reader stands still would be held by nobody's bound.
     *
     * A reader that went away says nothing. What it left is freed when it was silent for a while, or has taken too long in all; a
     * server that stops ends every stream with a word. A stream is never taken as whole by its end alone: its last frame has length
     * and checksum of all that went before.
     *
     * A source is used by one thread at a time. Making a piece may hang with a disk: then the stream's end waits for it, and its place
     * is taken until then, so that no more sources hang than there are places.
     *
     * taken: places, from before a source is opened until it is closed. streams: those that may be read. inFlight: bytes of pieces
     * that were made and whose successor was not asked for.
     */
    private static final Logger LOG = LoggerFactory.getLogger(OpenStreams.class);
    private static final Duration CLOSING = Duration.ofSeconds(3);
    private static final String STOPPING = "this server is stopping";
    private static final StreamFrame NOT_KNOWN = new StreamFrame.Broken(
            "the server has ended the stream: it was not read for too long, or the server was restarted");

    /**
     * @param open streams at one moment
     * @param idle longest time between two questions of a reader
     * @param whole longest time in all
     * @param soon how long a piece may take before the reader is told to ask again
     */
    record Limits(int open, Duration idle, Duration whole, Duration soon) {
        static final Limits DEFAULT = new Limits(4, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofSeconds(5));
    }

    private final Limits limits;
    private final Ticker ticker;
    private final RandomGenerator chance;
    private final Map<UUID, Open> streams = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong inFlight = new AtomicLong();
    /** Of each stream one task at most. */
    private final ThreadPoolExecutor pool;

    private volatile boolean closed;

    /** @param timers for looking whom nobody reads any more */
    OpenStreams(Limits limits, Timers timers, Ticker ticker, RandomGenerator chance) {
        this.limits = limits;
        this.ticker = ticker;
        this.chance = chance;
        pool = Threads.pool("answer-stream", limits.open(), limits.open());
        Timers.Timer unused = timers.every(limits.idle().dividedBy(4), this::endUnread);
    }

    /**
     * Opens a stream unless too many are open.
     *
     * @param work opens the source
     * @throws AskException that too many are open, or what the work says
     */
    <A> Opened<A> open(Supplier<Streamed<A>> work) {
        if (taken.incrementAndGet() > limits.open()) {
            taken.decrementAndGet();
            throw new AskException(
                    AskException.Kind.BUSY, "this server is busy: " + limits.open() + " streams are open");
        }
        Streamed<A> streamed;
        try {
            streamed = work.get();
        } catch (RuntimeException | Error e) {
            taken.decrementAndGet();
            throw e;
        }
        Open open = new Open(Chance.uuid(chance), streamed.body());
        streams.put(open.id, open);
        if (closed) {
            open.end(STOPPING);
        }
        return new Opened<>(streamed, open.id);
    }

    record Opened<A>(Streamed<A> answer, UUID stream) {}

    /** The RPC method {@link StreamFrame#METHOD}. */
    CompletionStage<byte[]> answer(byte[] message) {
        Wanted wanted;
        try {
            wanted = StreamFrame.WANTED.of(message);
        } catch (MalformedException e) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("not understood here: " + e.getMessage(), e));
        }
        Open open = streams.get(wanted.stream());
        if (open == null) {
            return CompletableFuture.completedFuture(StreamFrame.FORM.bytes(NOT_KNOWN));
        }
        if (wanted.number() == Wanted.NO_MORE) {
            open.end("its reader has ended it");
        }
        return open.ask(wanted.number()).thenApply(StreamFrame.FORM::bytes);
    }

    /** Places that are taken. */
    int open() {
        return taken.get();
    }

    long inFlightBytes() {
        return inFlight.get();
    }

    private void endUnread() {
        long now = ticker.nanos();
        for (Open open : streams.values()) {
            if (now - open.heardNanos > limits.idle().toNanos()) {
                open.end("nobody has read it for " + limits.idle().toSeconds() + " s");
            } else if (now - open.beganNanos > limits.whole().toNanos()) {
                open.end("it was not read to its end in " + limits.whole().toMinutes() + " min");
            }
        }
    }

    /** Whoever reads is told; sources are closed, within 3 s unless they hang. */
    @Override
    public void close() {
        closed = true;
        streams.values().forEach(open -> open.end(STOPPING));
        pool.shutdown();
        try {
            if (!pool.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** One stream. */
    private final class Open {
        private final UUID id;
        private final Source source;
        private final long beganNanos = ticker.nanos();
        private volatile long heardNanos = beganNanos;

        // Guarded by this.
        /** Of the frame that was asked for last. */
        private long number;
        /** The frame of that number. */
        private CompletableFuture<StreamFrame> frame = CompletableFuture.completedFuture(new StreamFrame.NotYet());
        /** Bytes of that frame, once it is made. */
        private long kept;
        /** Whether a task uses the source, or is about to. */
        private boolean working;

        private StreamFrame.@Nullable Broken over;

        // Only the task that works touches these.
        private final CRC32C checksum = new CRC32C();
        private long length;
        private boolean sourceClosed;

        Open(UUID id, Source source) {
            this.id = id;
            this.source = source;
        }

        CompletableFuture<StreamFrame> ask(long wanted) {
            heardNanos = ticker.nanos();
            CompletableFuture<StreamFrame> asked;
            boolean begins;
            synchronized (this) {
                if (over != null) {
                    return CompletableFuture.completedFuture(over);
                }
                begins = wanted == number + 1 && !working;
                if (begins) {
                    letGo();
                    number = wanted;
                    frame = new CompletableFuture<>();
                    working = true;
                } else if (wanted != number) {
                    return CompletableFuture.completedFuture(
                            new StreamFrame.Broken("piece " + wanted + " was asked for after piece " + number));
                }
                asked = frame;
            }
            if (begins) {
                run(() -> make(wanted));
            }
            return asked.copy()
                    .completeOnTimeout(new StreamFrame.NotYet(), limits.soon().toMillis(), TimeUnit.MILLISECONDS);
        }

        /** Guarded by this. */
        private void letGo() {
            inFlight.addAndGet(-kept);
            kept = 0;
        }

        private void run(Runnable task) {
            try {
                pool.execute(task);
            } catch (RejectedExecutionException e) {
                // This server stops: nothing uses the source any more.
                end(STOPPING);
                free();
            }
        }

        private void make(long wanted) {
            StreamFrame made;
            try {
                made = next(wanted);
            } catch (IOException | RuntimeException e) {
                LOG.atWarn().addKeyValue("reason", Plain.reason(e)).log("a streamed answer broke off");
                made = new StreamFrame.Broken(Plain.reason(e));
                closeSource();
            } catch (Error e) {
                done(new StreamFrame.Broken(Plain.reason(e)), 0);
                throw e;
            }
            done(made, made instanceof StreamFrame.Piece piece ? piece.bytes().length : 0);
        }

        private StreamFrame next(long wanted) throws IOException {
            byte[] bytes = source.next();
            if (bytes == null) {
                closeSource();
                return new StreamFrame.End(wanted, length, checksum.getValue());
            }
            if (bytes.length == 0 || bytes.length > Source.PIECE) {
                throw new IllegalStateException("a piece of " + bytes.length + " bytes");
            }
            length += bytes.length;
            checksum.update(bytes);
            return new StreamFrame.Piece(wanted, bytes);
        }

        private void done(StreamFrame made, long bytes) {
            CompletableFuture<StreamFrame> told;
            boolean last;
            synchronized (this) {
                told = frame;
                last = over != null;
                if (!last) {
                    working = false;
                    kept = bytes;
                    inFlight.addAndGet(bytes);
                }
            }
            told.complete(made);
            if (last) {
                free();
            }
        }

        void end(String why) {
            StreamFrame.Broken last = new StreamFrame.Broken("the server has ended the stream: " + why);
            CompletableFuture<StreamFrame> told;
            boolean begins;
            synchronized (this) {
                if (over != null) {
                    return;
                }
                over = last;
                letGo();
                told = frame;
                begins = !working;
                working = true;
            }
            told.complete(last);
            if (begins) {
                run(this::free);
            }
        }

        /** By the last that works. */
        private void free() {
            closeSource();
            if (streams.remove(id, this)) {
                taken.decrementAndGet();
            }
        }

        private void closeSource() {
            if (sourceClosed) {
                return;
            }
            sourceClosed = true;
            try {
                source.close();
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("the source of a streamed answer did not close in order");
            }
        }
    }
}
