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
import io.quorate.peers.PeerSetRule.Seen;
import io.quorate.testing.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a leader does about the set of peers, from what it sees. Server 1 leads; 2 and 3 vote with it. */
class PeerSetRuleTest {
    private static final ClusterRef CLUSTER = ClusterRef.founded(new ClusterId(new UUID(1, 1)));

    private final List<ServerId> voters = new ArrayList<>(List.of(id(1), id(2), id(3)));
    private final List<ServerId> learners = new ArrayList<>();
    private final List<Peer> peers = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private final Map<ServerId, NodeName> names = new LinkedHashMap<>();
    private final Map<ServerId, NodeName> founders = new HashMap<>();
    private final Set<ServerId> expelled = new HashSet<>();
    private final Set<ServerId> leaving = new HashSet<>();
    private final Set<ServerId> stable = new HashSet<>();
    private final Set<ServerId> unconnected = new HashSet<>();
    private final Set<ServerId> tooOld = new HashSet<>();
    private final Map<ServerId, Contact> contacts = new HashMap<>();
    private final Map<ServerId, Long> removed = new HashMap<>();
    private RaftStatus.Role role = RaftStatus.Role.LEADER;

    PeerSetRuleTest() {
        for (int i = 1; i <= 3; i++) {
            names.put(id(i), new NodeName("n" + i));
        }
        there("n2", 2, FoundingState.MEMBER);
        there("n3", 3, FoundingState.MEMBER);
    }

    private static ServerId id(int n) {
        return new ServerId(new UUID(0, n));
    }

    private void there(String name, int n, FoundingState kind) {
        there(name, n, kind, Peer.Presence.ALIVE);
    }

    private void there(String name, int n, FoundingState kind, Peer.Presence presence) {
        boolean member = kind == FoundingState.MEMBER;
        peers.removeIf(p -> p.name().equals(new NodeName(name)));
        words.removeIf(w -> w.name().equals(new NodeName(name)));
        peers.add(new Peer(new NodeName(name), id(n), null, presence, Expect.NONE, member ? CLUSTER : null, kind, 1));
        if (presence == Peer.Presence.ALIVE) {
            words.add(new Word(
                    id(n),
                    new NodeName(name),
                    new Datacenter("dc1"),
                    Expect.NONE,
                    1,
                    kind,
                    null,
                    member ? CLUSTER : null,
                    true,
                    null,
                    null));
        }
    }

    private RaftStatus raft(long commit) {
        Map<ServerId, RaftStatus.Follower> followers = new HashMap<>();
        followers.put(id(2), new RaftStatus.Follower(90, 1, true));
        followers.put(id(3), new RaftStatus.Follower(99, 1, true));
        return new RaftStatus(
                CLUSTER, role, id(1), 2, 100, 2, commit, commit, 0, 0, voters, learners, 0, followers, null);
    }

    private List<Action> next() {
        return PeerSetRule.next(new Seen(
                id(1),
                new NodeName("n1"),
                raft(100),
                peers,
                words,
                names,
                founders,
                expelled,
                removed,
                leaving,
                stable::contains,
                id -> !unconnected.contains(id),
                tooOld::contains,
                id -> contacts.getOrDefault(id, Contact.REACHED)));
    }

    private static Action change(PeerChange change, String name) {
        return new Action.Change(change, new NodeName(name));
    }

    private static Action remember(int n, String name) {
        return new Action.Remember(id(n), new NodeName(name));
    }

    @Test
    void inPeaceNothingIsDoneAndAFollowerDoesNothingEver() {
        assertThat(next()).isEmpty();
        there("n4", 4, FoundingState.BLANK);
        role = RaftStatus.Role.FOLLOWER;
        assertThat(next()).isEmpty();
    }

    @Test
    void aBlankServerIsToldThenALearnerAndOnlyWhenStableAVoter() {
        there("n4", 4, FoundingState.BLANK);
        assertThat(next()).singleElement().isInstanceOf(Action.Adopt.class);
        there("n4", 4, FoundingState.MEMBER);
        assertThat(next()).containsExactly(remember(4, "n4"));
        names.put(id(4), new NodeName("n4"));
        assertThat(next()).containsExactly(change(new PeerChange.AddLearner(id(4)), "n4"));
        learners.add(id(4));
        assertThat(next()).isEmpty();
        stable.add(id(4));
        assertThat(next()).containsExactly(change(new PeerChange.AddVoter(id(4)), "n4"));
    }

