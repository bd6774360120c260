package io.quorate.peers;

import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Word;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a leader keeps the set of peers: from what is, never from what was begun. A leader that dies between two steps leaves
 * nothing behind that the next one would have to know.
 *
 * <p>A voter is judged by its own id: what an agent of another id does under its name neither removes it nor hides its death. A
 * failure alone changes nothing, and what gossip says of a leave is no more than that; a voter that nobody hears is replaced when another
 * server is there to take its place.
 */
public final class PeerSetRule {
    /*
     * Every round begins anew from what raft has committed and what the servers say now. A list of changes that were begun would have to
     * survive a change of the leader, and would be carried out though its reason has gone.
     *
     * A newcomer goes from outside to learner to voter, and a step is taken only where it cannot cost the majority:
     *   - It is named in the log before it is let in (remember). A name that was learned later might never be: its server may be gone by
     *     then, and whoever comes in its place would be a voter more, for ever.
     *   - It votes only when it has kept up with the log for a while (stable) and a change can begin (connected). A voter that is far
     *     behind is one more that the majority must do without.
     *   - It takes the place of a dead voter in a single change. To remove first and add afterwards would leave a smaller cluster in
     *     between, to add first a larger quorum; whoever dies in between stops it. Which dead voter: one of its own name after five
     *     seconds (SILENT), any after thirty (LOST). As long as one is only QUIET, nobody is added beside it.
     *   - One change at a time, and none before the names of all who are inside are committed.
     *
     * That a server is gone is never gossip's word alone: Contact is what the leader, gossip here and elsewhere, the server's last address
     * and a majority of the voters say together. A leave was confirmed by the server itself before it is among leaving. Whatever is done
     * to a voter is done to its id: an agent of another id under its name is no reason for anything.
     *
     * Who was replaced is told by order alone (expel): an id outside whose name an id named later holds inside. By silence it could not
     * be told: one that waits outside may be silent for a moment.
     */
    /** A follower this close to the leader's log votes without holding commits back. */
    static final long MAX_TRAILING = 250;
    /** Raft's heartbeats come at least twice a second. */
    private static final long REACHED_MS = 5_000;
    /** What is left over is found again in the next round. */
    private static final int MAX_FACTS = 64;

    private PeerSetRule() {}

    /** Whether a peer answers anybody, as far as the leader could find out; each is worse than the one before. */
    public enum Contact {
        /** It answers the leader through raft. */
        REACHED,
        /** Not that, but it answers somebody: gossip, a question, another voter. */
        SEEN,
        /** Nobody who was asked hears it, but not for long, or too few could be asked. */
        QUIET,
        /** A majority of the voters looked for it and did not find it, so long that a server of its name may take its place. */
        SILENT,
        /** So long that any server may. */
        LOST;

        boolean isSilent() {
            return compareTo(SILENT) >= 0;
        }
    }

    /** What the leader does next. */
    public sealed interface Action {
        <R> R match(Cases<R> cases);

        /** One method for each, so that no reader forgets one. */
        interface Cases<R> {
            R adopt(Adopt action);

            R tellReplaced(TellReplaced action);

            R change(Change action);

            R remember(Remember action);

            R expel(Expel action);
        }

        /** Tell a server without a cluster that it belongs to this one. */
        record Adopt(Word server) implements Action {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.adopt(this);
            }
        }

