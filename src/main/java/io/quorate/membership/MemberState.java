package io.quorate.membership;

/** What the roster holds of a member, in the order in which one is stronger than the other at the same incarnation. */
public enum MemberState {
    ALIVE(1, "alive"),
    /** Accused, not yet failed: to callers still alive. */
    SUSPECT(1, "alive"),
    LEAVING(2, "leaving"),
    FAILED(4, "failed"),
    LEFT(3, "left");

    private final int status;
    private final String word;

    MemberState(int status, String word) {
        this.status = status;
        this.word = word;
    }

    /** The number in Consul's dialect: 1 alive, 2 leaving, 3 left, 4 failed. */
    public int status() {
        return status;
    }

    /** As shown to people: alive, leaving, left, failed. */
    public String word() {
        return word;
    }

    public boolean isAlive() {
        return this == ALIVE || this == SUSPECT;
    }
}