    /** It would stop at the first command that it does not know: a voter less, and nobody would know why it was let in. */
    @Test
    void aServerThatDoesNotUnderstandTheLogIsNotLetInHoweverItComes() {
        tooOld.addAll(Set.of(id(4), id(30)));
        there("n4", 4, FoundingState.BLANK);
        assertThat(next()).isEmpty();
        there("n4", 4, FoundingState.MEMBER);
        names.put(id(4), new NodeName("n4"));
        assertThat(next()).isEmpty();
        learners.add(id(4));
        stable.add(id(4));
        assertThat(next()).isEmpty();
        there("n3", 30, FoundingState.MEMBER);
        names.put(id(30), new NodeName("n3"));
        contacts.put(id(3), Contact.SILENT);
        assertThat(next()).isEmpty();
        tooOld.remove(id(30));
        assertThat(next()).containsExactly(change(new PeerChange.ReplaceVoter(id(3), id(30)), "n3"));
    }

    @Test
    void aServerInNeitherListAfterALeaderDiedHalfWayIsALearnerAgain() {
        there("n4", 4, FoundingState.MEMBER);
        names.put(id(4), new NodeName("n4"));
        assertThat(next()).containsExactly(change(new PeerChange.AddLearner(id(4)), "n4"));
    }

    @Test
    void aWipedVoterIsReplacedInOneChangeOnceItIsConnectedAndThenExpelled() {
        there("n3", 30, FoundingState.MEMBER);
        contacts.put(id(3), Contact.QUIET);
        unconnected.add(id(30));
        assertThat(next()).containsExactly(remember(30, "n3"));
        names.put(id(30), new NodeName("n3"));
        assertThat(next()).isEmpty();
        unconnected.clear();
        assertThat(next()).isEmpty();
        contacts.put(id(3), Contact.SILENT);
        assertThat(next()).containsExactly(change(new PeerChange.ReplaceVoter(id(3), id(30)), "n3"));
        voters.set(2, id(30));
        assertThat(next()).containsExactly(new Action.Expel(id(3), new NodeName("n3")));
        expelled.add(id(3));
        assertThat(next()).isEmpty();
    }

    @Test
    @Fault(
            line = "A5",
            fault = "Another server, or a client, runs under a voter's name while the voter answers anybody at all",
            seen = "The voter stays; the other server is taken in beside it")
    void aVoterIsNotReplacedWhileItsOwnIdAnswersAnybody() {
        there("n3", 30, FoundingState.MEMBER);
        names.put(id(30), new NodeName("n3"));
        contacts.put(id(3), Contact.SEEN);
        assertThat(next()).containsExactly(change(new PeerChange.AddLearner(id(30)), "n3"));
        contacts.put(id(3), Contact.QUIET);
        assertThat(next()).as("waits for the verdict").isEmpty();
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A voter is gone for good: its agent came back as a client under its name, or not at all",
            seen =
                    "Any server that is caught up and stable takes its place, in one change, once nobody has heard the voter's own id for"
                            + " long; until then it waits as a learner")
    void aSpareOfAnyNameTakesThePlaceOfAVoterThatIsLost() {
        there("n3", 3, FoundingState.MEMBER, Peer.Presence.FAILED);
        there("n4", 4, FoundingState.MEMBER);
        names.put(id(4), new NodeName("n4"));
        learners.add(id(4));
        for (Contact contact : List.of(Contact.QUIET, Contact.SILENT, Contact.LOST)) {
            contacts.put(id(3), contact);
            assertThat(next()).as("not stable").isEmpty();
        }
        stable.add(id(4));
        contacts.put(id(3), Contact.QUIET);
        assertThat(next()).isEmpty();
        contacts.put(id(3), Contact.SILENT);
        assertThat(next()).isEmpty();
        contacts.put(id(3), Contact.LOST);
        assertThat(next()).containsExactly(change(new PeerChange.ReplaceVoter(id(3), id(4)), "n4"));
        contacts.put(id(3), Contact.SEEN);
        assertThat(next()).containsExactly(change(new PeerChange.AddVoter(id(4)), "n4"));
    }

