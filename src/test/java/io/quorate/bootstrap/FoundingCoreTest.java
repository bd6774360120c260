package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bootstrap.FoundingCore.Step;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each rule of founding by itself; all of them together are for the explorer. */
class FoundingCoreTest {
    private static final Datacenter DC = new Datacenter("dc1");
    private static final ClusterRef OTHER = ClusterRef.founded(new ClusterId(new UUID(7, 7)));

    private final FoundingCore core = core(3);

    private static FoundingCore core(int expect, String... founders) {
        List<NodeName> declared = Stream.of(founders).map(NodeName::new).toList();
        return new FoundingCore(terms(expect, declared), Later.TIMING, Fresh.from(new Random(1)));
    }

    private static Terms terms(int expect, List<NodeName> declared) {
        return new Terms(new NodeName("a"), DC, new Expect(expect), declared, false);
    }

    private static ServerId id(int n) {
        return new ServerId(new UUID(-1, n));
    }

    private static Word blank(String name, int n, int expect) {
        return new Word(
                id(n),
                new NodeName(name),
                DC,
                new Expect(expect),
                1,
                FoundingState.BLANK,
                null,
                null,
                false,
                null,
                null);
    }

    private static Word saying(String name, int n, FoundingState kind, Charter charter, @Nullable ClusterId dead) {
        boolean member = kind == FoundingState.MEMBER;
        return new Word(
                id(n),
                new NodeName(name),
                DC,
                new Expect(3),
                1,
                kind,
                kind == FoundingState.BLANK ? null : charter,
                member ? charter.cluster() : null,
                false,
                null,
                dead);
    }

    private static Peer peer(String name, int n, Peer.Presence presence, @Nullable ClusterRef cluster) {
        return new Peer(new NodeName(name), id(n), null, presence, new Expect(3), cluster, FoundingState.BLANK, 1);
    }

    private State fresh() {
        return core.start(Optional.empty(), Folder.NONE).state();
    }

    private static Charter charter(State self) {
        return new Charter(
                new ClusterId(new UUID(3, 3)),
                DC,
                List.of(
                        new Founder(self.record().id(), new NodeName("a")),
                        new Founder(id(2), new NodeName("b")),
                        new Founder(id(3), new NodeName("c"))));
    }

    private State pledged() {
        State state = fresh();
        Charter charter = charter(state);
        return core.on(state, new Event.Heard(saying("b", 2, FoundingState.PLEDGED, charter, null)), 0)
                .state();
    }

    private static Charter of(State state) {
        Charter charter = state.charter();
        if (charter == null) {
            throw new AssertionError("no charter in " + state);
        }
        return charter;
    }

    @Test
    void theServerWithTheSmallestIdProposesOnceAllAnswerBlankAndStable() {
        State state = fresh();
        List<Word> answers = List.of(blank("b", 2, 3), blank("c", 3, 3));
        assertThat(core.on(state, new Event.RoundEnded(answers), 0).effects()).isEmpty();
        Step step = Later.stable(core, state, answers);
        assertThat(step.state().standing()).isInstanceOf(Standing.Pledged.class);
        assertThat(step.effects().get(0)).isInstanceOf(Effect.Persist.class);
        assertThat(step.effects().get(1)).isInstanceOf(Effect.Tell.class);
    }

    @Test
    void differentExpectsAreNeverProposedOver() {
        List<Word> answers = List.of(blank("b", 2, 3), blank("c", 3, 5));
        State state = Later.stable(core, fresh(), answers).state();
        assertThat(state.standing()).isInstanceOf(Standing.Blank.class);
        Why why = new Reasons(terms(3, List.of())).why(state, RaftStatus.NONE, null);
        assertThat(why.code()).isEqualTo(ReasonCode.EXPECT_MISMATCH);
        assertThat(why.message()).contains("a has 3").contains("c has 5");
    }

    @Test
    void aServerWithoutExpectIsAFounderWhenItIsNeededButNeverProposes() {
        FoundingCore silent = core(0);
        State state = silent.start(Optional.empty(), Folder.NONE).state();
        List<Word> answers = List.of(blank("b", 2, 3), blank("c", 3, 3));
        assertThat(Later.stable(silent, state, answers).state().standing()).isInstanceOf(Standing.Blank.class);
        State asked = silent.on(state, new Event.Heard(saying("b", 2, FoundingState.PLEDGED, charter(state), null)), 0)
                .state();
        assertThat(asked.standing()).isInstanceOf(Standing.Pledged.class);
    }

