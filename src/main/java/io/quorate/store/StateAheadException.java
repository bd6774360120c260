package io.quorate.store;

/** The database has applied entries that neither log nor snapshot holds: the log lost its tail. */
public final class StateAheadException extends RuntimeException {
    public StateAheadException(long applied, long lastIndex) {
        super("the state has applied entry " + applied + ", but log and snapshot end at " + lastIndex
                + ": the log lost its tail");
    }
}