        /** Tell a server that its id was replaced while it was away. */
        record TellReplaced(Word server) implements Action {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.tellReplaced(this);
            }
        }

        record Change(PeerChange change, NodeName name) implements Action {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.change(this);
            }
        }

        record Remember(ServerId server, NodeName name) implements Action {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.remember(this);
            }
        }

        record Expel(ServerId server, NodeName name) implements Action {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.expel(this);
            }
        }
    }

    /**
     * What is.
     *
     * @param peers other servers of the datacenter, by gossip
     * @param words their own, heard in the last round
     * @param names as committed, in the order in which they were committed last
     * @param founders names that the charter of this server has; empty when it was adopted
     * @param removed servers that were removed by hand, with the count of starts that each had: they stay out until they start again
     * @param leaving servers that asked to be removed, and confirmed it when they were asked back
     * @param stable whether that server has been caught up for the stabilization time
     * @param connected whether a change that names that server can begin
     * @param tooOld whether that server does not understand what the log holds: it would stop there
     * @param contact of a voter or learner other than this server
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
            Map<ServerId, Long> removed,
            Set<ServerId> leaving,
            Predicate<ServerId> stable,
            Predicate<ServerId> connected,
            Predicate<ServerId> tooOld,
            Function<ServerId, Contact> contact) {}

    /** In order; at most one {@link Action.Change} among them, last. Empty unless this server leads. */
    public static List<Action> next(Seen seen) {
        ClusterRef cluster = seen.raft().cluster();
        if (!seen.raft().isLeader() || cluster == null || seen.raft().commitIndex() == 0) {
            return List.of();
        }
        List<Action> actions = new ArrayList<>();
        boolean named = remember(seen, actions);
        expel(seen, actions);
        PeerChange change =
                departed(seen).<PeerChange>map(PeerChange.Remove::new).orElse(null);
        NodeName changed = departed(seen).map(id -> nameOf(seen, id)).orElse(seen.name());
        for (Word word : seen.words()) {
            if (!isHere(seen, word)) {
                continue;
            }
            if (word.kind() == FoundingState.BLANK || word.kind() == FoundingState.WITHDRAWN) {
                if (!seen.tooOld().test(word.id())) {
                    actions.add(new Action.Adopt(word));
                }
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
        if (raft.voters().contains(id)
                || !word.name().equals(seen.names().get(id))
                || seen.tooOld().test(id)) {
            return null;
        }
        List<ServerId> quiet = raft.voters().stream()
                .filter(v -> contact(seen, v).compareTo(Contact.QUIET) >= 0)
                .toList();
        List<ServerId> namesakes = quiet.stream()
                .filter(v -> word.name().equals(seen.names().get(v)))
                .toList();
        Optional<ServerId> place =
                namesakes.stream().filter(v -> contact(seen, v).isSilent()).findFirst();
        if (raft.learners().contains(id)) {
            if (!seen.stable().test(id) || !seen.connected().test(id)) {
                return null;
            }
            place = place.or(() ->
                    quiet.stream().filter(v -> contact(seen, v) == Contact.LOST).findFirst());
            if (place.isPresent()) {
                return new PeerChange.ReplaceVoter(place.get(), id);
            }
            // Beside one that may be gone it would be a voter more, and the quorum would grow: that one comes back or
            // is lost first.
            return quiet.isEmpty() ? new PeerChange.AddVoter(id) : null;
        }
        if (place.isPresent()) {
            // In one change: taken out first and added afterwards, the cluster would be smaller in between.
            return seen.connected().test(id) ? new PeerChange.ReplaceVoter(place.get(), id) : null;
        }
        if (!namesakes.isEmpty()) {
            return null;
        }
        for (ServerId old : raft.learners()) {
            if (word.name().equals(seen.names().get(old)) && contact(seen, old).isSilent()) {
                return new PeerChange.Remove(old);
            }
        }
        return new PeerChange.AddLearner(id);
    }

    private static Contact contact(Seen seen, ServerId id) {
        return id.equals(seen.self()) ? Contact.REACHED : seen.contact().apply(id);
    }

    private static NodeName nameOf(Seen seen, ServerId id) {
        return seen.names().getOrDefault(id, seen.name());
    }

    /**
     * A peer that asked to be removed, confirmed it when it was asked back, and is gone before that was done. Of a voter gossip's word
     * does not count: anybody can say there that a server left which is only down. A learner has no vote to lose, and is taken in again
     * when it comes back.
     */
    private static Optional<ServerId> departed(Seen seen) {
        RaftStatus raft = seen.raft();
        Stream<ServerId> voters = raft.voters().stream()
                .filter(seen.leaving()::contains)
                .filter(id -> canSpare(raft, seen.self(), id, v -> contact(seen, v) == Contact.REACHED));
        Stream<ServerId> learners = raft.learners().stream()
                .filter(id -> seen.leaving().contains(id)
                        || seen.peers().stream()
                                .anyMatch(p -> p.presence() == Peer.Presence.LEFT && p.id().equals(id)));
        return Stream.concat(voters, learners)
                .filter(id -> contact(seen, id).isSilent())
                .findFirst();
    }

    /**
     * Whether most of the voters that stay answer when that one is taken out.
     *
     * @param reached asked of voters other than {@code self}
     */
    public static boolean canSpare(RaftStatus raft, ServerId self, ServerId voter, Predicate<ServerId> reached) {
        List<ServerId> staying =
                raft.voters().stream().filter(v -> !v.equals(voter)).toList();
        long answering =
                staying.stream().filter(v -> v.equals(self) || reached.test(v)).count();
        return staying.size() < raft.voters().size() && answering > staying.size() / 2;
    }

    /** It is connected to the leader and answered it within the last five seconds. */
    public static boolean isReached(RaftStatus raft, ServerId peer) {
        RaftStatus.Follower follower = raft.followers().get(peer);
        return follower != null
                && follower.connected()
                && follower.lastContactMs() >= 0
                && follower.lastContactMs() <= REACHED_MS;
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

    /** Gossip and the server itself say the same of it, it does not want to go, and nobody sent it away since it started. */
    private static boolean isHere(Seen seen, Word word) {
        return !seen.leaving().contains(word.id())
                && seen.removed().getOrDefault(word.id(), -1L) < word.starts()
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
            NodeName name = nameOf(seen, old);
            boolean replaced = !isInside(seen, old)
                    && inOrder.subList(i + 1, inOrder.size()).stream()
                            .anyMatch(id -> isInside(seen, id)
                                    && name.equals(seen.names().get(id)));
            if (replaced && !seen.expelled().contains(old) && !speaks(seen, old)) {
                actions.add(new Action.Expel(old, name));
            }
        }
    }

    private static boolean speaks(Seen seen, ServerId id) {
        return id.equals(seen.self())
                || seen.words().stream().anyMatch(w -> w.id().equals(id))
                || seen.peers().stream().anyMatch(p -> p.isAlive() && p.id().equals(id));
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
