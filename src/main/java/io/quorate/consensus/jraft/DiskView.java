package io.quorate.consensus.jraft;

import io.quorate.consensus.RaftStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is known of the disk under one node: its log, its votes, and why raft stopped for it. Safe for any thread; takes no lock. */
final class DiskView {
    private final Path folder;
    private final long stallMs;
    private volatile @Nullable DurableLog log;
    private volatile @Nullable Writes votes;
    private volatile @Nullable String stopped;

    /** @param stallMs how long a write may take before the disk counts as one that stalls */
    DiskView(Path folder, long stallMs) {
        this.folder = folder;
        this.stallMs = stallMs;
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

    /** What is wrong now; absent while the disk takes what is written. */
    RaftStatus.@Nullable Disk now() {
        DurableLog present = log;
        Writes vote = votes;
        String why = stopped;
        List<Writes> both = present == null || vote == null ? List.of() : List.of(present.writes(), vote);
        boolean underWay = both.stream().anyMatch(w -> w.underWayMs() >= 0);
        for (Writes writes : both) {
            String words = writes.failure();
            if (words != null) {
                return new RaftStatus.Disk(words, writes.path().toString(), why != null, underWay);
            }
        }
        for (Writes writes : both) {
            long ms = writes.underWayMs();
            if (ms >= stallMs) {
                String words = "a write has not returned for over " + roughly(ms);
                return new RaftStatus.Disk(words, writes.path().toString(), why != null, true);
            }
        }
        return why == null ? null : new RaftStatus.Disk(why, folder.toString(), true, underWay);
    }

    /** Whole seconds, in steps that grow: what is shown to people must not change at each look. */
    private static String roughly(long ms) {
        long seconds = Math.max(1, Long.highestOneBit(TimeUnit.MILLISECONDS.toSeconds(ms)));
        return seconds == 1 ? "1 second" : seconds + " seconds";
    }
}
