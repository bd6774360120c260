package io.quorate.consensus.jraft;

import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.ConsensusException;
import io.quorate.kernel.Plain;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The node that ran before in this process, if any. Two nodes on one folder would be two votes of one server, and RocksDB does not open
 * twice; so the next one waits until this one has ended, and must find on disk what this one had there.
 */
final class Former {
    static final Former NOBODY = new Former("", CompletableFuture.completedFuture(0L));

    private final String token;
    private final CompletableFuture<Long> ended;

    /** @param ended completes when all its files are closed, with the last index that it had on disk */
    Former(String token, CompletableFuture<Long> ended) {
        this.token = token;
        this.ended = ended;
    }

    /**
     * Returns once it has ended.
     *
     * @throws ConsensusException when that takes longer, as it does while a write to its disk hangs
     */
    long await(long longestMs) {
        try {
            return ended.get(longestMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConsensusException("interrupted while the raft node ends", false, e);
        } catch (TimeoutException e) {
            throw new ConsensusException("the raft node has not ended yet: a write to its disk hangs", false, e);
        } catch (ExecutionException e) {
            throw new ConsensusException("the raft node did not end in order: " + Plain.reason(e), false, e);
        }
    }

    /** @throws ConsensusException when the folder lacks what it held a moment ago */
    void check(GroupStart next, RaftStorage.Stored stored, long longestMs) {
        long onDisk = await(longestMs);
        if (next.token().equals(token) && stored.lastIndex() < onDisk) {
            // The leader was told so, perhaps: with less this server could vote for one that lacks what was committed.
            throw new ConsensusException(
                    "entry " + onDisk + " was on this disk a moment ago, but log and snapshot in " + next.folder()
                            + " end at " + stored.lastIndex(),
                    true);
        }
    }
}