    @Test
    void aNamesakeTakesItsOwnOldPlaceFirst() {
        contacts.put(id(2), Contact.LOST);
        contacts.put(id(3), Contact.SILENT);
        there("n3", 30, FoundingState.MEMBER);
        names.put(id(30), new NodeName("n3"));
        learners.add(id(30));
        stable.add(id(30));
        assertThat(next()).containsExactly(change(new PeerChange.ReplaceVoter(id(3), id(30)), "n3"));
    }

    @Test
    void aServerThatWasRemovedByHandStaysOutUntilItIsStartedAgain() {
        there("n4", 4, FoundingState.MEMBER);
        removed.put(id(4), 1L);
        assertThat(next()).isEmpty();
        removed.put(id(4), 0L);
        assertThat(next()).containsExactly(remember(4, "n4"));
    }

    @Test
    @Fault(
            line = "A6",
            fault =
                    "Gossip says of a voter that is down, by its own or by another name, that it left; the voter never said so",
            seen = "It stays a voter, as one that failed: a spare may take its place, and nothing else takes its vote")
    void whatGossipSaysOfALeaveCostsNoVote() {
        there("n3", 3, FoundingState.MEMBER, Peer.Presence.LEFT);
        there("evil", 3, FoundingState.MEMBER, Peer.Presence.LEFT);
        for (Contact contact : Contact.values()) {
            contacts.put(id(3), contact);
            assertThat(next()).as("%s", contact).isEmpty();
        }
        there("n4", 4, FoundingState.MEMBER);
        names.put(id(4), new NodeName("n4"));
        learners.add(id(4));
        stable.add(id(4));
        assertThat(next()).containsExactly(change(new PeerChange.ReplaceVoter(id(3), id(4)), "n4"));
    }

    @Test
    void aVoterThatSaidItselfThatItLeavesIsTakenOutOnceItIsGone() {
        there("n3", 3, FoundingState.MEMBER, Peer.Presence.LEFT);
        leaving.add(id(3));
        for (Contact contact : List.of(Contact.REACHED, Contact.SEEN, Contact.QUIET)) {
            contacts.put(id(3), contact);
            assertThat(next()).as("it is about to do it: %s", contact).isEmpty();
        }
        contacts.put(id(3), Contact.SILENT);
        assertThat(next()).containsExactly(change(new PeerChange.Remove(id(3)), "n3"));
    }

    @Test
    void aLearnerThatLeftIsTakenOut() {
        there("n4", 4, FoundingState.MEMBER, Peer.Presence.LEFT);
        names.put(id(4), new NodeName("n4"));
        learners.add(id(4));
        assertThat(next()).isEmpty();
        contacts.put(id(4), Contact.SILENT);
        assertThat(next()).containsExactly(change(new PeerChange.Remove(id(4)), "n4"));
    }

    @Test
    @Fault(
            line = "A5",
            fault = "A client that bore a failed server's name leaves",
            seen = "The server stays a voter: nobody said of its own id that it left")
    void anAgentOfAnotherIdThatLeftUnderItsNameDoesNotTakeAVoterOut() {
        there("n3", 30, FoundingState.MEMBER, Peer.Presence.LEFT);
        contacts.put(id(3), Contact.LOST);
        assertThat(next()).isEmpty();
    }

    @Test
    void aVoterThatLeftStaysWhenTheRestCouldNotGoOnWithoutIt() {
        there("n2", 2, FoundingState.MEMBER, Peer.Presence.FAILED);
        there("n3", 3, FoundingState.MEMBER, Peer.Presence.LEFT);
        leaving.add(id(3));
        contacts.put(id(2), Contact.QUIET);
        contacts.put(id(3), Contact.LOST);
        assertThat(next()).isEmpty();
    }

