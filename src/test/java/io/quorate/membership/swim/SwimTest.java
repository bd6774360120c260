package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.GossipTimings;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.testing.Fault;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Each rule of the protocol on one member. */
class SwimTest {
    private static final ClusterRef ONE = ClusterRef.founded(ClusterId.of("11111111-1111-1111-1111-111111111111"));
    private static final ClusterRef TWO = ClusterRef.founded(ClusterId.of("22222222-2222-2222-2222-222222222222"));
    private final Lab lab = new Lab();

    // ---- order ----

    @Test
    void theGreaterIncarnationWinsThenTheStrongerState() {
        lab.hearAlive("a", 2, 5).suspect("a", 4, "b");
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        lab.suspect("a", 5, "b");
        assertThat(lab.state("a")).isEqualTo(MemberState.SUSPECT);
        lab.hearAlive("a", 2, 5);
        assertThat(lab.state("a")).isEqualTo(MemberState.SUSPECT);
        lab.hearAlive("a", 2, 6);
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        lab.failed("a", 6).leave(Message.Phase.LEAVING, "a", 6);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
        lab.leave(Message.Phase.LEFT, "a", 6).failed("a", 6);
        assertThat(lab.state("a")).isEqualTo(MemberState.LEFT);
        lab.hearAlive("a", 2, 7);
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    void recordsOfOneIncarnationAreOrderedByInstance() {
        PeerRecord older = Lab.record("a", 3, 1, 9, null, Map.of("v", "old"));
        PeerRecord newer = Lab.record("a", 4, 1, 9, null, Map.of("v", "new"));
        lab.hear(new Message.Alive(newer), new Message.Alive(older));
        assertThat(lab.known("a")).isEqualTo(newer);
        Lab other = new Lab();
        other.hear(new Message.Alive(older), new Message.Alive(newer));
        assertThat(other.swim.recordOf(Lab.name("a"))).isEqualTo(newer);
    }

    @Test
    void aSuspicionHeardBeforeItsRecordKeepsBothWhenTheRecordComes() {
        lab.hearAlive("a", 2, 1).suspect("a", 3, "b");
        lab.hear(new Message.Alive(Lab.record("a", 2, 3, 2, null, Map.of("v", "3"))));
        assertThat(lab.state("a")).isEqualTo(MemberState.SUSPECT);
        assertThat(lab.known("a").tags()).containsEntry("v", "3");
    }

    @Test
    void whatTagsMeanIsWorkedOutOnceForEachRecordWhateverIsClaimedOfItsMember() {
        ServerId id = new ServerId(new UUID(1, 2));
        Map<String, String> tags =
                new AgentTags("dc1", id, new Expect(3), FoundingState.MEMBER, 1, 8300, 8500, "0", true, null).encode();
        lab.hear(new Message.Alive(Lab.record("a", 2, 1, 2, null, tags)));
        AgentTags first = agent("a");
        assertThat(first.serverId()).isEqualTo(id);
        lab.suspect("a", 1, "b");
        assertThat(lab.state("a")).isEqualTo(MemberState.SUSPECT);
        assertThat(agent("a")).isSameAs(first);
        lab.hear(new Message.Alive(Lab.record("a", 2, 2, 2, null, Map.of("dc", "dc1", "build", "1"))));
        assertThat(agent("a").isServer()).isFalse();
        lab.hear(new Message.Alive(Lab.record("a", 2, 3, 2, null, Map.of("port", "far too many"))));
        assertThat(lab.swim.roster().find(Lab.name("a")).orElseThrow().agent()).isNull();
    }

    private AgentTags agent(String name) {
        return Objects.requireNonNull(
                lab.swim.roster().find(Lab.name(name)).orElseThrow().agent());
    }

    @Test
    void aLeavingMemberThatIsFoundDeadHasLeftAndDidNotFail() {
        lab.hearAlive("a", 2, 1).leave(Message.Phase.LEAVING, "a", 2).failed("a", 2);
        assertThat(lab.state("a")).isEqualTo(MemberState.LEFT);
        assertThat(lab.told(MemberEvent.Failed.class)).isEmpty();
        assertThat(lab.told(MemberEvent.Left.class)).hasSize(1);
    }

    @Test
    void eventsComeInOrderAndOnlyForChanges() {
        lab.hearAlive("a", 2, 1).hearAlive("a", 2, 1).suspect("a", 1, "b").hearAlive("a", 2, 2);
        lab.hear(new Message.Alive(Lab.record("a", 2, 3, 2, null, Map.of("k", "v"))));
        lab.failed("a", 3).hearAlive("a", 2, 4);
        assertThat(lab.did(Effect.Publish.class).stream()
                        .map(e -> e.event().getClass().getSimpleName()))
                .containsExactly("Joined", "Suspected", "Updated", "Failed", "Joined");
    }

    // ---- refuting ----

    @Test
    void whatIsUntrueOfOneselfIsRefutedAboveWhatWasHeard() {
        lab.suspect("me", 7, "b");
        assertThat(lab.incarnation()).isEqualTo(8);
        assertThat(lab.swim.gauges()).containsEntry("health_score", 1);
        lab.hearAlive("a", 2, 1).pass(300);
        assertThat(lab.sent(Message.Alive.class).stream().map(m -> m.record().incarnation()))
                .contains(8L);
    }

    @Test
    void anOldSuspicionOfOneselfIsNoNews() {
        lab.suspect("me", 7, "b").forgetEffects();
        lab.suspect("me", 7, "c").failed("me", 3).pass(2_000);
        assertThat(lab.incarnation()).isEqualTo(8);
    }

    @Test
    void refutingHappensOnceASecondAndTheNextWaits() {
        lab.suspect("me", 1, "b").failed("me", 2);
        assertThat(lab.incarnation()).isEqualTo(2);
        lab.failed("me", 20);
        assertThat(lab.incarnation()).isEqualTo(2);
        lab.pass(999);
        assertThat(lab.incarnation()).isEqualTo(2);
        lab.pass(2);
        assertThat(lab.incarnation()).isEqualTo(21);
    }

    @Test
    void anotherProcessUnderOnesNameIsRefutedAndOnesOwnOldWordIsNot() {
        lab.hear(new Message.Alive(Lab.record("me", Lab.INSTANCE, 1, 1, null, Map.of())));
        assertThat(lab.incarnation()).isEqualTo(1);
        lab.hear(new Message.Alive(Lab.record("me", 77, 1, 9, null, Map.of())));
        assertThat(lab.incarnation()).isEqualTo(2);
    }

    @Test
    void aLeavingNodeDoesNotRefute() {
        lab.hearAlive("a", 2, 1);
        lab.effects.addAll(lab.swim.beginLeave(lab.nowMs, 1));
        assertThat(lab.incarnation()).isEqualTo(2);
        lab.failed("me", 5).pass(3_000);
        assertThat(lab.incarnation()).isEqualTo(2);
        assertThat(lab.sent(Message.Leave.class)).isNotEmpty();
    }

    @Test
    void incarnationsAreReservedBeforeTheyAreUsed() {
        assertThat(lab.did(Effect.RaiseBound.class)).containsExactly(new Effect.RaiseBound(1001));
        lab.forgetEffects().failed("me", 5_000);
        assertThat(lab.effects.get(0)).isEqualTo(new Effect.RaiseBound(6001));
        assertThat(lab.incarnation()).isEqualTo(5001);
    }

    @Test
    void newTagsRaiseTheIncarnationAndEqualOnesDoNot() {
        SortedMap<String, String> tags = new TreeMap<>(Map.of("a", "b"));
        lab.effects.addAll(lab.swim.setTags(0, tags));
        lab.effects.addAll(lab.swim.setTags(0, tags));
        assertThat(lab.incarnation()).isEqualTo(2);
        assertThat(lab.swim.roster().self().tags()).isEqualTo(tags);
    }

    // ---- answering ----

    @Test
    void aPingIsAnsweredToWhereItCameFromWithOnesInstance() {
        lab.hearFrom(Lab.address(44), 0, new Message.Ping(9, Lab.name("me"), Lab.name("s"), 600));
        assertThat(lab.lastPacket())
                .isEqualTo(new Effect.SendPacket(Lab.address(44), 600, List.of(new Message.Ack(9, Lab.INSTANCE))));
    }

    @Test
    void aPingForAnotherNameIsNotAnswered() {
        lab.hear(new Message.Ping(9, Lab.name("somebody"), Lab.name("s"), 600));
        assertThat(lab.did(Effect.SendPacket.class)).isEmpty();
    }

    @Test
    void aStrangerIsToldNothingButTheAnswer() {
        lab.hearAlive("a", 2, 1).hearAlive("b", 3, 1).forgetEffects();
        lab.hearFrom(Lab.address(44), 0, new Message.Ping(9, Lab.name("me"), Lab.name("s"), 600));
        assertThat(lab.lastPacket().messages()).hasSize(1);
        lab.hearFrom(Lab.address(2), 0, new Message.Ping(9, Lab.name("me"), Lab.name("a"), 2));
        assertThat(lab.lastPacket().messages()).hasSizeGreaterThan(1);
        lab.forgetEffects().hearFrom(Lab.address(44), 0, new Message.PingReq(1, 5, Lab.name("a"), Lab.address(45)));
        assertThat(lab.effects).isEmpty();
        assertThat(lab.counters.get(Tally.REJECTED_STRANGER)).isEqualTo(1);
    }

    @Test
    void oneThatIsThoughtDeadHearsItInTheAnswerToItsPing() {
        lab.hearAlive("a", 2, 5).failed("a", 5).hearAlive("b", 3, 4).leave(Message.Phase.LEFT, "b", 4);
        lab.hearFrom(Lab.address(8), 0, new Message.Ping(9, Lab.name("me"), Lab.name("a"), 700));
        assertThat(lab.lastPacket().messages())
                .containsExactly(
                        new Message.Ack(9, Lab.INSTANCE), new Message.Failed(Lab.name("a"), 5, Lab.name("me")));
        lab.hearFrom(Lab.address(9), 0, new Message.Ping(9, Lab.name("me"), Lab.name("b"), 700));
        assertThat(lab.lastPacket().messages().get(1))
                .isEqualTo(new Message.Leave(Message.Phase.LEFT, Lab.name("b"), 4, 3, false));
    }

    @Test
    void newsForAnotherProcessTellsNothing() {
        Message news = new Message.Alive(Lab.record("a", 2, 1));
        lab.hearAs(Lab.INSTANCE + 1, news).hearAs(0, news);
        assertThat(lab.state("a")).isNull();
        assertThat(lab.counters.get(Tally.REJECTED_INSTANCE)).isEqualTo(2);
        lab.hear(news);
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    void aHelperRelaysTheAnswerOrSaysThatThereIsNone() {
        lab.hearAlive("asker", 2, 1).hearAlive("t", 3, 1).pass(2_500).forgetEffects();
        lab.hearFrom(Lab.address(2), 0, new Message.PingReq(70, 2, Lab.name("t"), Lab.address(3)));
        Message.Ping ping = lab.sent(Message.Ping.class).get(0);
        assertThat(lab.lastPacket().forInstance()).isEqualTo(3);
        lab.hearFrom(Lab.address(3), Lab.INSTANCE, new Message.Ack(ping.seq(), 3));
        assertThat(lab.lastPacket())
                .isEqualTo(new Effect.SendPacket(Lab.address(2), 2, List.of(new Message.Ack(70, 3))));
        lab.pass(600);
        assertThat(lab.sent(Message.Nack.class)).isEmpty();
        lab.hearFrom(Lab.address(2), 0, new Message.PingReq(71, 2, Lab.name("t"), Lab.address(3)));
        lab.pass(600);
        assertThat(lab.sent(Message.Nack.class)).containsExactly(new Message.Nack(71));
    }

    // ---- probing ----

    @Test
    void aSilentMemberIsAskedThroughOthersAndOverTcpAndThenSuspected() {
        for (int i = 2; i < 7; i++) {
            lab.hearAlive("n" + i, i, 1);
        }
        lab.pass(1_100);
        Message.Ping ping = lab.sent(Message.Ping.class).get(0);
        lab.pass(600);
        assertThat(lab.sent(Message.PingReq.class))
                .hasSize(3)
                .allMatch(r -> r.target().equals(ping.target()));
        assertThat(lab.did(Effect.OpenStream.class)).anyMatch(o -> o.ask() instanceof Message.StreamPing);
        lab.pass(600);
        assertThat(lab.state(ping.target().value())).isEqualTo(MemberState.SUSPECT);
        assertThat(lab.counters.get(Tally.PROBE_FAILED)).isPositive();
        // Three helpers were asked and none sent word: this node doubts itself.
        assertThat(lab.swim.gauges().get("health_score")).isIn(3, 4, 5);
    }

    @Test
    void anAnswerOverTcpAloneCountsAsAliveAndTheBlockedUdpIsSaid() {
        lab.hearAlive("a", 2, 1);
        while (lab.did(Effect.OpenStream.class).isEmpty()) {
            lab.pass(50);
        }
        Effect.OpenStream stream = lab.did(Effect.OpenStream.class).stream()
                .filter(o -> o.ask() instanceof Message.StreamPing)
                .findFirst()
                .orElseThrow();
        Message.StreamPing ping = (Message.StreamPing) stream.ask();
        lab.effects.addAll(lab.swim.onStreamAnswer(lab.nowMs, stream.id(), new Message.Ack(ping.seq(), 2)));
        lab.pass(600);
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        assertThat(lab.did(Effect.Warn.class).get(0).text()).contains("UDP");
    }

    @Test
    void anAnswerOfAnotherProcessIsNoneAndStartsASync() {
        lab.hearAlive("a", 2, 1).pass(1_050);
        Message.Ping ping = lab.sent(Message.Ping.class).get(0);
        lab.hearFrom(Lab.address(2), Lab.INSTANCE, new Message.Ack(ping.seq(), 555));
        assertThat(lab.did(Effect.OpenStream.class)).anyMatch(o -> o.ask() instanceof Message.Sync);
        lab.pass(1_500);
        assertThat(lab.state("a")).isEqualTo(MemberState.SUSPECT);
    }

    @Test
    void aSuspectThatDoesNotRefuteFailsInItsTime() {
        lab.hearAlive("a", 2, 1).suspect("a", 1, "x");
        lab.pass(3_900);
        assertThat(lab.state("a")).isEqualTo(MemberState.SUSPECT);
        lab.pass(200);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
        assertThat(lab.sent(Message.Failed.class)).anyMatch(f -> f.accuser().equals(Lab.name("me")));
    }

    // ---- what is kept, and for how long ----

    @Test
    void theFailedAreForgottenAfterTheirTimeAndNotTakenBackWhenTooOld() {
        lab.hearAlive("a", 2, 1).failed("a", 1);
        long threeDays = GossipTimings.LAN.reconnectTimeout().toMillis();
        lab.nowMs = threeDays - 20_000;
        lab.pass(1_000);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
        lab.pass(60_000);
        assertThat(lab.state("a")).isNull();
        assertThat(lab.told(MemberEvent.Reaped.class)).hasSize(1);

        lab.merge("p", Lab.entry(Lab.record("old", 4, 1), MemberState.FAILED, threeDays + 1));
        assertThat(lab.state("old")).isNull();
        lab.merge("p", Lab.entry(Lab.record("fresh", 5, 1), MemberState.FAILED, threeDays - 60_000));
        assertThat(lab.state("fresh")).isEqualTo(MemberState.FAILED);
        lab.pass(90_000);
        assertThat(lab.state("fresh")).isNull();
    }

    @Test
    void failedVotersAndClustersKnownToABlankServerAreKeptAtAnyAge() {
        Map<String, String> blank = tags(false);
        long old = GossipTimings.LAN.reconnectTimeout().toMillis() * 2;
        PeerRecord voter = Lab.record("voter", 4, 1, 4, null, tags(true));
        PeerRecord member = Lab.record("member", 5, 1, 5, ONE, blank);
        Lab server = new Lab("me", null, blank);
        server.merge("p", Lab.entry(voter, MemberState.FAILED, old), Lab.entry(member, MemberState.FAILED, old));
        server.pass(60_000);
        assertThat(server.state("voter")).isEqualTo(MemberState.FAILED);
        assertThat(server.state("member")).isEqualTo(MemberState.FAILED);
        lab.merge("p", Lab.entry(voter, MemberState.FAILED, old), Lab.entry(member, MemberState.FAILED, old));
        assertThat(lab.state("voter")).isEqualTo(MemberState.FAILED);
        assertThat(lab.state("member")).isNull();
    }

    private static Map<String, String> tags(boolean voter) {
        return new AgentTags(
                        "dc1",
                        new ServerId(UUID.nameUUIDFromBytes(new byte[] {1})),
                        Expect.NONE,
                        FoundingState.BLANK,
                        1,
                        8300,
                        8500,
                        "0",
                        voter,
                        null)
                .encode();
    }

    @Test
    void whatCameFromTheFileIsShownAsFailedAndYieldsToAnythingHeard() {
        PeerRecord server = Lab.record("s", 4, 5, 4, ONE, Map.of());
        lab.swim.remember(List.of(Lab.entry(server, MemberState.FAILED, 0)));
        assertThat(lab.state("s")).isEqualTo(MemberState.FAILED);
        assertThat(lab.swim.clusterMembers()).hasSize(1);
        Message.State told = (Message.State) lab.answer(Lab.sync("p", 9, null));
        assertThat(told.entries()).extracting(e -> e.record().name().value()).containsExactly("me");
        lab.hear(new Message.Alive(server));
        assertThat(lab.state("s")).isEqualTo(MemberState.ALIVE);
        assertThat(lab.told(MemberEvent.Joined.class)).hasSize(1);
    }

    @Test
    @Fault(
            line = "A2",
            fault =
                    "All servers are killed, one disk is wiped; the others know the wiped server only from their files, at a higher"
                            + " incarnation than it begins with",
            seen = "They tell it what they hold of it, it refutes, and is alive for them too")
    void whoIsKnownFromTheFileIsToldWhatStandsThereForOnlyItCanRefute() {
        PeerRecord before = Lab.record("s", 4, 1004, 4, ONE, Map.of());
        lab.swim.remember(List.of(Lab.entry(before, MemberState.FAILED, 0)));
        lab.hearAlive("s", 5, 2);
        assertThat(lab.state("s")).isEqualTo(MemberState.FAILED);
        Message.State told = (Message.State) lab.answer(Lab.sync("s", 5, null));
        Lab wiped = new Lab(Lab.record("s", 5, 2), GossipTimings.LAN);
        wiped.merge("me", told.entries().toArray(Message.Entry[]::new));
        assertThat(wiped.incarnation()).isGreaterThan(1004);
        lab.hearAlive("s", 5, wiped.incarnation());
        assertThat(lab.state("s")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    @Fault(
            line = "A5",
            fault = "An agent that bore a server's name leaves, or is forced to leave",
            seen = "The server of that name stays what it is in the roster: what was said is of another process")
    void whatIsSaidOfAnotherProcessUnderANameDoesNotMakeItsOwnerLeave() {
        lab.hearAlive("p", 2, 1);
        lab.leave(Message.Phase.LEFT, "p", 7, 9);
        lab.leave(Message.Phase.LEAVING, "p", 7, 9);
        assertThat(lab.state("p")).isEqualTo(MemberState.ALIVE);
        lab.merge("q", Lab.entry(Lab.record("p", 7, 9), MemberState.LEFT, 10));
        assertThat(lab.state("p")).isEqualTo(MemberState.ALIVE);
        lab.leave(Message.Phase.FORCED, "p", 7, 9).failed("p", 5);
        assertThat(lab.state("p")).isEqualTo(MemberState.FAILED);
        lab.leave(Message.Phase.LEFT, "p", 2, 10);
        assertThat(lab.state("p")).isEqualTo(MemberState.LEFT);
        Lab failed = new Lab();
        failed.hearAlive("p", 2, 1).failed("p", 1);
        failed.leave(Message.Phase.FORCED, "p", 7, 9);
        assertThat(failed.state("p")).isEqualTo(MemberState.FAILED);
    }

    // ---- syncs ----

    @Test
    void equalRostersAnswerWithAWordAndUnequalOnesWithAll() {
        Lab other = new Lab(Lab.record("p", 9, 1), GossipTimings.LAN);
        Message.Sync ask = (Message.Sync) askOf(other);
        assertThat(lab.answer(ask)).isInstanceOf(Message.State.class);
        lab.hear(new Message.Alive(Lab.record("p", 9, 1)));
        other.hearAs(9, new Message.Alive(Lab.record("me", Lab.INSTANCE, 1, 1, null, Map.of())));
        assertThat(lab.answer(askOf(other))).isInstanceOf(Message.Same.class);
    }

    private static Message askOf(Lab other) {
        other.forgetEffects().effects.addAll(other.swim.join(0, 1, List.of(new Swim.Target("x", Lab.address(1)))));
        return other.did(Effect.OpenStream.class).get(0).ask();
    }

    @Test
    void refusalsSayConsulsWords() {
        Message.Sync good = Lab.sync("p", 9, null);
        assertThat(refusal(
                        new Message.Sync(true, "lan", "dc2", good.id(), good.name(), good.address(), null, 2, 2, 0, 0)))
                .isEqualTo("Member 'me' part of wrong datacenter 'dc1'");
        assertThat(refusal(
                        new Message.Sync(true, "wan", "dc1", good.id(), good.name(), good.address(), null, 2, 2, 0, 0)))
                .contains("another pool, 'lan'");
        assertThat(refusal(
                        new Message.Sync(true, "lan", "dc1", good.id(), good.name(), good.address(), null, 3, 4, 0, 0)))
                .contains("protocol 2 to 2, this agent 3 to 4");
        NodeId mine = lab.known("me").id();
        assertThat(refusal(new Message.Sync(true, "lan", "dc1", mine, good.name(), good.address(), null, 2, 2, 0, 0)))
                .isEqualTo("Member 'me' has conflicting node ID '" + mine + "' with this agent's ID");
    }

    private String refusal(Message ask) {
        return ((Message.Refused) lab.answer(ask)).text();
    }

    @Test
    void aDeadTwinsNodeIdIsFreeAgain() {
        lab.hearAlive("old", 2, 1).failed("old", 1);
        Message.Sync ask = new Message.Sync(
                true, "lan", "dc1", lab.known("old").id(), Lab.name("new"), Lab.address(9), null, 2, 2, 0, 0);
        assertThat(lab.answer(ask)).isInstanceOf(Message.State.class);
    }

    @Test
    void aFailureFromASyncIsOnlyASuspicionOfOneThatLivesHere() {
        lab.hearAlive("a", 2, 1).merge("p", Lab.entry(Lab.record("a", 2, 1), MemberState.FAILED, 5_000));
        assertThat(lab.state("a")).isEqualTo(MemberState.SUSPECT);
        lab.hearAlive("b", 3, 2).merge("p", Lab.entry(Lab.record("b", 3, 1), MemberState.FAILED, 5_000));
        assertThat(lab.state("b")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    void aSyncThatMadeUsRefuteIsRepeatedOnceASecondLater() {
        lab.effects.addAll(lab.swim.join(0, 1, List.of(new Swim.Target("x", Lab.address(9)))));
        long id = lab.did(Effect.OpenStream.class).get(0).id();
        lab.forgetEffects();
        PeerRecord me = Lab.record("me", Lab.INSTANCE, 1, 1, null, Map.of());
        lab.effects.addAll(lab.swim.onStreamAnswer(
                0, id, new Message.State(0, List.of(Lab.entry(me, MemberState.FAILED, 100)))));
        assertThat(lab.did(Effect.JoinDone.class).get(0).report().contacted()).isEqualTo(1);
        lab.pass(1_000);
        List<Effect.OpenStream> again = lab.did(Effect.OpenStream.class);
        assertThat(again).hasSize(1);
        assertThat(again.get(0).to()).isEqualTo(Lab.address(9));
    }

    @Test
    void aJoinReportsEachAddressThatFailed() {
        lab.effects.addAll(lab.swim.join(
                0, 8, List.of(new Swim.Target("x", Lab.address(8)), new Swim.Target("y", Lab.address(9)))));
        List<Effect.OpenStream> opened = lab.did(Effect.OpenStream.class);
        lab.effects.addAll(lab.swim.onStreamAnswer(0, opened.get(0).id(), new Message.Same(0)));
        assertThat(lab.did(Effect.JoinDone.class)).isEmpty();
        lab.effects.addAll(lab.swim.onStreamFailed(
                0, opened.get(1).id(), new Hindrance(Meeting.Outcome.REFUSED, "connection refused")));
        Effect.JoinDone done = lab.did(Effect.JoinDone.class).get(0);
        assertThat(done.report().contacted()).isEqualTo(1);
        assertThat(done.report().failures()).hasSize(1);
        assertThat(done.report().failures().get(0).address()).isEqualTo("y");
    }

    // ---- clusters ----

    @Test
    void recordsOfAnotherClusterAreDroppedInDatagramsAndInSyncs() {
        Lab member = new Lab("me", ONE, Map.of());
        PeerRecord foreign = Lab.record("f", 4, 1, 4, TWO, Map.of());
        member.hear(new Message.Alive(foreign));
        member.merge("p", Lab.entry(foreign, MemberState.ALIVE, 0), Lab.entry(foreign, MemberState.FAILED, 0));
        assertThat(member.state("f")).isNull();
        assertThat(member.swim.foreignClusters()).hasSize(1);
        assertThat(member.swim.foreignClusters().get(0).cluster()).isEqualTo(TWO);
        member.hearAlive("blank", 5, 1).pass(3_000);
        assertThat(member.sent(Message.Alive.class)).noneMatch(a -> a.record().equals(foreign));
        assertThat(((Message.Refused) member.answer(Lab.sync("f", 4, TWO))).text())
                .contains(ONE.toString())
                .contains(TWO.toString());
    }

    @Test
    void oneWithoutAClusterKeepsToTheFirstItHearsOfUntilNothingOfItIsLeft() {
        lab.hear(new Message.Alive(Lab.record("a", 2, 1, 2, ONE, Map.of())));
        lab.hear(new Message.Alive(Lab.record("b", 3, 1, 3, TWO, Map.of())));
        assertThat(lab.state("b")).isNull();
        assertThat(lab.answer(Lab.sync("b", 3, TWO))).isInstanceOf(Message.Refused.class);
        lab.effects.addAll(lab.swim.setCluster(0, TWO));
        assertThat(lab.state("a")).isNull();
        lab.hear(new Message.Alive(Lab.record("b", 3, 1, 3, TWO, Map.of())));
        assertThat(lab.state("b")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    void aRecordedQuestionOfAnotherClusterChangesNothing() {
        Lab member = new Lab("me", ONE, Map.of());
        assertThat(member.answer(Lab.sync("f", 4, TWO))).isInstanceOf(Message.Refused.class);
        assertThat(member.swim.foreignClusters()).isEmpty();
        member.effects.addAll(
                member.swim.onStreamLast(0, -5, new Message.Refused(Message.Reason.CLUSTER, "", TWO, Lab.address(4))));
        assertThat(member.swim.foreignClusters()).hasSize(1);
    }

    // ---- leaving ----

    @Test
    void leavingAloneEndsAtOnceAndElseWhenItWasToldOrAfterItsTime() {
        lab.effects.addAll(lab.swim.beginLeave(0, 1));
        lab.effects.addAll(lab.swim.finishLeave(0, 2));
        assertThat(lab.did(Effect.LeaveDone.class)).hasSize(2);
        Lab two = new Lab();
        two.hearAlive("a", 2, 1).pass(10);
        two.effects.addAll(two.swim.beginLeave(two.nowMs, 1));
        assertThat(two.did(Effect.LeaveDone.class)).isEmpty();
        two.pass(5_000);
        assertThat(two.did(Effect.LeaveDone.class)).containsExactly(new Effect.LeaveDone(1));
        two.effects.addAll(two.swim.finishLeave(two.nowMs, 2));
        two.pass(6_000);
        assertThat(two.did(Effect.LeaveDone.class)).hasSize(2);
        assertThat(two.swim.roster().self().state()).isEqualTo(MemberState.LEFT);
    }

    @Test
    void aForcedLeaveIsRememberedUntilTheFailureIsHeard() {
        lab.hearAlive("a", 2, 4);
        lab.hear(new Message.Leave(Message.Phase.FORCED, Lab.name("a"), 4, 2, false));
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        lab.failed("a", 4);
        assertThat(lab.state("a")).isEqualTo(MemberState.LEFT);
        assertThat(lab.swim.forceLeave(0, Lab.name("nobody"), false)).isNull();
    }

    @Test
    void aPrunedProcessIsNotTakenBackButARefutingOneIs() {
        lab.hearAlive("a", 2, 4).failed("a", 4);
        lab.effects.addAll(Objects.requireNonNull(lab.swim.forceLeave(0, Lab.name("a"), true)));
        assertThat(lab.state("a")).isNull();
        lab.merge("p", Lab.entry(Lab.record("a", 2, 4), MemberState.FAILED, 0)).hearAlive("a", 2, 4);
        assertThat(lab.state("a")).isNull();
        assertThat(lab.counters.get(Tally.REJECTED_PRUNED)).isEqualTo(2);
        lab.hearAlive("a", 2, 5);
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        Lab other = new Lab();
        other.hearAlive("a", 2, 4).failed("a", 4);
        other.effects.addAll(Objects.requireNonNull(other.swim.forceLeave(0, Lab.name("a"), true)));
        other.hearAlive("a", 3, 1);
        assertThat(other.state("a"))
                .as("another process under the name was not sent away")
                .isEqualTo(MemberState.ALIVE);
        Lab later = new Lab();
        later.hearAlive("a", 2, 4).failed("a", 4);
        later.effects.addAll(Objects.requireNonNull(later.swim.forceLeave(0, Lab.name("a"), true)));
        later.pass(300_001).hearAlive("a", 2, 4);
        assertThat(later.state("a")).isEqualTo(MemberState.ALIVE);
    }

    // ---- names and addresses ----

    @Test
    void aLivingNameMovesOnlyWhenItsOldAddressIsSilent() {
        lab.hearAlive("a", 2, 1).hear(new Message.Alive(Lab.record("a", 7, 2, 7, null, Map.of())));
        assertThat(lab.known("a").address()).isEqualTo(Lab.address(2));
        assertThat(lab.sent(Message.Ping.class)).hasSize(1);
        lab.pass(450);
        assertThat(lab.did(Effect.OpenStream.class)).anyMatch(o -> o.to().equals(Lab.address(2)));
        lab.pass(600);
        assertThat(lab.known("a").address()).isEqualTo(Lab.address(7));
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        assertThat(lab.told(MemberEvent.Failed.class)).hasSize(1);
        assertThat(lab.told(MemberEvent.Joined.class)).hasSize(2);
    }

    @Test
    void aLivingOwnerKeepsItsNameAndTheClaimantIsTold() {
        lab.hearAlive("a", 2, 1).forgetEffects().hear(new Message.Alive(Lab.record("a", 7, 2, 7, null, Map.of())));
        Message.Ping ping = lab.sent(Message.Ping.class).get(0);
        lab.hearFrom(Lab.address(2), Lab.INSTANCE, new Message.Ack(ping.seq(), 2));
        lab.pass(1_500);
        assertThat(lab.known("a").address()).isEqualTo(Lab.address(2));
        assertThat(lab.told(MemberEvent.Conflict.class)).hasSize(1);
        assertThat(lab.did(Effect.SendPacket.class))
                .contains(new Effect.SendPacket(Lab.address(7), 7, List.of(new Message.Conflict(Lab.name("a"), 7))));
    }

    @Test
    void theNewProcessAnsweringAtTheOldAddressTooIsNoOwner() {
        lab.hearAlive("a", 2, 1).forgetEffects().hear(new Message.Alive(Lab.record("a", 7, 2, 7, null, Map.of())));
        Message.Ping ping = lab.sent(Message.Ping.class).get(0);
        lab.hearFrom(Lab.address(2), Lab.INSTANCE, new Message.Ack(ping.seq(), 7));
        lab.pass(1_100);
        assertThat(lab.known("a").address()).isEqualTo(Lab.address(7));
    }

    @Test
    void aDeadNameOrARestartAtTheSameAddressMovesAtOnce() {
        lab.hearAlive("a", 2, 1).failed("a", 1);
        lab.hear(new Message.Alive(Lab.record("a", 7, 2, 7, null, Map.of())));
        assertThat(lab.known("a").address()).isEqualTo(Lab.address(7));
        lab.hear(new Message.Alive(Lab.record("a", 8, 3, 7, null, Map.of())));
        assertThat(lab.known("a").instance()).isEqualTo(8);
    }

    @Test
    void aNodeThatIsToldOfAConflictStopsClaimingAndAsksAgain() {
        lab.hearAlive("b", 3, 1).pass(5_000).forgetEffects();
        lab.hear(new Message.Conflict(Lab.name("me"), 555));
        assertThat(lab.swim.nameConflict()).isNull();
        lab.hear(new Message.Conflict(Lab.name("me"), Lab.INSTANCE));
        Effect.OpenStream asked = lab.did(Effect.OpenStream.class).get(0);
        PeerRecord owner = Lab.record("me", 77, 9, 66, null, Map.of());
        lab.effects.addAll(lab.swim.onStreamAnswer(
                lab.nowMs, asked.id(), new Message.State(0, List.of(Lab.entry(owner, MemberState.ALIVE, 0)))));
        Effect.OpenStream ping = lab.did(Effect.OpenStream.class).get(1);
        assertThat(ping.to()).isEqualTo(Lab.address(66));
        assertThat(lab.swim.nameConflict()).isNull();
        long seq = ((Message.StreamPing) ping.ask()).seq();
        lab.effects.addAll(lab.swim.onStreamAnswer(lab.nowMs, ping.id(), new Message.Ack(seq, 77)));
        assertThat(lab.swim.nameConflict())
                .contains("Names must be unique!")
                .contains(Lab.address(66).toString());
        long before = lab.incarnation();
        lab.failed("me", before + 3).pass(20_000);
        assertThat(lab.incarnation()).isEqualTo(before);
        Message.State state = (Message.State) lab.answer(Lab.sync("p", 9, null));
        assertThat(state.entries()).noneMatch(e -> e.record().name().equals(Lab.name("me")));
        lab.pass(11_000);
        assertThat(lab.incarnation()).isGreaterThan(before);
        lab.pass(11_000);
        assertThat(lab.swim.nameConflict()).isNull();
    }
}
