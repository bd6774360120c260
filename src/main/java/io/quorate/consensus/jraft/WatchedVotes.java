package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.util.function.BooleanSupplier;

/** The file of term and vote, watched: it is synced under the node's lock, so that a disk that hangs there stops the whole node. */
final class WatchedVotes implements RaftMetaStorage {
    private final RaftMetaStorage votes;
    private final Writes writes;
    private final Standing standing;

    WatchedVotes(RaftMetaStorage votes, Writes writes, Standing standing) {
        this.votes = votes;
        this.writes = writes;
        this.standing = standing;
    }

    private boolean write(BooleanSupplier operation) {
        writes.begin();
        try {
            boolean written = operation.getAsBoolean();
            if (!written) {
                writes.failed("term and vote could not be written");
            }
            return written;
        } finally {
            writes.end();
        }
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        boolean there = votes.init(options);
        if (there) {
            standing.voted(votes.getTerm(), votes.getVotedFor());
        }
        return there;
    }

    /** Writes once more. */
    @Override
    public void shutdown() {
        writes.begin();
        try {
            votes.shutdown();
        } finally {
            writes.end();
        }
    }

    @Override
    public boolean setTerm(long term) {
        standing.voted(term, votes.getVotedFor());
        return write(() -> votes.setTerm(term));
    }

    @Override
    public long getTerm() {
        return votes.getTerm();
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        standing.voted(votes.getTerm(), peer);
        return write(() -> votes.setVotedFor(peer));
    }

    @Override
    public PeerId getVotedFor() {
        return votes.getVotedFor();
    }

    @Override
    public boolean setTermAndVotedFor(long term, PeerId peer) {
        standing.voted(term, peer);
        return write(() -> votes.setTermAndVotedFor(term, peer));
    }
}
