package io.quorate.answer;

import io.quorate.answer.StreamFrame.Wanted;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcException;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer as it is read: one piece after the other, from this agent or another. Nothing is read ahead, so whoever reads
 * slowly holds nothing but the piece that it has. One reader, which asks for a piece when it has the one before.
 */
public final class Body implements AutoCloseable {
    /** A call that was lost is made again: the server still has that piece. */
    private static final int TRIES = 4;

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final UUID stream;
    private final Function<byte[], CompletableFuture<byte[]>> server;
    private final Timers timers;
    private final CRC32C checksum = new CRC32C();
    private long length;
    private long number;
    private volatile boolean ended;

    /** @param server takes a question and gives its frame: {@link OpenStreams#answer}, here or far away */
    Body(UUID stream, Function<byte[], CompletableFuture<byte[]>> server, Timers timers) {
        this.stream = stream;
        this.server = server;
        this.timers = timers;
    }

    /**
     * The next piece; absent (null) once all of it was read, and its length and checksum are right. Exceptionally with
     * {@link AskException}: nothing more will come, and what came is not the whole. What follows must not block.
     */
    public CompletableFuture<byte @Nullable []> next() {
        CompletableFuture<byte @Nullable []> result = new CompletableFuture<>();
        if (ended) {
            result.completeExceptionally(failure("it is over"));
            return result;
        }
        number++;
        ask(new Taking(result), 1);
        return result;
    }

    /** Reads no further: the server frees what it holds for it. Idempotent; also after the end. */
    @Override
    public void close() {
        ended = true;
        Failures.whenDone(
                server.apply(StreamFrame.WANTED.bytes(new Wanted(stream, Wanted.NO_MORE))),
                Duty.HELPFUL,
                "end of a stream",
                // Should it not arrive, the server frees it by itself, later.
                (answer, failure) -> {});
    }

    private void ask(Taking taking, int tries) {
        Failures.whenDone(
                server.apply(StreamFrame.WANTED.bytes(new Wanted(stream, number))),
                Duty.HELPFUL,
                "stream",
                (bytes, failure) -> {
                    if (failure != null) {
                        lost(taking, tries, failure);
                    } else {
                        taking.take(bytes);
                    }
                });
    }

    private void lost(Taking taking, int tries, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean answered = cause instanceof RpcException rpc && rpc.kind() == RpcException.Kind.FAILED;
        if (answered || tries >= TRIES || ended) {
            taking.fail(Plain.reason(cause));
            return;
        }
        try {
            Timers.Timer unused = timers.after(PAUSE.multipliedBy(tries), () -> ask(taking, tries + 1));
        } catch (RejectedExecutionException e) {
            taking.fail("this agent is stopping");
        }
    }

    private static AskException failure(String why) {
        return new AskException(AskException.Kind.FAILED, "the stream broke off: " + why);
    }

    /** What one answer comes to. */
    private final class Taking implements StreamFrame.Cases<Boolean> {
        private final CompletableFuture<byte @Nullable []> result;

        Taking(CompletableFuture<byte @Nullable []> result) {
            this.result = result;
        }

        void take(byte[] bytes) {
            try {
                boolean over = StreamFrame.FORM.of(bytes).match(this);
                if (!over && ended) {
                    fail("it was closed");
                } else if (!over) {
                    ask(this, 1);
                }
            } catch (MalformedException e) {
                fail("bad answer: " + e.getMessage());
            }
        }

        boolean fail(String why) {
            ended = true;
            return result.completeExceptionally(failure(why));
        }

        @Override
        public Boolean piece(StreamFrame.Piece piece) {
            if (piece.number() != number) {
                return fail("piece " + piece.number() + " came in place of " + number);
            }
            length += piece.bytes().length;
            checksum.update(piece.bytes());
            return result.complete(piece.bytes());
        }

        @Override
        public Boolean end(StreamFrame.End end) {
            if (end.number() != number || end.length() != length || end.checksum() != checksum.getValue()) {
                return fail(length + " bytes came, and they are not the " + end.length() + " that were sent");
            }
            ended = true;
            return result.complete(null);
        }

        @Override
        public Boolean notYet(StreamFrame.NotYet notYet) {
            return false;
        }

        @Override
        public Boolean broken(StreamFrame.Broken broken) {
            return fail(broken.why());
        }
    }
}
