package io.quorate.consensus;

/**
 * How busy a server's raft group is with requests, for metrics. The first two are of this moment, the others count since the
 * agent's start, over every start and stop of the group.
 *
 * @param entriesInFlight commands that raft has and whose end is not known yet
 * @param bytesInFlight of these commands
 * @param refusedBusy commands that were refused before raft saw them, because too many or too large ones were in flight
 * @param unanswered requests that ended by their deadline or with the group, without an answer of raft
 * @param refusedSenders requests that raft did not see because they came from no server that may send them
 * @param overflowed tasks for which one of SOFAJRaft's own thread pools had no thread: they ran later, in a pool of ours
 */
public record RequestFigures(
        int entriesInFlight,
        long bytesInFlight,
        long refusedBusy,
        long unanswered,
        long refusedSenders,
        long overflowed) {
    public static final RequestFigures NONE = new RequestFigures(0, 0, 0, 0, 0, 0);
}
