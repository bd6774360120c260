package io.quorate.answer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a streamed answer is read from, piece by piece, so that it is never held whole. Used by one thread at a time. */
public interface Source extends AutoCloseable {
    /** No piece has more bytes. */
    int PIECE = 256 << 10;

    /**
     * The next piece, never empty; absent once there is no more. May take long and wait for a disk.
     *
     * @throws IOException when there will be no more although it is not whole; with words for whoever reads
     */
    byte @Nullable [] next() throws IOException;

    /** Frees what it holds. Called once, read to its end or not. */
    @Override
    void close();
}