    @Test
    void aFailedServerThatWasSeenInAClusterHoldsFoundingBackAndOneThatLeftDoesNot() {
        List<Word> answers = List.of(blank("b", 2, 3), blank("c", 3, 3));
        State failed = core.on(fresh(), new Event.PeersChanged(List.of(peer("x", 9, Peer.Presence.FAILED, OTHER))), 0)
                .state();
        assertThat(Later.stable(core, failed, answers).effects()).isEmpty();
        State left = core.on(fresh(), new Event.PeersChanged(List.of(peer("x", 9, Peer.Presence.LEFT, OTHER))), 0)
                .state();
        assertThat(Later.stable(core, left, answers).effects()).isNotEmpty();
    }

    @Test
    void asManySilentServersAsFoundAClusterHoldFoundingBack() {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            peers.add(peer("x" + i, 10 + i, Peer.Presence.FAILED, null));
        }
        List<Word> answers = List.of(blank("b", 2, 3), blank("c", 3, 3));
        State three = core.on(fresh(), new Event.PeersChanged(peers), 0).state();
        State held = Later.stable(core, three, answers).state();
        assertThat(held.standing()).isInstanceOf(Standing.Blank.class);
        Why why = new Reasons(terms(3, List.of())).why(held, RaftStatus.NONE, null);
        assertThat(why.message()).contains("x0, x1, x2");
        assertThat(why.nextStep()).contains("force-leave");
        State two =
                core.on(fresh(), new Event.PeersChanged(peers.subList(0, 2)), 0).state();
        assertThat(Later.stable(core, two, answers).effects()).isNotEmpty();
    }

    @Test
    void declaredFoundersAloneAreEnoughAndNobodyElseWillDo() {
        FoundingCore declared = core(2, "a", "b");
        State state = declared.start(Optional.empty(), Folder.NONE).state();
        assertThat(Later.stable(declared, state, List.of(blank("c", 3, 2))).effects())
                .isEmpty();
        assertThat(declared.on(state, new Event.RoundEnded(List.of(blank("b", 2, 2))), 0)
                        .effects())
                .isNotEmpty();
    }

    @Test
    void anExpectOfOneWithAddressesToJoinWaitsForTheFirstRoundOfJoins() {
        Terms joining = new Terms(new NodeName("a"), DC, new Expect(1), List.of(), true);
        FoundingCore one = new FoundingCore(joining, Later.TIMING, Fresh.from(new Random(1)));
        State state = one.start(Optional.empty(), Folder.NONE).state();
        assertThat(Later.stable(one, state, List.of()).effects()).isEmpty();
        State joined = one.on(state, new Event.JoinsEnded(), 0).state();
        assertThat(Later.stable(one, joined, List.of()).state().standing()).isInstanceOf(Standing.Member.class);
    }

    @Test
    void aServerThatAnswersTwiceUnderTwoNamesCountsOnce() {
        List<Word> answers = List.of(blank("b", 2, 3), blank("old-b", 2, 3));
        assertThat(Later.stable(core, fresh(), answers).effects()).isEmpty();
    }

    @Test
    void aPledgedServerStartsOnlyWithTheWordOfEveryOtherFounder() {
        State state = pledged();
        Charter charter = of(state);
        assertThat(state.standing()).isInstanceOf(Standing.Pledged.class);
        Step step = core.on(state, new Event.Heard(saying("c", 3, FoundingState.PLEDGED, charter, null)), 0);
        assertThat(step.state().standing()).isInstanceOf(Standing.Member.class);
        assertThat(step.effects().stream().map(e -> e.getClass().getSimpleName()))
                .containsExactly("MakeFolder", "Persist", "Tell", "StartRaft");
    }

    @Test
    void oneWordThatAMemberStartedIsProofEnough() {
        State state = pledged();
        Step step = core.on(state, new Event.Heard(saying("c", 3, FoundingState.MEMBER, of(state), null)), 0);
        assertThat(step.state().standing()).isInstanceOf(Standing.Member.class);
    }

    @Test
    void aFounderBoundElsewhereRefusesForEverAndTheRefusalFreesTheOthers() {
        State state = pledged();
        Charter other = new Charter(new ClusterId(new UUID(4, 4)), DC, of(state).founders());
        Step step = core.on(state, new Event.Heard(saying("c", 3, FoundingState.PLEDGED, other, null)), 0);
        assertThat(step.state().record().refused()).contains(other.id());
        assertThat(step.state().charter()).isEqualTo(of(state));
        assertThat(core.word(step.state(), step.state().record(), other.id()).dead())
                .isEqualTo(other.id());
        Step freed = core.on(
                state,
                new Event.Heard(
                        saying("c", 3, FoundingState.BLANK, of(state), of(state).id())),
                0);
        assertThat(freed.state().standing()).isEqualTo(new Standing.Blank(null));
        assertThat(freed.state().record().refused()).contains(of(state).id());
    }

    @Test
    @Fault(
            line = "A6",
            fault = "words in a question that anybody can send: a proposal, a death, a start, a withdrawal",
            seen = "nothing changes; it is at most a reason to ask the server that is named")
    void whatAQuestionSaysOfItsSenderChangesNothing() {
        State blank = fresh();
        State pledged = pledged();
        Charter charter = of(pledged);
        for (State state : List.of(blank, pledged)) {
            for (FoundingState kind : FoundingState.STANDINGS) {
                for (Charter about : List.of(charter(state), charter)) {
                    Word said = saying("b", 2, kind, about, about.id());
                    Step step = core.on(state, new Event.Asked(said), 0);
                    assertThat(step.state()).isEqualTo(state);
                    assertThat(step.effects()).containsExactly(new Effect.Tell(state.record()));
                }
            }
        }
        assertThat(core.isNews(blank, saying("b", 2, FoundingState.PLEDGED, charter, null)))
                .isTrue();
    }

    @Test
    void aWordThatWasHeardAlreadyIsNoNewsUnlessAPledgeIsWaitedFor() {
        State state = fresh();
        Word blank = blank("b", 2, 3);
        State heard = core.on(state, new Event.Heard(blank), 0).state();
        assertThat(core.isNews(heard, blank)).isFalse();
        assertThat(core.isNews(heard, blank("b", 2, 5))).isTrue();
        assertThat(core.isNews(pledged(), blank("c", 3, 3))).isTrue();
    }

    @Test
    @Fault(
            line = "A6",
            fault =
                    "a server answers in the name of another one: under its id, at an address that the directory gives for itself",
            seen = "it proves nothing: only what a server says of itself counts")
    void anAnswerUnderAnotherIdThanTheOneAskedProvesNothing() {
        State state = pledged();
        Charter charter = of(state);
        for (FoundingState kind : FoundingState.STANDINGS) {
            Word said = saying("c", 3, kind, charter, charter.id());
            Step step = core.on(state, new Event.Heard(said, id(77)), 0);
            assertThat(step.state().record()).isEqualTo(state.record());
            assertThat(step.state().proofs()).isEqualTo(state.proofs());
        }
        State blank = fresh();
        Step asked =
                core.on(blank, new Event.Heard(saying("b", 2, FoundingState.PLEDGED, charter(blank), null), id(77)), 0);
        assertThat(asked.state().record()).isEqualTo(blank.record());
    }

    private static Testimony saying(int by, ClusterRef cluster, List<ServerId> voters, Testimony.Place place) {
        return new Testimony(id(by), cluster, voters, true, place);
    }

    private State member(ServerId id, @Nullable Charter charter, ClusterRef cluster) {
        FoundingRecord record = new FoundingRecord(
                id, new NodeName("a"), 4, new TreeSet<>(), new Standing.Member(cluster, "t", true, charter));
        return core.start(Optional.of(record), new Folder(true, cluster, "t", false))
                .state();
    }

    @Test
    @Fault(
            line = "A6",
            fault = "one message said REPLACED, or a minority of the voters say that an id was replaced",
            seen = "the id and its data stay; only a majority of the voters that it last knew gives them up")
    void anIdIsGivenUpOnlyWhenAMajorityOfTheVotersThatItKnewSaySo() {
        State state = member(id(1), null, OTHER);
        List<ServerId> voters = List.of(id(1), id(2), id(3));
        ClusterRef foreign = ClusterRef.founded(new ClusterId(new UUID(8, 8)));
        Testimony two = saying(2, OTHER, voters, Testimony.Place.EXPELLED);
        List<List<Testimony>> notEnough = List.of(
                List.of(),
                List.of(two),
                List.of(two, two),
                List.of(two, saying(3, OTHER, voters, Testimony.Place.VOTER)),
                List.of(two, saying(3, OTHER, voters, Testimony.Place.NONE)),
                List.of(two, saying(3, foreign, voters, Testimony.Place.EXPELLED)),
                // Itself, under its own id: a copy, or somebody who pretends.
                List.of(two, saying(1, OTHER, voters, Testimony.Place.EXPELLED)),
                // Strangers, however many, and whatever voters they name.
                List.of(
                        saying(7, OTHER, List.of(id(7), id(8)), Testimony.Place.EXPELLED),
                        saying(8, OTHER, List.of(id(7), id(8)), Testimony.Place.EXPELLED)));
        for (List<Testimony> testimonies : notEnough) {
            Step step = core.on(state, new Event.Inquired(OTHER, voters, testimonies), 0);
            assertThat(step.state()).isEqualTo(state);
            assertThat(step.effects()).isEmpty();
        }
        List<Testimony> enough = List.of(two, saying(3, OTHER, voters, Testimony.Place.EXPELLED));
        Step step = core.on(state, new Event.Inquired(OTHER, voters, enough), 0);
        assertThat(step.state().record().id()).isNotEqualTo(id(1));
        assertThat(step.effects()).anyMatch(e -> e instanceof Effect.PutFolderAside);
        assertThat(core.on(state, new Event.Inquired(foreign, voters, enough), 0)
                        .state())
                .isEqualTo(state);
    }

    @Test
    void aFounderWithoutAConfigurationOfItsOwnAsksTheFounders() {
        State pledged = pledged();
        Charter charter = of(pledged);
        State state = member(pledged.record().id(), charter, charter.cluster());
        List<ServerId> strangers = List.of(id(7), id(8));
        List<Testimony> forged = strangers.stream()
                .map(s -> new Testimony(s, charter.cluster(), strangers, true, Testimony.Place.EXPELLED))
                .toList();
        assertThat(core.on(state, new Event.Inquired(charter.cluster(), List.of(), forged), 0)
                        .state())
                .isEqualTo(state);
        List<Testimony> founders = List.of(
                saying(2, charter.cluster(), charter.ids(), Testimony.Place.EXPELLED),
                saying(3, charter.cluster(), charter.ids(), Testimony.Place.EXPELLED));
        assertThat(core.on(state, new Event.Inquired(charter.cluster(), List.of(), founders), 0)
                        .state()
                        .standing())
                .isInstanceOf(Standing.Blank.class);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "one message said ADOPT to a server without a cluster, or to one that withdrew",
            seen = "it joins only when a majority of that cluster's voters say that it is there and has a leader")
    void aServerIsTakenInOnlyByAMajorityOfTheVotersOfThatCluster() {
        State state = fresh();
        List<ServerId> voters = List.of(id(2), id(3), id(4));
        Testimony two = saying(2, OTHER, voters, Testimony.Place.NONE);
        Testimony leaderless = new Testimony(id(3), OTHER, voters, false, Testimony.Place.NONE);
        List<List<Testimony>> notEnough = List.of(
                List.of(),
                List.of(two, two),
                List.of(two, leaderless),
                List.of(two, saying(3, OTHER, List.of(id(2), id(3)), Testimony.Place.NONE)),
                List.of(two, saying(9, OTHER, voters, Testimony.Place.NONE)));
        for (List<Testimony> testimonies : notEnough) {
            assertThat(core.on(state, new Event.Inquired(OTHER, List.of(), testimonies), 0)
                            .state())
                    .isEqualTo(state);
        }
        List<Testimony> enough = List.of(two, saying(3, OTHER, voters, Testimony.Place.NONE));
        assertThat(core.on(state, new Event.Inquired(OTHER, List.of(), enough), 0)
                        .state()
                        .standing())
                .isInstanceOf(Standing.Member.class);
    }

    @Test
    void aServerThatLostItsDataIsFreedOnlyByAFounderOfWhatItFounded() {
        State pledged = pledged();
        Charter charter = of(pledged);
        State member = core.on(pledged, new Event.Heard(saying("c", 3, FoundingState.PLEDGED, charter, null)), 0)
                .state();
        State lost =
                core.on(member, new Event.DataLost("raft/meta is missing"), 0).state();
        assertThat(lost.standing()).isEqualTo(new Standing.Blank(charter.cluster(), charter, "raft/meta is missing"));
        Word stranger = saying("x", 9, FoundingState.BLANK, charter, charter.id());
        assertThat(core.on(lost, new Event.Heard(stranger), 0).state().standing())
                .isEqualTo(lost.standing());
        Word founder = saying("b", 2, FoundingState.BLANK, charter, charter.id());
        assertThat(core.on(lost, new Event.Heard(founder), 0).state().standing())
                .isEqualTo(new Standing.Blank(null));
    }

    @Test
    void ofThreeTheSecondWithdrawalFreesAndTheFirstDoesNot() {
        State state = pledged();
        Charter charter = of(state);
        State withdrawn = Later.released(core, state, List.of()).state();
        assertThat(withdrawn.standing()).isEqualTo(new Standing.Withdrawn(charter));
        Step second = core.on(withdrawn, new Event.Heard(saying("b", 2, FoundingState.WITHDRAWN, charter, null)), 0);
        assertThat(second.state().standing()).isEqualTo(new Standing.Blank(null));
    }

    @Test
    void aStartedFounderWithdrawsOnlyWithAnEmptyLogAndNotWhileAMajorityIsThere() {
        State pledged = pledged();
        Charter charter = of(pledged);
        State member = core.on(pledged, new Event.Heard(saying("c", 3, FoundingState.PLEDGED, charter, null)), 0)
                .state();
        List<Word> one = List.of(saying("b", 2, FoundingState.MEMBER, charter, null));
        assertThat(Later.released(core, member, one).effects()).isEmpty();
        Step checking = Later.released(core, member, List.of());
        assertThat(checking.state().raft()).isEqualTo(State.Raft.CHECKING);
        assertThat(core.on(checking.state(), new Event.LogInspected(charter.id(), false), 0)
                        .state()
                        .standing())
                .isInstanceOf(Standing.Member.class);
        assertThat(core.on(checking.state(), new Event.LogInspected(charter.id(), true), 0)
                        .state()
                        .standing())
                .isEqualTo(new Standing.Withdrawn(charter));
    }

    @Test
    void aWithdrawnFounderIsTakenInUnderANewIdAndABlankOneKeepsItsOwn() {
        State state = pledged();
        State withdrawn = Later.released(core, state, List.of()).state();
        List<Testimony> taking = List.of(saying(7, OTHER, List.of(id(7)), Testimony.Place.NONE));
        Event.Inquired adopted = new Event.Inquired(OTHER, List.of(), taking);
        State taken = core.on(withdrawn, adopted, 0).state();
        assertThat(taken.standing()).isInstanceOf(Standing.Member.class);
        assertThat(taken.record().id()).isNotEqualTo(state.record().id());
        State blank = fresh();
        assertThat(core.on(blank, adopted, 0).state().record().id())
                .isEqualTo(blank.record().id());
        assertThat(core.on(state, adopted, 0).state().standing()).isEqualTo(state.standing());
    }

    @Test
    void aBlankRecordUnderAnotherNodeNameIsACopyAndTakesANewId() {
        FoundingRecord template =
                new FoundingRecord(id(5), new NodeName("template"), 4, new TreeSet<>(), new Standing.Blank(null));
        State state = core.start(Optional.of(template), Folder.NONE).state();
        assertThat(state.record().id()).isNotEqualTo(id(5));
        FoundingRecord own = new FoundingRecord(id(5), new NodeName("a"), 4, new TreeSet<>(), new Standing.Blank(null));
        State same = core.start(Optional.of(own), Folder.NONE).state();
        assertThat(same.record().id()).isEqualTo(id(5));
        assertThat(same.record().starts()).isEqualTo(5);
    }

    @Test
    void raftDataWithoutARecordIsLostDataAndAnEmptyFolderALeftover() {
        Step entries = core.start(Optional.empty(), new Folder(true, OTHER, "t", false));
        assertThat(entries.state().standing())
                .isEqualTo(new Standing.Blank(
                        OTHER, null, "the founding record is missing or older than the raft directory"));
        assertThat(entries.effects()).anyMatch(e -> e instanceof Effect.PutFolderAside);
        Step empty = core.start(Optional.empty(), new Folder(true, OTHER, "t", true));
        assertThat(empty.state().standing()).isEqualTo(new Standing.Blank(null));
        assertThat(empty.effects()).anyMatch(e -> e instanceof Effect.RemoveFolder);
        Folder nameless = new Folder(true, null, null, false);
        assertThatThrownBy(() -> core.start(Optional.empty(), nameless))
                .hasMessageContaining("move the whole data directory");
    }

    @Test
    void aLedMemberWithAnEmptyLogOrAnotherTokenComesBackAsANewServerThatFoundsNothing() {
        FoundingRecord led = new FoundingRecord(
                id(5), new NodeName("a"), 4, new TreeSet<>(), new Standing.Member(OTHER, "t", true, null));
        for (Folder folder :
                List.of(new Folder(true, OTHER, "t", true), new Folder(true, OTHER, "u", false), Folder.NONE)) {
            State state = core.start(Optional.of(led), folder).state();
            assertThat(state.record().id()).isNotEqualTo(id(5));
            assertThat(state.standing())
                    .isInstanceOfSatisfying(
                            Standing.Blank.class, b -> assertThat(b.formerly()).isEqualTo(OTHER));
            List<Word> answers = List.of(blank("b", 2, 3), blank("c", 3, 3));
            assertThat(Later.stable(core, state, answers).effects()).isEmpty();
        }
        Step intact = core.start(Optional.of(led), new Folder(true, OTHER, "t", false));
        assertThat(intact.state().record().id()).isEqualTo(id(5));
    }
}
