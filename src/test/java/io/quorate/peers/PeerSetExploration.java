package io.quorate.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Word;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.peers.PeerSetRule.Action;
import io.quorate.peers.PeerSetRule.Contact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every situation that one leader and three other servers can be in, and in each what the rule does held against what must never
 * be. Each other server is a voter, a learner or outside, has one of the five contacts, is alive, failed or left for gossip (and said
 * so itself, or not) or is unknown to it, speaks or not, bears the name of the first or its own, and its name is committed, known from the charter only, or
 * not at all.
 */
class PeerSetExploration {
    private static final ClusterRef CLUSTER = ClusterRef.founded(new ClusterId(new UUID(1, 1)));
    private static final ServerId SELF = id(1);
    private static final int OTHERS = 3;

    private enum Part {
        VOTER,
        LEARNER,
        OUTSIDE
    }

    private enum Named {
        COMMITTED,
        CHARTERED,
        UNKNOWN
    }

    /** @param presence absent: gossip does not know it */
    private record Other(Part part, Contact contact, Peer.@Nullable Presence presence, boolean shared, Named named) {
        /** It answers a question where gossip says it is alive. */
        boolean speaks() {
            return presence == Peer.Presence.ALIVE;
        }
    }

    private long visited;
    private long changes;

    private static ServerId id(int n) {
        return new ServerId(new UUID(0, n));
    }

