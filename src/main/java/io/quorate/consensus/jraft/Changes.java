package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftError;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Carries out one change of the configuration at a time. What is there already is done; a learner becomes a voter in two steps,
 * and a leader that dies between them leaves it in neither list, so whoever asks looks at what is and asks again.
 */
final class Changes {
    private final NodeImpl node;
    private final Predicate<ServerId> connected;
    private final Unanswered unanswered;
    private final AtomicBoolean busy = new AtomicBoolean();

    Changes(NodeImpl node, Predicate<ServerId> connected, Unanswered unanswered) {
        this.node = node;
        this.connected = connected;
        this.unanswered = unanswered;
    }

    /** May wait for the node's lock: not for a caller's thread. */
    CompletableFuture<@Nullable Void> change(PeerChange change) {
        if (!busy.compareAndSet(false, true)) {
            return refused("another change is under way");
        }
        CompletableFuture<@Nullable Void> done;
        try {
            done = node.isLeader() ? begin(change) : refused("not the leader");
        } catch (RuntimeException e) {
            done = refused("refused: " + Plain.reason(e));
        } catch (Error e) {
            busy.set(false);
            throw e;
        }
        return done.whenComplete((ignored, failure) -> busy.set(false));
    }

    private CompletableFuture<@Nullable Void> begin(PeerChange change) {
        Configuration now = node.getCurrentConf();
        return change.match(new PeerChange.Cases<>() {
            @Override
            public CompletableFuture<@Nullable Void> addLearner(PeerChange.AddLearner add) {
                return Changes.this.addLearner(now, add.server());
            }

            @Override
            public CompletableFuture<@Nullable Void> addVoter(PeerChange.AddVoter add) {
                return Changes.this.addVoter(now, add.server());
            }

            @Override
            public CompletableFuture<@Nullable Void> replaceVoter(PeerChange.ReplaceVoter replace) {
                return replace(now, replace.old(), replace.by());
            }

            @Override
            public CompletableFuture<@Nullable Void> remove(PeerChange.Remove remove) {
                return Changes.this.remove(now, remove.server());
            }
        });
    }

    private CompletableFuture<@Nullable Void> addLearner(Configuration now, ServerId server) {
        PeerId peer = Peers.peer(server);
        if (now.getLearners().contains(peer)) {
            return done();
        }
        if (now.contains(peer)) {
            return refused(server + " is a voter");
        }
        if (!connected.test(server)) {
            return notConnected(server);
        }
        return step(closure -> node.addLearners(List.of(peer), closure));
    }

    private CompletableFuture<@Nullable Void> addVoter(Configuration now, ServerId server) {
        PeerId peer = Peers.peer(server);
        if (now.contains(peer)) {
            return done();
        }
        if (!connected.test(server)) {
            return notConnected(server);
        }
        return withoutLearner(now, peer).thenCompose(ignored -> step(closure -> node.addPeer(peer, closure)));
    }

    private CompletableFuture<@Nullable Void> replace(Configuration now, ServerId old, ServerId by) {
        PeerId leaving = Peers.peer(old);
        PeerId coming = Peers.peer(by);
        if (!now.contains(leaving)) {
            return now.contains(coming) ? done() : refused(old + " is no voter");
        }
        if (!connected.test(by)) {
            return notConnected(by);
        }
        return withoutLearner(now, coming).thenCompose(ignored -> {
            Configuration next = new Configuration(node.getCurrentConf());
            next.removePeer(leaving);
            next.addPeer(coming);
            return step(closure -> node.changePeers(next, closure));
        });
    }

    /** SOFAJRaft does not make a learner a voter: it throws at the caller. */
    private CompletableFuture<@Nullable Void> withoutLearner(Configuration now, PeerId peer) {
        return now.getLearners().contains(peer) ? step(closure -> node.removeLearners(List.of(peer), closure)) : done();
    }

    private CompletableFuture<@Nullable Void> remove(Configuration now, ServerId server) {
        PeerId peer = Peers.peer(server);
        if (now.getLearners().contains(peer)) {
            return step(closure -> node.removeLearners(List.of(peer), closure));
        }
        if (!now.contains(peer)) {
            return done();
        }
        if (now.size() == 1) {
            return refused(server + " is the last voter");
        }
        return step(closure -> node.removePeer(peer, closure));
    }

    private CompletableFuture<@Nullable Void> step(Consumer<Closure> begin) {
        CompletableFuture<@Nullable Void> committed = unanswered.future(
                Requests.CHANGE_STEP, why -> new OutcomeUnknownException("the change may yet be committed: " + why));
        if (committed.isDone()) {
            return committed;
        }
        begin.accept(status -> {
            if (status.isOk() || status.getRaftError() == RaftError.ELEADERREMOVED) {
                committed.complete(null);
            } else {
                committed.completeExceptionally(failure(status));
            }
        });
        return committed;
    }

    static RuntimeException failure(Status status) {
        RaftError code = status.getRaftError();
        String text = String.valueOf(status.getErrorMsg());
        String words = RaftWords.of(status);
        if (code == RaftError.EBUSY || code == RaftError.ECATCHUP || code == RaftError.EINVAL) {
            return new NotCommittedException("refused: " + words);
        }
        if (code == RaftError.EPERM && (text.equals("Not leader") || text.equals("Not a leader"))) {
            return new NotCommittedException("not the leader");
        }
        return new OutcomeUnknownException("the change may yet be committed: " + words);
    }

    private static CompletableFuture<@Nullable Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private static CompletableFuture<@Nullable Void> notConnected(ServerId server) {
        return refused("not connected to " + server);
    }

    private static CompletableFuture<@Nullable Void> refused(String why) {
        return CompletableFuture.failedFuture(new NotCommittedException(why));
    }
}
