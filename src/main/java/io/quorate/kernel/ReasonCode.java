package io.quorate.kernel;

/** What an agent waits for, in one stable word: more may be added, none renamed. */
public enum ReasonCode {
    STARTING,
    WAITING_FOR_SERVERS,
    EXPECT_MISMATCH,
    /** Declared founders that cannot all come: named otherwise than the nodes are, or not the same on every server. */
    FOUNDERS_MISMATCH,
    FOUNDING,
    ELECTION,
    QUORUM_LOST,
    WAITING_FOR_ADOPTION,
    FOREIGN_CLUSTER,
    DATA_LOST,
    NAME_CONFLICT,
    KEY_MISMATCH,
    DISK,
    /** Raft stopped at an entry that this version does not know; only a version that knows it goes on. */
    VERSION_TOO_OLD,
    /** A part of this agent stopped by an error of its own or does not answer, with nothing wrong around it. */
    FAILED,
    /** A client that knows no server. */
    NO_SERVERS,
    READY
}
