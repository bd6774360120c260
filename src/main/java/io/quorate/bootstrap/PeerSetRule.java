package io.quorate.bootstrap;

import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a leader keeps the set of peers: from what is, never from what was begun. A leader that dies between two steps leaves
 * nothing behind that the next one would have to know. Never because of a mere failure: a server that is silent stays what it is.
 */
public final class PeerSetRule {
    /** A follower this close to the leader's log votes without holding commits back. */
    static final long MAX_TRAILING = 250;

    private PeerSetRule() {}

    /** What the leader does next. */
    public sealed interface Action {
        /** Tell a server without a cluster that it belongs to this one. */
        record Adopt(Word server) implements Action {}

        /** Tell a server that its id was replaced while it was away. */
        record TellReplaced(Word server) implements Action {}

        record Change(PeerChange change, NodeName name) implements Action {}

        record Remember(ServerId server, NodeName name) implements Action {}

        record Expel(ServerId server, NodeName name) implements Action {}
    }

    /**
     * What is.
     *
     * @param peers other servers of the datacenter, by gossip
     * @param words their own, heard in the last round
     * @param leaving servers that asked to be removed
     * @param stable whether that server has been caught up for the stabilization time
     * @param connected whether a change that names that server can begin
     */
    public record Seen(
            ServerId self,
            NodeName name,
            RaftStatus raft,
            List<Peer> peers,
            List<Word> words,
            Map<ServerId, NodeName> names,
            Set<ServerId> expelled,
            Set<ServerId> leaving,
            Predicate<ServerId> stable,
            Predicate<ServerId> connected) {}

    /** In order; at most one {@link Action.Change} among them. Empty unless this server leads. */
    public static List<Action> next(Seen seen) {
        ClusterRef cluster = seen.raft().cluster();
        if (!seen.raft().isLeader() || cluster == null || seen.raft().commitIndex() == 0) {
            return List.of();
        }
        List<Action> actions = new ArrayList<>();
        remember(seen, actions);
        expel(seen, actions);
        Optional<Peer> departed = departed(seen);
        PeerChange change =
                departed.<PeerChange>map(p -> new PeerChange.Remove(p.id())).orElse(null);
        NodeName changed = departed.map(Peer::name).orElse(seen.name());
        for (Word word : seen.words()) {
            boolean alive = seen.peers().stream()
                    .anyMatch(p ->
                            p.isAlive() && p.id().equals(word.id()) && p.name().equals(word.name()));
            if (!alive || seen.leaving().contains(word.id())) {
                continue;
            }
            if (word.kind() == Word.Kind.BLANK || word.kind() == Word.Kind.WITHDRAWN) {
                actions.add(new Action.Adopt(word));
            } else if (cluster.equals(word.cluster())) {
                if (seen.expelled().contains(word.id())) {
                    actions.add(new Action.TellReplaced(word));
                } else if (change == null) {
                    change = changeFor(seen, word);
                    changed = word.name();
                }
            }
        }
        if (change != null) {
            actions.add(new Action.Change(change, changed));
        }
        return actions;
    }

    private static @Nullable PeerChange changeFor(Seen seen, Word word) {
        ServerId id = word.id();
        RaftStatus raft = seen.raft();
        if (raft.voters().contains(id)) {
            return null;
        }
        if (raft.learners().contains(id)) {
            return seen.stable().test(id) && seen.connected().test(id) ? new PeerChange.AddVoter(id) : null;
        }
        for (ServerId old : raft.voters()) {
            if (word.name().equals(seen.names().get(old)) && isGone(seen, old)) {
                // In one change: taken out first and added afterwards, the cluster would be smaller in between.
                return seen.connected().test(id) ? new PeerChange.ReplaceVoter(old, id) : null;
            }
        }
        for (ServerId old : raft.learners()) {
            if (word.name().equals(seen.names().get(old)) && isGone(seen, old)) {
                return new PeerChange.Remove(old);
            }
        }
        return new PeerChange.AddLearner(id);
    }

    /**
     * A peer that left, or that an operator said has left: an explicit word, unlike a failure. Taken out only when most of those
     * that stay are alive, else what is left could not go on.
     */
    private static Optional<Peer> departed(Seen seen) {
        RaftStatus raft = seen.raft();
        return seen.peers().stream()
                .filter(p -> p.presence() == Peer.Presence.LEFT && isGone(seen, p.id()))
                .filter(p -> raft.learners().contains(p.id()) || canSpare(seen, p.id()))
                .findFirst();
    }

    private static boolean canSpare(Seen seen, ServerId voter) {
        List<ServerId> staying =
                seen.raft().voters().stream().filter(v -> !v.equals(voter)).toList();
        long alive = staying.stream().filter(v -> !isGone(seen, v)).count();
        return staying.size() < seen.raft().voters().size() && alive > staying.size() / 2;
    }

    private static boolean isGone(Seen seen, ServerId id) {
        return !id.equals(seen.self()) && seen.peers().stream().noneMatch(p -> p.isAlive() && p.id().equals(id));
    }

    private static void remember(Seen seen, List<Action> actions) {
        if (!seen.names().containsKey(seen.self())) {
            actions.add(new Action.Remember(seen.self(), seen.name()));
        }
        for (Peer peer : seen.peers()) {
            boolean inside = seen.raft().voters().contains(peer.id())
                    || seen.raft().learners().contains(peer.id());
            if (inside && peer.isAlive() && !peer.name().equals(seen.names().get(peer.id()))) {
                actions.add(new Action.Remember(peer.id(), peer.name()));
            }
        }
    }

    /** Who is out of the configuration while another id holds its name there, was replaced. */
    private static void expel(Seen seen, List<Action> actions) {
        List<ServerId> inside = new ArrayList<>(seen.raft().voters());
        inside.addAll(seen.raft().learners());
        seen.names().forEach((old, name) -> {
            boolean replaced = !inside.contains(old)
                    && inside.stream().anyMatch(id -> name.equals(seen.names().get(id)));
            if (replaced && !seen.expelled().contains(old) && isGone(seen, old)) {
                actions.add(new Action.Expel(old, name));
            }
        });
    }

    /** Close enough to vote. */
    public static boolean isCaughtUp(RaftStatus raft, ServerId learner) {
        RaftStatus.Follower follower = raft.followers().get(learner);
        return follower != null
                && follower.connected()
                && follower.lastLogIndex() > 0
                && follower.lastLogIndex() + MAX_TRAILING >= raft.lastLogIndex();
    }

    /** Whom to hand leadership to: of the live voters that stay, the one with the longest log. */
    public static Optional<ServerId> successor(
            RaftStatus raft, ServerId self, List<Peer> peers, Set<ServerId> leaving) {
        return raft.voters().stream()
                .filter(v -> !v.equals(self) && !leaving.contains(v))
                .filter(v -> peers.stream().anyMatch(p -> p.isAlive() && p.id().equals(v)))
                .filter(v -> raft.followers().containsKey(v)
                        && raft.followers().get(v).connected())
                .max(Comparator.comparingLong(
                        v -> raft.followers().getOrDefault(v, NOBODY).lastLogIndex()));
    }

    private static final RaftStatus.Follower NOBODY = new RaftStatus.Follower(0, -1, false);
}
