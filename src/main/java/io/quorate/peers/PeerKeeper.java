package io.quorate.peers;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.bootstrap.Word;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.EventLoop;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what {@link PeerSetRule} says while this server leads, one change at a time. Owned by the founding loop. */
final class PeerKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    /** A change that JRaft never answers must not stop all others for ever. */
    private static final Duration CHANGE_LIMIT = Duration.ofSeconds(60);
    /** A server that asked to leave is gone by then, or it changed its mind. */
    private static final Duration LEAVING_LIMIT = Duration.ofSeconds(60);

    private static final int MAX_SAID = 100;
    private static final int REMOVE_TRIES = 10;
    private static final Duration REMOVE_RETRY = Duration.ofMillis(500);

    private final FoundingSettings settings;
    private final EventLoop loop;
    private final Surroundings around;
    private final Contacts contacts;
    private final Map<ServerId, Long> caughtUpSince = new HashMap<>();
    private final Map<ServerId, Long> leavingSince = new HashMap<>();
    /** A copy of the above for other threads. */
    private volatile Map<ServerId, Long> leftSince = Map.of();

    private final Set<String> said = new HashSet<>();
    private long changingSince;
    private long writingSince;
    private int writing;
    private boolean changing;

    PeerKeeper(FoundingSettings settings, Surroundings around, Contacts contacts) {
        this.settings = settings;
        this.around = around;
        this.contacts = contacts;
        loop = around.loop();
    }

    /** @param words heard in the round that just ended */
    void keep(State state, List<Word> words) {
        loop.assertInside();
        RaftStatus raft = settings.consensus().status();
        if (!raft.isLeader()) {
            caughtUpSince.clear();
            contacts.forget();
            return;
        }
        long now = settings.ticker().nanos();
        leavingSince.values().removeIf(since -> now - since > LEAVING_LIMIT.toNanos());
        leftSince = Map.copyOf(leavingSince);
        lookAtLearners(raft, now);
        contacts.look(raft, words);
        List<PeerSetRule.Action> actions = PeerSetRule.next(seen(state, words, raft, now));
        // Of one round all facts or none: those of the round before are still on their way.
        boolean writes = writing == 0 || now - writingSince >= CHANGE_LIMIT.toNanos();
        if (writes) {
            writing = 0;
            writingSince = now;
        }
        Deeds deeds = new Deeds(now, writes);
        actions.forEach(action -> action.match(deeds).run());
    }

    private void lookAtLearners(RaftStatus raft, long now) {
        caughtUpSince.keySet().retainAll(raft.learners());
        for (ServerId learner : raft.learners()) {
            if (PeerSetRule.isCaughtUp(raft, learner)) {
                caughtUpSince.putIfAbsent(learner, now);
            } else {
                caughtUpSince.remove(learner);
            }
        }
    }

    private PeerSetRule.Seen seen(State state, List<Word> words, RaftStatus raft, long now) {
        return new PeerSetRule.Seen(
                state.record().id(),
                settings.terms().name(),
                raft,
                around.holders(),
                words,
                settings.committed().names(),
                founders(state),
                settings.committed().expelled(),
                settings.committed().removed(),
                leaving(),
                id -> now - caughtUpSince.getOrDefault(id, now)
                        >= settings.timing().stabilization().toNanos(),
                settings.consensus()::isConnected,
                id -> settings.consensus().tooOld(id).isPresent(),
                id -> contacts.of(raft, id));
    }

    private static Map<ServerId, NodeName> founders(State state) {
        Charter charter = state.charter();
        return charter == null ? Map.of() : charter.nodeNames();
    }

    /** For any thread: those that left, with how long each is not taken in again. */
    Map<ServerId, Duration> leftAlone() {
        long now = settings.ticker().nanos();
        Map<ServerId, Duration> left = new HashMap<>();
        leftSince.forEach((id, since) -> {
            Duration rest = LEAVING_LIMIT.minusNanos(now - since);
            if (!rest.isNegative()) {
                left.put(id, rest);
            }
        });
        return left;
    }

    private Set<ServerId> leaving() {
        return Set.copyOf(leavingSince.keySet());
    }

    /** Facts go into the log, and the next ones only when these are there; all else is done at each look. */
    private final class Deeds implements PeerSetRule.Action.Cases<Runnable> {
        private final long now;
        private final boolean writes;

        Deeds(long now, boolean writes) {
            this.now = now;
            this.writes = writes;
        }

        @Override
        public Runnable adopt(PeerSetRule.Action.Adopt adopt) {
            return () -> {
                if (isNews("adopt " + adopt.server().id())) {
                    LOG.atInfo()
                            .addKeyValue("server", adopt.server().name())
                            .addKeyValue("id", adopt.server().id())
                            .log("adding a server");
                }
                around.adopt(adopt.server());
            };
        }

        @Override
        public Runnable tellReplaced(PeerSetRule.Action.TellReplaced replaced) {
            return () -> around.tellReplaced(replaced.server());
        }

        @Override
        public Runnable change(PeerSetRule.Action.Change change) {
            return () -> PeerKeeper.this.change(change, now);
        }

        @Override
        public Runnable remember(PeerSetRule.Action.Remember remember) {
            return fact(() -> written(settings.committed().remember(remember.server(), remember.name()), () -> {}));
        }

        @Override
        public Runnable expel(PeerSetRule.Action.Expel expel) {
            return fact(() -> written(
                    settings.committed().expel(expel.server(), expel.name()),
                    () -> LOG.atInfo()
                            .addKeyValue("server", expel.name())
                            .addKeyValue("id", expel.server())
                            .log("the id of a replaced server is refused from now on")));
        }

        private Runnable fact(Runnable write) {
            return writes ? write : () -> {};
        }
    }

    /** What is tried again each second is said once. */
    private boolean isNews(String line) {
        if (said.size() > MAX_SAID) {
            said.clear();
        }
        return said.add(line);
    }

    /** A fact is appended without waiting for the one before: the log keeps them in order. */
    private void written(CompletableFuture<@Nullable Void> fact, Runnable then) {
        long round = writingSince;
        writing++;
        whenDone(fact, failure -> {
            if (failure == null) {
                then.run();
            } else {
                LOG.atDebug().log("not written, tried again with the next round: {}", Plain.reason(failure));
            }
            if (round == writingSince && --writing == 0) {
                around.roundSoon();
            }
        });
    }

    private void change(PeerSetRule.Action.Change action, long now) {
        if (changing && now - changingSince < CHANGE_LIMIT.toNanos()) {
            return;
        }
        changing = true;
        changingSince = now;
        whenDone(settings.consensus().change(action.change()), failure -> {
            changing = false;
            if (failure == null) {
                said.clear();
                LOG.atInfo()
                        .addKeyValue("server", action.name())
                        .addKeyValue("change", action.change())
                        .log("peer set changed");
            } else if (isNews(action.change() + " " + Plain.reason(failure))) {
                LOG.atInfo()
                        .addKeyValue("server", action.name())
                        .addKeyValue("change", action.change())
                        .log("peer set not changed, tried again: {}", Plain.reason(failure));
            }
        });
    }

    /** Completes on the loop. */
    CompletableFuture<@Nullable Void> remove(ServerId server) {
        loop.assertInside();
        CompletableFuture<@Nullable Void> removed = new CompletableFuture<>();
        remove(server, REMOVE_TRIES, removed);
        return removed;
    }

    private void remove(ServerId server, int tries, CompletableFuture<@Nullable Void> removed) {
        RaftStatus raft = settings.consensus().status();
        if (!raft.isLeader()) {
            removed.completeExceptionally(new NotCommittedException("this server does not lead"));
        } else if (raft.voters().equals(List.of(server))) {
            removed.completeExceptionally(new RemovalRefusedException(
                    "the last voter of a cluster cannot leave it: the cluster"
                            + " would be gone; stop the agent instead, or add another server first",
                    false));
        } else if (!contains(raft.voters(), server) && !contains(raft.learners(), server)) {
            leavingSince.put(server, settings.ticker().nanos());
            removed.complete(null);
        } else if (raft.voters().contains(server) && !spares(raft, server)) {
            // It goes all the same: it is removed as soon as the others can spare it.
            leavingSince.put(server, settings.ticker().nanos());
            removed.completeExceptionally(new RemovalRefusedException(
                    "most of the voters that would stay do not answer: bring them back"
                            + " first, or stop the agent without leaving",
                    false));
        } else {
            leavingSince.put(server, settings.ticker().nanos());
            whenDone(settings.consensus().change(new Consensus.PeerChange.Remove(server)), failure -> {
                if (failure == null) {
                    LOG.atInfo().addKeyValue("id", server).log("server removed from the peer set: it leaves");
                    removed.complete(null);
                } else if (failure instanceof NotCommittedException && tries > 1) {
                    var unused = loop.after(REMOVE_RETRY, () -> remove(server, tries - 1, removed));
                } else {
                    removed.completeExceptionally(failure);
                }
            });
        }
    }

    private boolean spares(RaftStatus raft, ServerId server) {
        ServerId self = raft.leader() == null ? server : raft.leader();
        return PeerSetRule.canSpare(raft, self, server, v -> PeerSetRule.isReached(raft, v));
    }

    /** Chosen now; empty when nobody fits. */
    Optional<ServerId> successor(State state) {
        return PeerSetRule.successor(
                settings.consensus().status(), state.record().id(), around.holders(), leaving());
    }

    private static boolean contains(Collection<ServerId> ids, ServerId id) {
        return ids.contains(id);
    }

    private void whenDone(CompletableFuture<@Nullable Void> future, Consumer<@Nullable Throwable> then) {
        var unused = future.whenComplete((ignored, failure) -> {
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
