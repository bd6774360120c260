package io.quorate.consensus;

/**
 * The log since the last snapshot, as far as this server has applied it: what a server that lost its database would apply again.
 *
 * @param entries by index, so that what raft itself writes counts, too
 * @param bytes of the commands in them
 */
public record LogGrowth(long entries, long bytes) {
    public static final LogGrowth NONE = new LogGrowth(0, 0);
}