    @Test
    void aMereFailureChangesNothing() {
        there("n3", 3, FoundingState.MEMBER, Peer.Presence.FAILED);
        contacts.put(id(3), Contact.LOST);
        assertThat(next()).isEmpty();
    }

    @Test
    void anExpelledServerIsToldAndNeverAddedAndOneThatLeavesIsLeftAlone() {
        there("n5", 5, FoundingState.MEMBER);
        expelled.add(id(5));
        assertThat(next()).singleElement().isInstanceOf(Action.TellReplaced.class);
        expelled.clear();
        leaving.add(id(5));
        assertThat(next()).isEmpty();
    }

    @Test
    @Fault(
            line = "A2",
            fault =
                    "All three servers are killed right after the cluster was founded, before anybody's name is committed, and one disk"
                            + " is wiped",
            seen =
                    "The founders' names come from the charter and are committed first, all at once; then the new server takes the"
                            + " place of the old one: three voters, not four")
    void aNewLeaderCommitsTheNamesOfAllFoundersBeforeAnyChangeThoseOfTheSilentOnesToo() {
        founders.putAll(names);
        names.clear();
        there("n3", 30, FoundingState.MEMBER);
        there("n4", 4, FoundingState.BLANK);
        assertThat(next())
                .containsExactlyInAnyOrder(
                        remember(1, "n1"),
                        remember(2, "n2"),
                        remember(3, "n3"),
                        remember(30, "n3"),
                        new Action.Adopt(words.get(words.size() - 1)));
        contacts.put(id(3), Contact.SILENT);
        names.putAll(founders);
        assertThat(next()).startsWith(remember(30, "n3")).noneMatch(Action.Change.class::isInstance);
        names.put(id(30), new NodeName("n3"));
        assertThat(next()).contains(change(new PeerChange.ReplaceVoter(id(3), id(30)), "n3"));
    }

    @Test
    void aNameFromTheCharterDoesNotOutrankALaterOneAndIsNotKeptForWhoIsOut() {
        founders.putAll(names);
        founders.put(id(9), new NodeName("n9"));
        names.put(id(3), new NodeName("later"));
        there("n3", 3, FoundingState.MEMBER, Peer.Presence.FAILED);
        assertThat(next()).isEmpty();
    }

    @Test
    void aServerThatWaitsOutsideUnderAVotersNameIsNotExpelledWhenItIsSilentForAMoment() {
        names.put(id(30), new NodeName("n3"));
        assertThat(next()).isEmpty();
        voters.set(2, id(30));
        there("n3", 30, FoundingState.MEMBER);
        assertThat(next()).containsExactly(new Action.Expel(id(3), new NodeName("n3")));
    }

    @Test
    void aVoterOfWhoseNameNothingIsKnownHoldsNoChangeUp() {
        names.remove(id(3));
        there("n3", 3, FoundingState.MEMBER, Peer.Presence.FAILED);
        there("n4", 4, FoundingState.MEMBER);
        names.put(id(4), new NodeName("n4"));
        assertThat(next()).containsExactly(change(new PeerChange.AddLearner(id(4)), "n4"));
    }

    @Test
    void onlyOneChangeAtATime() {
        there("n4", 4, FoundingState.MEMBER);
        there("n5", 5, FoundingState.MEMBER);
        assertThat(next()).containsExactly(remember(4, "n4"), remember(5, "n5"));
        names.put(id(4), new NodeName("n4"));
        names.put(id(5), new NodeName("n5"));
        assertThat(next()).containsExactly(change(new PeerChange.AddLearner(id(4)), "n4"));
    }

    @Test
    void leadershipGoesToTheLiveVoterWithTheLongestLogThatStays() {
        assertThat(PeerSetRule.successor(raft(100), id(1), peers, Set.of())).contains(id(3));
        assertThat(PeerSetRule.successor(raft(100), id(1), peers, Set.of(id(3))))
                .contains(id(2));
        there("n2", 2, FoundingState.MEMBER, Peer.Presence.FAILED);
        assertThat(PeerSetRule.successor(raft(100), id(1), peers, Set.of(id(3))))
                .isEmpty();
    }
}
