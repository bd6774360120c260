package io.quorate.peers;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.peers.PeerSetRule.Contact;
import io.quorate.runtime.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes out by hand, on the leader: first it is committed that the peer was sent away and how often it had been started, so that no
 * leader takes it in again while it only goes on running; then the configuration is changed. Owned by the founding loop.
 */
final class Removals {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    /** Twice the silence that shows that a voter is gone. */
    private static final int WAIT_SILENCES = 2;

    private static final Duration AGAIN = Duration.ofMillis(250);
    private static final int CHANGE_TRIES = 20;
    private static final int MAX_RUNNING = 16;

    private final FoundingSettings settings;
    private final EventLoop loop;
    private final Contacts contacts;
    private final Surroundings around;
    private int running;

    Removals(FoundingSettings settings, Surroundings around, Contacts contacts) {
        this.settings = settings;
        this.around = around;
        this.contacts = contacts;
        loop = around.loop();
    }

    CompletableFuture<@Nullable Void> remove(ServerId peer, Removal how) {
        loop.assertInside();
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        if (running >= MAX_RUNNING) {
            done.completeExceptionally(new ServerBusyException(running + " removals are under way"));
            return done;
        }
        running++;
        FoundingSettings.Timing timing = settings.timing();
        // It may have died so shortly ago that another voter's word that it sees it still counts.
        long deadline = settings.ticker().nanos()
                + timing.silence().multipliedBy(WAIT_SILENCES).toNanos()
                + timing.round().multipliedBy(Contacts.FRESH_ROUNDS).toNanos();
        judge(peer, how, deadline, done);
        return done.whenComplete((removed, failure) -> running--);
    }

    private void judge(ServerId peer, Removal how, long deadline, CompletableFuture<@Nullable Void> done) {
        RaftStatus raft = settings.consensus().status();
        State now = around.state();
        ServerId self = now.record().id();
        if (!raft.isLeader()) {
            done.completeExceptionally(new NotCommittedException("this server does not lead"));
            return;
        }
        if (!raft.voters().contains(peer) && !raft.learners().contains(peer)) {
            done.complete(null);
            return;
        }
        if (how == Removal.SILENT) {
            Contact contact = peer.equals(self) ? Contact.REACHED : contacts.now(raft, peer);
            boolean certain = contact == Contact.REACHED || contact.isSilent();
            if (!certain && settings.ticker().nanos() < deadline) {
                var unused = loop.after(AGAIN, () -> judge(peer, how, deadline, done));
                return;
            }
            if (!contact.isSilent()) {
                done.completeExceptionally(new RemovalRefusedException(
                        name(peer)
                                + (contact == Contact.QUIET
                                        ? " may be gone, but a majority of the voters has not confirmed it"
                                        : " answers"),
                        contact != Contact.QUIET));
                return;
            }
        }
        String objection = objection(raft, self, peer, how);
        if (objection != null) {
            done.completeExceptionally(new RemovalRefusedException(objection, false));
            return;
        }
        LOG.atInfo().addKeyValue("server", name(peer)).addKeyValue("id", peer).log("removing a peer by hand");
        then(
                settings.committed().remove(peer, name(peer), starts(now, peer)),
                done,
                () -> change(peer, CHANGE_TRIES, done));
    }

    private @Nullable String objection(RaftStatus raft, ServerId self, ServerId peer, Removal how) {
        if (raft.voters().equals(List.of(peer))) {
            return name(peer) + " is the last voter: without it the cluster would be gone";
        }
        boolean spared = PeerSetRule.canSpare(raft, self, peer, v -> PeerSetRule.isReached(raft, v));
        if (how == Removal.FORCED || !raft.voters().contains(peer) || spared) {
            return null;
        }
        List<ServerId> staying =
                raft.voters().stream().filter(v -> !v.equals(peer)).toList();
        List<ServerId> silent = staying.stream()
                .filter(v -> !v.equals(self) && !PeerSetRule.isReached(raft, v))
                .toList();
        return "without " + name(peer) + " only " + (staying.size() - silent.size()) + " of " + staying.size()
                + " voters would answer, and " + (staying.size() / 2 + 1) + " are needed. Bring back or remove first: "
                + silent.stream().map(v -> name(v) + " (" + v + ")").collect(Collectors.joining(", "));
    }

    /** As it was let in; a voter of an older version may have no name, and its id has to do. */
    private NodeName name(ServerId peer) {
        State now = around.state();
        NodeName known = settings.committed().names().get(peer);
        if (known == null && now.charter() != null) {
            known = now.charter().nodeNames().get(peer);
        }
        return known == null ? new NodeName(peer.toString()) : known;
    }

    /** Not of another one that claims its id: that count could keep it out for ever. */
    private long starts(State now, ServerId peer) {
        if (peer.equals(now.record().id())) {
            return now.record().starts();
        }
        return around.holder(peer).map(Peer::starts).orElse(0L);
    }

    private void change(ServerId peer, int tries, CompletableFuture<@Nullable Void> done) {
        settled(settings.consensus().change(new PeerChange.Remove(peer)), failure -> {
            if (failure == null) {
                LOG.atInfo()
                        .addKeyValue("server", name(peer))
                        .addKeyValue("id", peer)
                        .log("peer removed by hand");
                done.complete(null);
            } else if (failure instanceof NotCommittedException && tries > 1) {
                var unused = loop.after(AGAIN, () -> change(peer, tries - 1, done));
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    private void then(CompletableFuture<@Nullable Void> first, CompletableFuture<@Nullable Void> done, Runnable next) {
        settled(first, failure -> {
            if (failure == null) {
                next.run();
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    private void settled(CompletableFuture<@Nullable Void> future, Consumer<@Nullable Throwable> then) {
        var unused = future.whenComplete((done, failure) -> {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            try {
                loop.execute(() -> then.accept(cause));
            } catch (RejectedExecutionException e) {
                LOG.atDebug().log("the loop is closed");
            }
        });
    }
}
