package io.quorate.consensus.jraft;

import io.quorate.consensus.ConsensusSettings.Snapshots;
import io.quorate.consensus.LogGrowth;
import io.quorate.kernel.ServerId;

/** When a server saves a snapshot, and its log is cut. Pure: what was seen comes in with {@link #due}. */
final class SnapshotRule {
    /*
     * A snapshot costs the whole state, however little changed; no snapshot costs disk, and time at the next restart. So it is the log
     * that is measured, not the time: as many entries as are quickly applied again (raft_snapshot_threshold, as in Consul), or as many
     * bytes, because 16,384 entries may be a megabyte or gigabytes. (Ongaro, Consensus: Bridging Theory and Practice, 5.1.3: by the log's
     * size.) Time alone would save again and again where little is written, and let the log grow without a bound where much is.
     *
     * Time has three parts in it all the same.
     * - After an attempt there is a pause: 30 s (Consul looks every 30 s), or four times what the attempt took when that is longer (ten minutes
     *   at most), so that a large state on a slow disk is written for a fifth of the time, however fast the log grows.
     * - After failures the pause doubles up to ten minutes. A full disk is asked now and then, not four times in a second. The pause is
     *   held by the process, not by the group: a failure that stops the group does not find a fresh rule at its next start.
     * - When neither bound is reached, a log of 1,000 entries is saved after half an hour. Without it a quiet cluster would have no
     *   snapshot for weeks, and a log with damage in an old entry, or a directory whose snapshots cannot be written, would
     *   come to light only when a snapshot is needed. The alert that snapshots are overdue rests upon this.
     *
     * All servers apply the same entries, and with the same bounds a majority would write its state at the same moment, just when each
     * commit needs two of their disks. Each therefore waits for up to a quarter more than the bound, by its id.
     *
     * SOFAJRaft cuts the log to the snapshot before the one just saved, so a follower finds at least one bound of entries, and those of
     * the last 30 s, without loading a whole snapshot. The log on disk is two bounds and what came during a pause.
     */
    static final long PAUSE_MS = 30_000;
    static final long LONGEST_PAUSE_MS = 600_000;
    static final long OLD_MS = 1_800_000;
    static final long OLD_ENTRIES = 1000;
    private static final int WRITING_SHARE = 4;
    private static final int DOUBLINGS = 10;
    private static final int SPREAD_PARTS = 256;
    private static final int SPREAD_SHARE = 4;

    private final Snapshots bounds;
    private final long entries;
    private final long bytes;

    SnapshotRule(Snapshots bounds, ServerId self) {
        this.bounds = bounds;
        entries = spread(bounds.entries(), self);
        bytes = spread(bounds.bytes(), self);
    }

    private static long spread(long bound, ServerId self) {
        long part = Math.floorMod(self.value().getLeastSignificantBits(), SPREAD_PARTS);
        return bound + bound / SPREAD_SHARE * part / SPREAD_PARTS;
    }

    /**
     * @param busy one is being saved, or the log is replayed that the database has: that could not be saved
     * @param attempt the last one that ended
     * @param sinceSavedMs since one was saved or, before the first, since this process looks
     */
    record Look(LogGrowth growth, boolean busy, Attempt attempt, long sinceSavedMs) {}

    /**
     * @param failures in a row, with this one; 0: it was saved
     * @param tookMs from its beginning to its end
     * @param sinceMs since its end
     */
    record Attempt(int failures, long tookMs, long sinceMs) {
        /** Before the first: nothing to wait for. */
        static final Attempt NONE = new Attempt(0, 0, LONGEST_PAUSE_MS);
    }

    /** Whether, and what for. */
    enum Due {
        NO,
        ENTRIES,
        BYTES,
        AGE
    }

    Due due(Look look) {
        LogGrowth growth = look.growth();
        if (bounds.isOnlyWhenAsked()
                || look.busy()
                || look.attempt().sinceMs()
                        < pauseMs(look.attempt().failures(), look.attempt().tookMs())) {
            return Due.NO;
        }
        if (growth.bytes() >= bytes) {
            return Due.BYTES;
        }
        if (growth.entries() >= entries) {
            return Due.ENTRIES;
        }
        return growth.entries() >= OLD_ENTRIES && look.sinceSavedMs() >= OLD_MS ? Due.AGE : Due.NO;
    }

    /** How long after an attempt the next may begin. */
    static long pauseMs(int failures, long tookMs) {
        long usual = Math.max(PAUSE_MS, tookMs * WRITING_SHARE);
        return Math.min(LONGEST_PAUSE_MS, usual << Math.min(failures, DOUBLINGS));
    }
}
