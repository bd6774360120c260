package io.quorate.consensus.jraft;

import io.quorate.consensus.RaftStatus;
import io.quorate.runtime.Ticker;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is known of the disk under one node: its log, its votes, and why raft stopped for it. Safe for any thread; takes no lock. */
final class DiskView {
    /** A batch of entries takes longer than a write to the log, on a healthy disk too. */
    private static final int DATABASE_TIMES = 5;

    private final Path folder;
    private final long stallMs;
    private final Writes database;
    private volatile @Nullable DurableLog log;
    private volatile @Nullable Writes votes;
    private volatile @Nullable String stopped;

    /**
     * @param stallMs how long a write may take before the disk counts as one that stalls; five times that for a batch of entries that
     *     is written into the database
     */
    DiskView(Path folder, long stallMs, Ticker ticker) {
        this.folder = folder;
        this.stallMs = stallMs;
        database = new Writes(RaftStorage.state(folder), ticker);
    }

    long stallMs() {
        return stallMs;
    }

    void log(DurableLog storage) {
        log = storage;
    }

    void votes(Writes writes) {
        votes = writes;
    }

    /** The batches of entries that are written into the database. */
    Writes database() {
        return database;
    }

    /** Raft stopped because of the disk: that of log, votes, snapshots or database. */
    void stopped(String words) {
        stopped = words;
    }

    /** For a node that did not start: nobody else closes its log. */
    void closeLog() {
        DurableLog present = log;
        if (present != null) {
            present.shutdown();
        }
    }

    /** Returns once the log may be opened again. */
    void awaitClosedLog() throws InterruptedException {
        DurableLog present = log;
        if (present != null) {
            present.awaitClosed();
        }
    }

    /** Up to which index the log is on disk; 0 before the node has one. */
    long onDisk() {
        DurableLog present = log;
        return present == null ? 0 : present.onDisk();
    }

    /** Up to where this server does what is asked of it: as {@link #onDisk}, and 0 while its database stalls. */
    long keepsUp() {
        return databaseStalls() ? 0 : onDisk();
    }

    private boolean databaseStalls() {
        return database.underWayMs() >= DATABASE_TIMES * stallMs;
    }

    /** What is wrong now; absent while the disk takes what is written. */
    RaftStatus.@Nullable Disk now() {
        DurableLog present = log;
        Writes vote = votes;
        String why = stopped;
        List<Writes> both = present == null || vote == null ? List.of() : List.of(present.writes(), vote);
        boolean underWay = databaseStalls() || both.stream().anyMatch(w -> w.underWayMs() >= 0);
        for (Writes writes : both) {
            String words = writes.failure();
            if (words != null) {
                return new RaftStatus.Disk(words, writes.path().toString(), why != null, underWay);
            }
        }
        for (Writes writes : both) {
            long ms = writes.underWayMs();
            if (ms >= stallMs) {
                return stalls(writes, ms, why != null);
            }
        }
        long databaseMs = database.underWayMs();
        if (databaseMs >= DATABASE_TIMES * stallMs) {
            return stalls(database, databaseMs, why != null);
        }
        return why == null ? null : new RaftStatus.Disk(why, folder.toString(), true, underWay);
    }

    private static RaftStatus.Disk stalls(Writes writes, long ms, boolean stopped) {
        String words = "a write has not returned for over " + roughly(ms);
        return new RaftStatus.Disk(words, writes.path().toString(), stopped, true);
    }

    /** Whole seconds, in steps that grow: what is shown to people must not change at each look. */
    private static String roughly(long ms) {
        long seconds = Math.max(1, Long.highestOneBit(TimeUnit.MILLISECONDS.toSeconds(ms)));
        return seconds == 1 ? "1 second" : seconds + " seconds";
    }
}