    private static List<Other> all() {
        List<Other> all = new ArrayList<>();
        List<Peer.Presence> presences = new ArrayList<>(List.of(Peer.Presence.values()));
        presences.add(null);
        for (Part part : Part.values()) {
            for (Contact contact : Contact.values()) {
                for (Peer.Presence presence : presences) {
                    boolean possible = presence != Peer.Presence.ALIVE || contact.compareTo(Contact.SEEN) <= 0;
                    for (Named named : Named.values()) {
                        for (boolean shared : new boolean[] {false, true}) {
                            if (possible && matters(part, contact, presence)) {
                                all.add(new Other(part, contact, presence, shared, named));
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    /** What the rule does not ask about a server of that part need not differ. */
    private static boolean matters(Part part, Contact contact, Peer.@Nullable Presence presence) {
        return switch (part) {
            case VOTER -> true;
            case LEARNER -> contact == Contact.REACHED || contact == Contact.SILENT;
            case OUTSIDE -> contact == Contact.REACHED && (presence == null || presence == Peer.Presence.ALIVE);
        };
    }

    @Test
    void inNoSituationIsAnythingDoneThatMustNotBe() {
        List<Other> all = all();
        // Which of two servers comes first decides only between two that are otherwise equal: all orders are for the
        // long run.
        boolean ordered = Boolean.getBoolean("quorate.long");
        for (int a = 0; a < all.size(); a++) {
            for (int b = ordered ? 0 : a; b < all.size(); b++) {
                for (int c = ordered ? 0 : b; c < all.size(); c++) {
                    List<Other> others = List.of(all.get(a), all.get(b), all.get(c));
                    check(others, false, false);
                    check(others, true, false);
                    if (others.stream().anyMatch(other -> other.presence == Peer.Presence.LEFT)) {
                        check(others, true, true);
                    }
                }
            }
        }
        System.out.println("explored: " + visited + " situations of a peer set, " + changes + " changes");
        assertThat(changes).isPositive();
    }

    /** @param confirmed those that gossip calls left said so themselves, when they were asked */
    private void check(List<Other> others, boolean settled, boolean confirmed) {
        visited++;
        List<ServerId> voters = new ArrayList<>(List.of(SELF));
        List<ServerId> learners = new ArrayList<>();
        List<Peer> peers = new ArrayList<>();
        List<Word> words = new ArrayList<>();
        Map<ServerId, NodeName> names = new LinkedHashMap<>(Map.of(SELF, new NodeName("n1")));
        Map<ServerId, NodeName> founders = new HashMap<>();
        Map<ServerId, Contact> contacts = new HashMap<>();
        Set<ServerId> leaving = new HashSet<>();
        for (int i = 0; i < OTHERS; i++) {
            Other other = others.get(i);
            ServerId id = id(i + 2);
            NodeName name = new NodeName(other.shared ? "n2" : "n" + (i + 2));
            contacts.put(id, other.contact);
            if (other.part == Part.VOTER) {
                voters.add(id);
            } else if (other.part == Part.LEARNER) {
                learners.add(id);
            }
            if (other.named == Named.COMMITTED) {
                names.put(id, name);
            } else if (other.named == Named.CHARTERED) {
                founders.put(id, name);
            }
            if (other.presence != null) {
                peers.add(new Peer(name, id, null, other.presence, Expect.NONE, CLUSTER, FoundingState.MEMBER, 1));
            }
            if (confirmed && other.presence == Peer.Presence.LEFT) {
                leaving.add(id);
            }
            if (other.speaks()) {
                words.add(new Word(
                        id,
                        name,
                        new Datacenter("dc1"),
                        Expect.NONE,
                        1,
                        FoundingState.MEMBER,
                        null,
                        CLUSTER,
                        true,
                        null,
                        null));
            }
        }
        RaftStatus raft = new RaftStatus(
                CLUSTER, RaftStatus.Role.LEADER, SELF, 2, 9, 2, 9, 9, 0, 0, voters, learners, 0, Map.of(), null);
        List<Action> actions = PeerSetRule.next(new PeerSetRule.Seen(
                SELF,
                new NodeName("n1"),
                raft,
                peers,
                words,
                names,
                founders,
                Set.of(),
                Map.of(),
                leaving,
                id -> settled,
                id -> settled,
                id -> false,
                id -> contacts.getOrDefault(id, Contact.REACHED)));
        List<PeerChange> now = actions.stream()
                .filter(Action.Change.class::isInstance)
                .map(action -> ((Action.Change) action).change())
                .toList();
        String situation = others + " " + settled + " " + confirmed + ": " + actions;
        hold(now.size() <= 1, "more than one change", situation);
        if (now.isEmpty()) {
            return;
        }
        changes++;
        PeerChange change = now.get(0);
        Set<ServerId> before = new HashSet<>(voters);
        Set<ServerId> after = after(voters, change);
        Set<ServerId> gone = new HashSet<>(before);
        gone.removeAll(after);
        Set<ServerId> come = new HashSet<>(after);
        come.removeAll(before);
        hold(!gone.contains(SELF), "the leader removes itself", situation);
        for (ServerId id : gone) {
            hold(
                    contacts.getOrDefault(id, Contact.REACHED).compareTo(Contact.SILENT) >= 0,
                    "a voter is removed that answers somebody",
                    situation);
        }
        hold(
                after.size() >= before.size() || leaving.containsAll(gone),
                "smaller without the word of the one that is gone",
                situation);
        hold(answering(after, contacts) >= answering(before, contacts), "fewer voters answer than before", situation);
        hold(
                after.size() >= before.size() || answering(after, contacts) > after.size() / 2,
                "what is left cannot go on",
                situation);
        for (ServerId id : come) {
            hold(settled && names.containsKey(id), "a voter is let in without a name, or not caught up", situation);
        }
        if (change instanceof PeerChange.AddLearner add) {
            hold(names.containsKey(add.server()), "a learner is let in without a name", situation);
        }
        boolean chartered = before.stream().anyMatch(id -> founders.containsKey(id) && !names.containsKey(id));
        hold(!chartered, "a change begins before the founders' names are committed", situation);
    }

    private static Set<ServerId> after(List<ServerId> voters, PeerChange change) {
        Set<ServerId> after = new HashSet<>(voters);
        if (change instanceof PeerChange.AddVoter add) {
            after.add(add.server());
        } else if (change instanceof PeerChange.ReplaceVoter replace) {
            after.remove(replace.old());
            after.add(replace.by());
        } else if (change instanceof PeerChange.Remove remove) {
            after.remove(remove.server());
        }
        return after;
    }

    private static long answering(Set<ServerId> voters, Map<ServerId, Contact> contacts) {
        return voters.stream()
                .filter(v -> v.equals(SELF) || contacts.get(v) == Contact.REACHED)
                .count();
    }

    private static void hold(boolean holds, String rule, String situation) {
        if (!holds) {
            throw new AssertionError(rule + ": " + situation);
        }
    }
}
