package io.quorate.consensus.jraft;

import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.ConsensusSettings;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.NotUnderstoodException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Level;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps commands and servers apart that would not understand each other. Safe for any thread; for one group. */
final class LevelGate {
    /*
     * A server stops at a command that it does not know. So the first command of a level is handed to raft only when every server of the
     * configuration says that it has this level, and from then on nobody is let in who has not. Each check alone leaves a gap: between
     * the look at the configuration and the log another thread may let an old server in, and the other way round. So both are made
     * under one lock, and each leaves behind what the other cannot see yet: coming and given.
     *
     * Only the first command of a level is checked, not every one: once one is in the log, a server that is too old for it is lost in
     * any case, and to refuse the next ones would not help it. It would hurt all the others, because a server that is down for long
     * is forgotten by gossip, and nobody can tell its level any more: one dead server would keep a cluster from writing.
     *
     * used: the greatest level in the log, of the replicated state. A new leader counts as one only after it has applied all that earlier
     * leaders committed, so that used is complete before it lets anybody in.
     * given: the greatest level that was handed to raft here, which used follows once it is applied. Never lowered: all servers had it
     * then, so nobody older has a place to return to.
     * coming: whom changes begun here let in, until the status, which is a moment old, shows them. Raft sends them entries before they
     * stand in any configuration. Each with the term, since the next leader's log decides what became of a change.
     */
    private final ConsensusSettings.Levels levels;
    private final IntSupplier used;
    private final Supplier<RaftStatus> status;
    private final ServerId self;
    private final Function<ServerId, @Nullable NodeName> names;
    private final Map<ServerId, Coming> coming = new HashMap<>();
    private int given = Level.FIRST;

    private static final PeerChange.Cases<Optional<ServerId>> LETS_IN = new PeerChange.Cases<>() {
        @Override
        public Optional<ServerId> addLearner(PeerChange.AddLearner change) {
            return Optional.of(change.server());
        }

        @Override
        public Optional<ServerId> addVoter(PeerChange.AddVoter change) {
            return Optional.of(change.server());
        }

        @Override
        public Optional<ServerId> replaceVoter(PeerChange.ReplaceVoter change) {
            return Optional.of(change.by());
        }

        @Override
        public Optional<ServerId> remove(PeerChange.Remove change) {
            return Optional.empty();
        }
    };

    private record Coming(long term, CompletableFuture<@Nullable Void> change) {
        /** Known not to be in any configuration by this change, or shown by the status from now on. */
        boolean isSettled(boolean shown, long now) {
            if (!change.isDone()) {
                return false;
            }
            return shown || now != term || (change.isCompletedExceptionally() && isRefused());
        }

        private boolean isRefused() {
            Throwable failure = change.handle((nothing, thrown) -> thrown).join();
            return (failure instanceof CompletionException ? failure.getCause() : failure)
                    instanceof NotCommittedException;
        }
    }

    /**
     * @param used greatest level in the log, as last applied here
     * @param self this server, which knows every command that it gives
     * @param names under which servers were let in, for words
     */
    LevelGate(
            ConsensusSettings.Levels levels,
            IntSupplier used,
            Supplier<RaftStatus> status,
            ServerId self,
            Function<ServerId, @Nullable NodeName> names) {
        this.levels = levels;
        this.used = used;
        this.status = status;
        this.self = self;
        this.names = names;
    }

    /** @param give hands the command to raft; must not block */
    <T> CompletableFuture<T> command(int level, Supplier<CompletableFuture<T>> give) {
        if (level <= used.getAsInt()) {
            return give.get();
        }
        synchronized (this) {
            String tooOld = tooOldFor(level);
            if (tooOld != null) {
                return CompletableFuture.failedFuture(new NotUnderstoodException(tooOld));
            }
            given = Math.max(given, level);
            return give.get();
        }
    }

    /** @param begin begins the change; must not block */
    CompletableFuture<@Nullable Void> change(PeerChange change, Supplier<CompletableFuture<@Nullable Void>> begin) {
        ServerId server = change.match(LETS_IN).orElse(null);
        if (server == null) {
            return begin.get();
        }
        synchronized (this) {
            Optional<String> tooOld = tooOld(server);
            if (tooOld.isPresent()) {
                return CompletableFuture.failedFuture(new NotUnderstoodException(tooOld.get()));
            }
            CompletableFuture<@Nullable Void> done = begin.get();
            coming.put(server, new Coming(status.get().term(), done));
            return done;
        }
    }

    /** Why that server cannot be let in; empty when its level does not stand in the way. */
    synchronized Optional<String> tooOld(ServerId server) {
        int needed = Math.max(used.getAsInt(), given);
        int its = server.equals(self) ? levels.own() : levels.of(server);
        return its >= needed ? Optional.empty() : Optional.of(words(server, its, needed, "what is in the log"));
    }

    /** Which server would have to stop at it; absent when none. */
    private @Nullable String tooOldFor(int level) {
        if (level <= Level.FIRST) {
            return null;
        }
        RaftStatus now = status.get();
        if (now.voters().isEmpty()) {
            return "this server does not know yet which servers the cluster has";
        }
        coming.entrySet()
                .removeIf(each -> each.getValue()
                        .isSettled(
                                now.voters().contains(each.getKey())
                                        || now.learners().contains(each.getKey()),
                                now.term()));
        return Stream.of(now.voters().stream(), now.learners().stream(), coming.keySet().stream())
                .flatMap(servers -> servers)
                .filter(server -> !server.equals(self) && levels.of(server) < level)
                .findFirst()
                .map(server -> words(server, levels.of(server), level, "this command"))
                .orElse(null);
    }

    private String words(ServerId server, int its, int needed, String what) {
        NodeName name = names.apply(server);
        String who = "server " + (name == null ? server : name);
        return its == ConsensusSettings.Levels.UNKNOWN
                ? who + " is not known to gossip now, and may run a version that does not know " + what
                        + ": start it, or remove it from the cluster (level " + needed + " is needed)"
                : who + " runs a version that does not know " + what + ": upgrade it first (it has level " + its
                        + ", level " + needed + " is needed)";
    }
}
