package io.quorate.store;

import io.quorate.runtime.Disk;
import io.quorate.runtime.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The small durable file beside the database: which generation is current, and how it was left. A database that nobody
 * closed may open well and yet not be what was written: its writes are not synced, and after a kill H2 may go back to an older state
 * without a word. Only this mark tells.
 *
 * @param generation number in the database's file name
 * @param left how the database was left
 * @param synced an entry that was on this server's disk, in its log or a snapshot, when this was written; 0 when none is known. It is
 *     kept here as well because the database may be thrown away, and what it knew of the log must not go with it. Unlike {@link
 *     SyncedIndex} it survives a power failure, and is older
 * @param owner the cluster and raft directory that this holds for
 */
record Mark(long generation, Left left, long synced, String owner) {
    private static final Logger LOG = LoggerFactory.getLogger(Mark.class);
    private static final String FILE = "current";
    /** Raised whenever the database's form changes: a file of another form is made anew. */
    private static final String VERSION = "quorate-state-8";

    private static final int MAX_BYTES = 1024;
    /** The last one, which is the owner, may have spaces. */
    private static final int WORDS = 5;

    enum Left {
        /** Closed in order and synced. */
        CLEAN("clean"),
        OPEN("open"),
        /** It must be rebuilt: what is in it is not what was written. */
        DAMAGED("damaged");

        private final String word;

        Left(String word) {
            this.word = word;
        }

        private static Left of(String word) {
            for (Left left : values()) {
                if (left.word.equals(word)) {
                    return left;
                }
            }
            throw new IllegalArgumentException("unknown: " + word);
        }
    }

    /** Empty when there is none, or none that can be read: then the database is rebuilt. */
    static Optional<Mark> read(Disk disk, Path folder) {
        Optional<byte[]> bytes;
        try {
            bytes = file(disk, folder).read();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("how the local database was left cannot be read");
            return Optional.empty();
        }
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        String[] words = new String(bytes.get(), StandardCharsets.UTF_8).strip().split(" ", WORDS);
        if (words.length != WORDS || !words[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Mark(Long.parseLong(words[1]), Left.of(words[2]), Long.parseLong(words[3]), words[4]));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns once it would survive a power failure. */
    void write(Disk disk, Path folder) throws IOException {
        String text = VERSION + " " + generation + " " + left.word + " " + synced + " " + owner + "\n";
        file(disk, folder).write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static DurableFile file(Disk disk, Path folder) {
        return new DurableFile(disk, folder.resolve(FILE), MAX_BYTES);
    }
}
