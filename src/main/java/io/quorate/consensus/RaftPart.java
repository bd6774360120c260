package io.quorate.consensus;

/** What a file in the raft directory belongs to. */
public enum RaftPart {
    /** Raft's entries, its term and vote. */
    LOG,
    SNAPSHOT,
    /** The database. */
    STATE,
    OTHER
}
