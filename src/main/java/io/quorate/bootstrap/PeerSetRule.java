package io.quorate.bootstrap;

import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
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
    /** What is left over is found again in the next round. */
    private static final int MAX_FACTS = 64;

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
     * @param names as committed, in the order in which they were committed last
     * @param founders names that the charter of this server has; empty when it was adopted
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
            Map<ServerId, NodeName> founders,
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
        boolean named = remember(seen, actions);
        expel(seen, actions);
        Optional<Peer> departed = departed(seen);
        PeerChange change =
                departed.<PeerChange>map(p -> new PeerChange.Remove(p.id())).orElse(null);
        NodeName changed = departed.map(Peer::name).orElse(seen.name());
        for (Word word : seen.words()) {
            if (!isHere(seen, word)) {
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
        if (change != null && named) {
            actions.add(new Action.Change(change, changed));
        }
        return actions;
    }

    private static @Nullable PeerChange changeFor(Seen seen, Word word) {
        ServerId id = word.id();
        RaftStatus raft = seen.raft();
        if (raft.voters().contains(id) || !word.name().equals(seen.names().get(id))) {
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

    /**
     * A name is known before its server may vote: the founders' from the charter, anybody else's from its own word before it is let
     * in. Learned later, it might never be: the server may be gone by then, and whoever comes in its place would be a voter more.
     *
     * @return whether the names of all voters and learners that can be known are committed: else no change may begin
     */
    private static boolean remember(Seen seen, List<Action> actions) {
        Map<ServerId, NodeName> known = new LinkedHashMap<>(seen.founders());
        known.keySet().removeAll(seen.names().keySet());
        known.keySet().removeIf(id -> !isInside(seen, id));
        known.put(seen.self(), seen.name());
        for (Word word : seen.words()) {
            boolean comes = isHere(seen, word)
                    && word.cluster() != null
                    && word.cluster().equals(seen.raft().cluster())
                    && !seen.expelled().contains(word.id());
            if (comes || isInside(seen, word.id())) {
                known.put(word.id(), word.name());
            }
        }
        boolean complete = true;
        for (Map.Entry<ServerId, NodeName> entry : known.entrySet()) {
            NodeName committed = seen.names().get(entry.getKey());
            if (entry.getValue().equals(committed)) {
                continue;
            }
            complete &= committed != null || !isInside(seen, entry.getKey());
            if (actions.size() < MAX_FACTS) {
                actions.add(new Action.Remember(entry.getKey(), entry.getValue()));
            }
        }
        return complete;
    }

    /** Gossip and the server itself say the same of it, and it does not want to go. */
    private static boolean isHere(Seen seen, Word word) {
        return !seen.leaving().contains(word.id())
                && seen.peers().stream()
                        .anyMatch(p -> p.isAlive()
                                && p.id().equals(word.id())
                                && p.name().equals(word.name()));
    }

    private static boolean isInside(Seen seen, ServerId id) {
        return seen.raft().voters().contains(id) || seen.raft().learners().contains(id);
    }

    /**
     * Who is out of the configuration while another id, named later, holds its name there, was replaced. The order tells: a server
     * is named before it is let in, so one that waits outside and is silent for a moment was not replaced by the one it comes to
     * replace.
     */
    private static void expel(Seen seen, List<Action> actions) {
        List<ServerId> inOrder = List.copyOf(seen.names().keySet());
        for (int i = 0; i < inOrder.size() && actions.size() < MAX_FACTS; i++) {
            ServerId old = inOrder.get(i);
            NodeName name = seen.names().getOrDefault(old, seen.name());
            boolean replaced = !isInside(seen, old)
                    && inOrder.subList(i + 1, inOrder.size()).stream()
                            .anyMatch(id -> isInside(seen, id)
                                    && name.equals(seen.names().get(id)));
            if (replaced && !seen.expelled().contains(old) && isGone(seen, old)) {
                actions.add(new Action.Expel(old, name));
            }
        }
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
