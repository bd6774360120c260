package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Ticker;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * What the leader knows of each follower, taken from the answers themselves: SOFAJRaft's own next index is a guess until the
 * first answer, and a new learner would look level before it has anything. Safe for any thread.
 */
final class Progress {
    private final Ticker ticker;
    private final ConcurrentHashMap<ServerId, Seen> seen = new ConcurrentHashMap<>();

    Progress(Ticker ticker) {
        this.ticker = ticker;
    }

    /** At the beginning of a leadership: what was known is of another term. */
    void reset() {
        seen.clear();
    }

    void answered(String peer, Object request, Object answer) {
        Optional<ServerId> server = Peers.server(peer);
        if (server.isEmpty()) {
            return;
        }
        if (request instanceof AppendEntriesRequest asked && answer instanceof AppendEntriesResponse said) {
            if (said.getSuccess()) {
                long stored = asked.getPrevLogIndex() + asked.getEntriesCount();
                merge(server.get(), new Seen(asked.getTerm(), stored, ticker.nanos()));
            } else if (said.getTerm() <= asked.getTerm()) {
                merge(server.get(), new Seen(asked.getTerm(), 0, ticker.nanos()));
            }
        } else if (request instanceof InstallSnapshotRequest asked
                && answer instanceof InstallSnapshotResponse said
                && said.getSuccess()) {
            merge(server.get(), new Seen(asked.getTerm(), asked.getMeta().getLastIncludedIndex(), ticker.nanos()));
        }
    }

    private void merge(ServerId server, Seen fresh) {
        seen.merge(server, fresh, (old, now) -> {
            if (now.term < old.term) {
                return old;
            }
            // Within a term a follower's agreement with its leader only grows.
            long stored = now.term == old.term ? Math.max(old.stored, now.stored) : now.stored;
            return new Seen(now.term, stored, now.atNanos);
        });
    }

    RaftStatus.Follower of(ServerId server, Predicate<ServerId> connected) {
        Seen last = seen.get(server);
        if (last == null) {
            return new RaftStatus.Follower(0, -1, connected.test(server));
        }
        long agoMs = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - last.atNanos);
        return new RaftStatus.Follower(last.stored, agoMs, connected.test(server));
    }

    private record Seen(long term, long stored, long atNanos) {}
}
