package io.quorate.store;

/** Neither log nor snapshot holds an entry that was known to be on this disk: the log lost its tail. */
public final class StateAheadException extends RuntimeException {
    public StateAheadException(long synced, long lastIndex) {
        super("entry " + synced + " was on this disk, but log and snapshot end at " + lastIndex
                + ": the log lost its tail");
    }

    static void check(long onDisk, LogView log) {
        if (onDisk > log.lastIndex()) {
            throw new StateAheadException(onDisk, log.lastIndex());
        }
    }
}
