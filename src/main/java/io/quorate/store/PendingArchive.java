package io.quorate.store;

import java.nio.file.Path;

/** The state at one moment, to be written or closed. Used by one thread at a time. */
public interface PendingArchive extends AutoCloseable {
    /** Of the last entry that is in it. */
    long index();

    long term();

    /**
     * Returns once the file would survive a power failure.
     *
     * @throws StateUnavailableException when the state cannot be read
     * @throws java.io.UncheckedIOException when the file cannot be written
     */
    void write(Path file);

    @Override
    void close();
}
