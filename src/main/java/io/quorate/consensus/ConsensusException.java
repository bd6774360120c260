package io.quorate.consensus;

/** The raft node could not be started or stopped working; the message says what to look at. */
public final class ConsensusException extends RuntimeException {
    private final boolean dataLost;

    public ConsensusException(String message, boolean dataLost, Throwable cause) {
        super(message, cause);
        this.dataLost = dataLost;
    }

    public ConsensusException(String message, boolean dataLost) {
        super(message);
        this.dataLost = dataLost;
    }

    /** True when log or snapshot lack what this server once stored: it must come back as a new server. */
    public boolean isDataLost() {
        return dataLost;
    }
}
