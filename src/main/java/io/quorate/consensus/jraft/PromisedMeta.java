package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter.ErrorType;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Term and vote on disk, twice: in {@link Promise} first, then in SOFAJRaft's own file. Of the two the later one counts when a node
 * starts, so that one of them put back from an older copy takes nothing back. Called under the node's lock.
 */
final class PromisedMeta implements RaftMetaStorage {
    private static final Logger LOG = LoggerFactory.getLogger(PromisedMeta.class);

    private final RaftMetaStorage meta;
    private final Path folder;
    private final String token;
    private @Nullable NodeImpl node;

    PromisedMeta(RaftMetaStorage meta, Path folder, String token) {
        this.meta = meta;
        this.folder = folder;
        this.token = token;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        node = options.getNode();
        if (!meta.init(options)) {
            return false;
        }
        try {
            Promise inMeta =
                    new Promise(token, meta.getTerm(), meta.getVotedFor().toString());
            Promise kept = Promise.read(folder).orElse(Promise.none(token));
            Promise later = kept.later(inMeta);
            if (!later.equals(inMeta) || !later.equals(kept)) {
                LOG.atWarn()
                        .addKeyValue("meta", inMeta.term())
                        .addKeyValue("promises", kept.term())
                        .log("raft/meta and raft/promises are not of one moment: the later one counts");
                PeerId vote = new PeerId();
                return vote.parse(later.vote()) && setTermAndVotedFor(later.term(), vote);
            }
            return true;
        } catch (IOException | IllegalStateException e) {
            LOG.atError().log("raft/promises cannot be used: {}", Plain.reason(e));
            return false;
        }
    }

    @Override
    public void shutdown() {
        meta.shutdown();
    }

    @Override
    public boolean setTerm(long term) {
        return keep(term, meta.getVotedFor()) && meta.setTerm(term);
    }

    @Override
    public long getTerm() {
        return meta.getTerm();
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        return keep(meta.getTerm(), peer) && meta.setVotedFor(peer);
    }

    @Override
    public PeerId getVotedFor() {
        return meta.getVotedFor();
    }

    @Override
    public boolean setTermAndVotedFor(long term, PeerId peer) {
        return keep(term, peer) && meta.setTermAndVotedFor(term, peer);
    }

    private boolean keep(long term, PeerId vote) {
        try {
            new Promise(token, term, vote.toString()).write(folder);
            return true;
        } catch (IOException e) {
            LOG.atError().log("term and vote cannot be written: {}", Plain.reason(e));
            NodeImpl present = node;
            if (present != null) {
                present.onError(new RaftException(
                        ErrorType.ERROR_TYPE_META,
                        RaftError.EIO,
                        "term and vote cannot be written: %s",
                        Plain.reason(e)));
            }
            return false;
        }
    }
}
