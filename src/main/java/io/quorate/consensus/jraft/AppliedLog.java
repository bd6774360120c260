package io.quorate.consensus.jraft;

import io.quorate.consensus.LogGrowth;

/**
 * Counts what of the log was applied since the last snapshot. Told of entries and of snapshots that begin or are loaded by the state
 * machine's thread; of one that was saved by any; read by any.
 *
 * <p>After a start raft loads the last snapshot and then applies every entry behind it once more, also those that the database has:
 * the count then begins with what the log holds.
 */
final class AppliedLog {
    /*
     * A snapshot holds what was applied when it began. What comes while it is written belongs to the next one, so the count goes back
     * to the moment of its beginning, not to zero; and only once it is saved, for after a failure the log is as long as before.
     */
    private Mark last = new Mark(0, 0);
    private Mark begun = last;
    private Mark saved = last;

    /** @param bytes applied up to this index since the process started the group */
    private record Mark(long index, long bytes) {}

    synchronized void applied(long index, long bytes) {
        last = new Mark(index, last.bytes + bytes);
    }

    synchronized void begun() {
        begun = last;
    }

    /** The one that began last. */
    synchronized void saved() {
        if (begun.index > saved.index) {
            saved = begun;
        }
    }

    /** One that another server sent, or that was there at the start. */
    synchronized void loaded(long index) {
        last = new Mark(Math.max(index, last.index), last.bytes);
        saved = last;
    }

    synchronized LogGrowth sinceSnapshot() {
        return new LogGrowth(last.index - saved.index, last.bytes - saved.bytes);
    }
}
