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
                merge(server.get(), asked.getTerm(), stored);
            } else if (said.getTerm() <= asked.getTerm()) {
                merge(server.get(), asked.getTerm(), 0);
            }
        } else if (request instanceof InstallSnapshotRequest asked
                && answer instanceof InstallSnapshotResponse said
                && said.getSuccess()) {
            merge(server.get(), asked.getTerm(), asked.getMeta().getLastIncludedIndex());
        }
    }

    private void merge(ServerId server, long term, long index) {
        long nanos = ticker.nanos();
        seen.merge(server, new Seen(term, index, nanos, nanos), (old, now) -> {
            if (now.term < old.term) {
                return old;
            }
            // Within a term a follower's agreement with its leader only grows.
            long stored = now.term == old.term ? Math.max(old.stored, now.stored) : now.stored;
            boolean grew = now.term > old.term || stored > old.stored;
            return new Seen(now.term, stored, now.atNanos, grew ? now.atNanos : old.movedNanos);
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

    /** The same, with how long it has stored nothing although the leader has more. To be asked often, by one thread. */
    RaftStatus.Follower of(ServerId server, Predicate<ServerId> connected, long leadersLast) {
        RaftStatus.Follower follower = of(server, connected);
        // Up to now it lacked nothing: how long it is stuck counts from here.
        Seen last = seen.computeIfPresent(
                server,
                (id, old) ->
                        old.stored < leadersLast ? old : new Seen(old.term, old.stored, old.atNanos, ticker.nanos()));
        if (last == null || last.stored >= leadersLast) {
            return follower;
        }
        long stuckMs = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - last.movedNanos);
        return new RaftStatus.Follower(
                follower.lastLogIndex(), follower.lastContactMs(), follower.connected(), stuckMs);
    }

    /** @param movedNanos when it last stored something new, or was last seen to have all that the leader had */
    private record Seen(long term, long stored, long atNanos, long movedNanos) {}
}
