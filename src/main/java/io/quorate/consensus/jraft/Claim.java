package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import io.quorate.kernel.ServerId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of itself: anybody who reaches the port can write all of it.
 *
 * @param peer whom it is for, as SOFAJRaft writes a peer
 * @param sender absent when it is not named as our servers are
 */
record Claim(Kind kind, String group, String peer, @Nullable ServerId sender, long term) {
    enum Kind {
        /** {@code RequestVote}, after the pre-vote or when told to stand. */
        VOTE,
        /** {@code AppendEntries}, heartbeats too, and {@code InstallSnapshot}: only a leader sends them. */
        LEAD,
        /** {@code TimeoutNow}: the leader has this server stand for election at once. */
        STAND,
        /** Changes neither term nor leader: pre-votes, for which SOFAJRaft looks at its configuration, and the read index. */
        QUESTION
    }

    /** Empty for what names no sender: pings, and the files of a snapshot, which are asked for by a number. */
    static Optional<Claim> of(Object request) {
        if (request instanceof AppendEntriesRequest append) {
            return Optional.of(
                    of(Kind.LEAD, append.getGroupId(), append.getPeerId(), append.getServerId(), append.getTerm()));
        } else if (request instanceof InstallSnapshotRequest install) {
            return Optional.of(
                    of(Kind.LEAD, install.getGroupId(), install.getPeerId(), install.getServerId(), install.getTerm()));
        } else if (request instanceof RequestVoteRequest vote) {
            Kind kind = vote.getPreVote() ? Kind.QUESTION : Kind.VOTE;
            return Optional.of(of(kind, vote.getGroupId(), vote.getPeerId(), vote.getServerId(), vote.getTerm()));
        } else if (request instanceof TimeoutNowRequest stand) {
            return Optional.of(
                    of(Kind.STAND, stand.getGroupId(), stand.getPeerId(), stand.getServerId(), stand.getTerm()));
        } else if (request instanceof ReadIndexRequest read) {
            return Optional.of(of(Kind.QUESTION, read.getGroupId(), read.getPeerId(), read.getServerId(), 0));
        }
        return Optional.empty();
    }

    private static Claim of(Kind kind, String group, String peer, String sender, long term) {
        return new Claim(kind, group, peer, Peers.ofMessage(sender).orElse(null), term);
    }
}
