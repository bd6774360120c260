package io.quorate.http;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Gathers the body of one request as it comes, without a thread that waits for the next byte: with one each, some hundred clients that
 * send half a body would be all that an agent serves. Called by the container, by one thread at a time.
 */
final class BodyReader implements ReadListener {
    private static final int PIECE = 16 * 1024;

    private final ServletInputStream in;
    private final int max;
    private final AtomicLong budget;
    private final Ends ends;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final AtomicBoolean over = new AtomicBoolean();
    private long taken;

    /** How it may end; one of them is called, once. */
    interface Ends {
        void whole(byte[] body);

        void tooLarge();

        /** All bodies together take more than there is room for. */
        void noRoom();

        void broken(Throwable failure);

        /** It came too slowly. */
        void late();
    }

    /** @param budget bytes that all bodies which are not whole may still take */
    BodyReader(ServletInputStream in, int max, AtomicLong budget, Ends ends) {
        this.in = in;
        this.max = max;
        this.budget = budget;
        this.ends = ends;
    }

    @Override
    public void onDataAvailable() throws IOException {
        byte[] piece = new byte[PIECE];
        while (!over.get() && in.isReady()) {
            int count = in.read(piece);
            if (count < 0) {
                return;
            }
            if (body.size() + count > max) {
                end(Ends::tooLarge);
            } else if (budget.addAndGet(-count) < 0) {
                budget.addAndGet(count);
                end(Ends::noRoom);
            } else {
                taken += count;
                body.write(piece, 0, count);
            }
        }
    }

    @Override
    public void onAllDataRead() {
        end(e -> e.whole(body.toByteArray()));
    }

    @Override
    public void onError(Throwable failure) {
        end(e -> e.broken(failure));
    }

    /** Nothing more is read, whatever still comes. */
    void end(Consumer<Ends> how) {
        if (over.compareAndSet(false, true)) {
            budget.addAndGet(taken);
            how.accept(ends);
        }
    }
}
