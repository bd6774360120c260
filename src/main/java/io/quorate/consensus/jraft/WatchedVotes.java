package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.util.function.BooleanSupplier;

/** The file of term and vote, watched: it is synced under the node's lock, so that a disk that hangs there stops the whole node. */
final class WatchedVotes implements RaftMetaStorage {
    private final RaftMetaStorage votes;
    private final Writes writes;

    WatchedVotes(RaftMetaStorage votes, Writes writes) {
        this.votes = votes;
        this.writes = writes;
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
        return votes.init(options);
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
        return write(() -> votes.setTerm(term));
    }

    @Override
    public long getTerm() {
        return votes.getTerm();
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        return write(() -> votes.setVotedFor(peer));
    }

    @Override
    public PeerId getVotedFor() {
        return votes.getVotedFor();
    }

    @Override
    public boolean setTermAndVotedFor(long term, PeerId peer) {
        return write(() -> votes.setTermAndVotedFor(term, peer));
    }
}
