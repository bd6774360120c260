package io.quorate.consensus;

import io.quorate.kernel.LogIndex;

/**
 * Where in the log a command stands, and when it was proposed: the same on every server.
 *
 * @param wallMs wall time of the leader that proposed it, in milliseconds since 1970. It may go back from one entry to the next, for
 *     leaders change and clocks are set: it is shown, and may decide what expires, nothing else
 */
public record Moment(LogIndex index, long wallMs) {}
