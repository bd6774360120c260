package io.quorate.consensus;

/** What a file in the data directory of a server belongs to. */
public enum RaftPart {
    /** Raft's entries, its term and vote. */
    LOG,
    SNAPSHOT,
    /** The database. */
    STATE,
    /** What was put aside for a person to look at. */
    LOST,
    OTHER
}
