package io.quorate.membership.swim;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.Incarnation;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.GossipTimings;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.testing.Fault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger without a key may say, and what becomes of it: nothing stays wrong, and nothing is out of reach. */
class StrangersTest {
    private static final ClusterRef ONE = ClusterRef.founded(ClusterId.of("11111111-1111-1111-1111-111111111111"));
    private static final ClusterRef TWO = ClusterRef.founded(ClusterId.of("22222222-2222-2222-2222-222222222222"));
    private static final long LAST = Leaps.LAST;
    private final Lab lab = new Lab();

    // ---- incarnations of others ----

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger says of a living member that it failed, left or is there, at an incarnation near 2^62",
            seen = "nobody believes it; the member is asked at its own address, and stays what it is")
    void whatLiesFarAboveAMembersRecordIsNotBelievedAndTheMemberIsAsked() {
        lab.hearAlive("a", 2, 5).forgetEffects();
        lab.failed("a", LAST).suspect("a", LAST, "x").leave(Message.Phase.LEFT, "a", LAST);
        lab.leave(Message.Phase.LEAVING, "a", LAST).leave(Message.Phase.FORCED, "a", LAST);
        lab.hearAlive("a", 2, LAST).failed("a", 5 + Leaps.CLAIM + 1);
        lab.merge("p", new Message.Entry(Lab.record("a", 2, 5), MemberState.LEFT, LAST, 0));
        lab.merge("q", Lab.entry(Lab.record("a", 2, LAST), MemberState.LEFT, 0));

        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        assertThat(lab.known("a").incarnation()).isEqualTo(5);
        assertThat(lab.counters.get(Tally.REJECTED_INCARNATION)).isGreaterThanOrEqualTo(9);
        assertThat(lab.did(Effect.OpenStream.class))
                .as("asked once, not once for each")
                .hasSize(1)
                .allMatch(o -> o.to().equals(Lab.address(2)) && o.ask() instanceof Message.Sync);
        lab.failed("a", 5);
        assertThat(lab.state("a")).as("no intent was kept of it").isEqualTo(MemberState.FAILED);
    }

    @Test
    void everyClaimThatIsBelievedLeavesRoomForARefutationThatIsBelievedByThoseWhoMissedTheClaim() {
        Lab missed = new Lab();
        missed.hearAlive("a", 2, 5);
        lab.hearAlive("a", 2, 5).failed("a", 5 + Leaps.CLAIM);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
        Lab itself = new Lab(Lab.record("a", 2, 5), GossipTimings.LAN);
        itself.hearAs(2, new Message.Failed(Lab.name("a"), 5 + Leaps.CLAIM, Lab.name("x")));
        assertThat(itself.incarnation()).isEqualTo(5 + Leaps.CLAIM + 1);
        lab.hearAlive("a", 2, itself.incarnation());
        missed.hearAlive("a", 2, itself.incarnation());
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        assertThat(missed.known("a").incarnation()).isEqualTo(itself.incarnation());
    }

    @Test
    void aMemberThatWasOutOfSightForManyRestartsIsBelievedOnAConnectionToItself() {
        long far = 5 + 400 * 1000L;
        lab.hearAlive("a", 2, 5).forgetEffects();
        lab.hear(new Message.Alive(Lab.record("a", 7, far, 9, null, Map.of())));
        assertThat(lab.known("a").incarnation()).isEqualTo(5);
        Effect.OpenStream asked = lab.did(Effect.OpenStream.class).get(0);
        assertThat(asked.to()).isEqualTo(Lab.address(9));
        // It was alive at another address: it moves when that one is silent.
        answer(lab, asked, Lab.entry(Lab.record("a", 7, far, 9, null, Map.of()), MemberState.ALIVE, 0));
        lab.pass(1_100);
        assertThat(lab.known("a").incarnation()).isEqualTo(far);
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    void whatAMemberSaysOfAnotherFarOffIsNotBelievedThoughItWasAsked() {
        lab.hearAlive("a", 2, 5).hearAlive("p", 3, 1).forgetEffects();
        Effect.OpenStream asked = join(lab, Lab.address(3));
        answer(lab, asked, Lab.entry(Lab.record("a", 2, LAST), MemberState.ALIVE, 0));
        assertThat(lab.known("a").incarnation()).isEqualTo(5);
        assertThat(lab.did(Effect.OpenStream.class).get(1).to()).isEqualTo(Lab.address(2));
    }

    @Test
    void anUnknownMemberIsTakenAtAnyHonestIncarnationAndNotBeyond() {
        lab.hearAlive("old", 2, 80_000_000);
        assertThat(lab.state("old")).isEqualTo(MemberState.ALIVE);
        lab.hearAlive("b", 3, Leaps.SPOILT);
        lab.merge("p", Lab.entry(Lab.record("c", 4, LAST), MemberState.FAILED, 0));
        lab.merge("q", new Message.Entry(Lab.record("d", 5, 1), MemberState.FAILED, LAST, 0));
        assertThat(lab.state("b")).isNull();
        assertThat(lab.state("c")).isNull();
        assertThat(lab.state("d")).isNull();
    }

    // ---- one's own incarnation ----

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger tells an agent of its own failure at an incarnation near 2^62",
            seen = "it does not go there: its incarnation stays readable, in memory and on disk")
    void oneselfIsNotDrivenUpByWhatIsBroughtAndAsksTheMemberThatSaysSo() {
        lab.hearAlive("a", 2, 5).forgetEffects();
        lab.failed("me", LAST).suspect("me", LAST, "x").leave(Message.Phase.LEFT, "me", Lab.INSTANCE, LAST);
        lab.hear(new Message.Alive(Lab.record("me", 77, LAST, 9, null, Map.of())));
        lab.pass(1_500);
        assertThat(lab.incarnation()).isEqualTo(1);
        assertThat(lab.did(Effect.RaiseBound.class)).isEmpty();
        assertThat(lab.did(Effect.OpenStream.class)).noneMatch(o -> o.ask() instanceof Message.Sync);

        // From a member's address: it may really hold that, and is asked.
        long held = 1 + Leaps.RECORD + 1;
        lab.hearFrom(Lab.address(2), Lab.INSTANCE, new Message.Failed(Lab.name("me"), held, Lab.name("a")));
        assertThat(lab.incarnation()).isEqualTo(1);
        Effect.OpenStream asked = lab.did(Effect.OpenStream.class).stream()
                .filter(o -> o.ask() instanceof Message.Sync)
                .findFirst()
                .orElseThrow();
        assertThat(asked.to()).isEqualTo(Lab.address(2));
        PeerRecord before = Lab.record("me", 77, held, 1, null, Map.of());
        answer(lab, asked, Lab.entry(before, MemberState.FAILED, 0));
        assertThat(lab.incarnation()).as("a folder that was emptied").isEqualTo(held + 1);
    }

    @Test
    void nobodyIsDrivenToASpoiltIncarnationEvenByAnswers() {
        Effect.OpenStream asked = join(lab, Lab.address(9));
        PeerRecord me = Lab.record("me", 77, Leaps.SPOILT, 1, null, Map.of());
        answer(lab, asked, Lab.entry(me, MemberState.FAILED, 0));
        assertThat(lab.incarnation()).isEqualTo(1);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a member is held at a spoilt incarnation, from an attack on an earlier version, and restarts",
            seen = "it begins at 1 again, and whoever holds the spoilt one lets go of it for the member's own word")
    void aSpoiltIncarnationYieldsToTheMembersOwnWordOnAConnectionToIt() {
        hold(lab, "a", Leaps.SPOILT + 7);
        lab.failed("a", Leaps.SPOILT + 8);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
        lab.forgetEffects().hear(new Message.Alive(Lab.record("a", 5, 1, 2, null, Map.of())));
        assertThat(lab.state("a")).as("anybody may say so").isEqualTo(MemberState.FAILED);
        Effect.OpenStream asked = lab.did(Effect.OpenStream.class).get(0);
        assertThat(asked.to()).isEqualTo(Lab.address(2));
        answer(lab, asked, Lab.entry(Lab.record("a", 5, 1, 2, null, Map.of()), MemberState.ALIVE, 0));
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        assertThat(lab.known("a").incarnation()).isEqualTo(1);
        lab.hearAlive("a", 2, Leaps.SPOILT + 7).failed("a", Leaps.SPOILT + 8);
        assertThat(lab.known("a").incarnation()).as("nobody brings it back").isEqualTo(1);
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    void aSpoiltMemberInTheFileIsRememberedAtOne() {
        PeerRecord server = Lab.record("s", 4, LAST, 4, ONE, Map.of());
        lab.swim.remember(List.of(Lab.entry(server, MemberState.FAILED, 0)));
        assertThat(lab.known("s").cluster()).isEqualTo(ONE);
        lab.hear(new Message.Alive(Lab.record("s", 5, 2, 4, ONE, Map.of())));
        assertThat(lab.state("s")).isEqualTo(MemberState.ALIVE);
    }

    /** Only the member itself can bring it there. */
    private static void hold(Lab lab, String name, long incarnation) {
        Effect.OpenStream asked = join(lab, Lab.address(2));
        answer(lab, asked, Lab.entry(Lab.record(name, 2, incarnation), MemberState.ALIVE, 0));
        assertThat(lab.known(name).incarnation()).isEqualTo(incarnation);
    }

    // ---- the clock ----

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger brings an event clock near 2^62 in a sync",
            seen = "the clock stays where it is, and everybody can read the agent's answers")
    void aClockThatIsBroughtFromFarOffIsIgnored() {
        lab.effects.addAll(lab.swim.onStreamAsk(0, -9, Lab.sync("p", 50, null)));
        lab.effects.addAll(lab.swim.onStreamLast(0, -9, new Message.State(LAST, List.of())));
        assertThat(lab.swim.gauges()).containsEntry("event_time", 0L);
        assertThat(lab.counters.get(Tally.REJECTED_CLOCK)).isEqualTo(1);
    }

    @Test
    void aClockOfAPoolThatWasDrivenUpIsApproachedAndNeverPassesWhatCanBeRead() {
        LamportClock clock = new LamportClock();
        assertThat(clock.witness(LAST, true)).isFalse();
        assertThat(clock.time()).isEqualTo(LamportClock.LEAP + 1);
        assertThat(clock.witness(500_000_000_000L, true)).isFalse();
        assertThat(clock.witness(1_000, false)).isTrue();
        assertThat(clock.time()).isEqualTo(2 * LamportClock.LEAP + 2);
        LamportClock high = new LamportClock();
        for (long i = 0; i <= LAST / LamportClock.LEAP / 1_000_000; i++) {
            high.witness(LAST, true);
        }
        assertThat(high.time()).isLessThanOrEqualTo(LAST);
        LamportClock member = new LamportClock();
        assertThat(member.witness(7_000_000, false)).isTrue();
        assertThat(member.time()).isEqualTo(7_000_001);
    }

    // ---- name conflicts ----

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger tells a server that its name belongs to another, and then the others that it left",
            seen =
                    "the server asks some members whom they hold under the name, and goes on refuting meanwhile and after")
    void aConflictOnSomebodysWordSilencesNobody() {
        members(3);
        Message.Conflict forged = new Message.Conflict(Lab.name("me"), Lab.INSTANCE);
        lab.hear(forged);
        List<Effect.OpenStream> asked = syncs();
        assertThat(asked).hasSize(3);
        lab.leave(Message.Phase.LEFT, "me", Lab.INSTANCE, 4);
        assertThat(lab.incarnation()).as("while it is being asked").isEqualTo(5);
        lab.hear(forged);
        assertThat(syncs()).as("asked once").hasSize(3);

        PeerRecord mine = lab.known("me");
        PeerRecord rival = Lab.record("me", 77, 9, 66, null, Map.of());
        answer(lab, asked.get(0), Lab.entry(mine, MemberState.ALIVE, 0));
        answer(lab, asked.get(1), Lab.entry(rival, MemberState.ALIVE, 0));
        lab.effects.addAll(lab.swim.onStreamFailed(
                lab.nowMs, asked.get(2).id(), new Hindrance(io.quorate.membership.Meeting.Outcome.UNREACHABLE, "")));
        lab.pass(2_000).failed("me", 50);
        assertThat(lab.incarnation()).isEqualTo(51);
        assertThat(lab.swim.nameConflict()).isNull();
        assertThat(lab.counters.get(Tally.REJECTED_CONFLICT)).isEqualTo(1);
    }

    @Test
    void aConflictThatMostConfirmIsStillNoneWhenTheOtherDoesNotAnswerForTheName() {
        members(3);
        lab.hear(new Message.Conflict(Lab.name("me"), Lab.INSTANCE));
        PeerRecord rival = Lab.record("me", 77, 9, 66, null, Map.of());
        syncs().forEach(s -> answer(lab, s, Lab.entry(rival, MemberState.ALIVE, 0)));
        Effect.OpenStream ping = ping(Lab.address(66));
        lab.effects.addAll(lab.swim.onStreamFailed(
                lab.nowMs, ping.id(), new Hindrance(io.quorate.membership.Meeting.Outcome.UNREACHABLE, "")));
        lab.failed("me", 50);
        assertThat(lab.incarnation()).isEqualTo(51);
        assertThat(lab.swim.nameConflict()).isNull();
    }

    private void members(int count) {
        for (int i = 2; i < 2 + count; i++) {
            lab.hearAlive("n" + i, i, 1);
        }
        lab.forgetEffects();
    }

    private List<Effect.OpenStream> syncs() {
        return lab.did(Effect.OpenStream.class).stream()
                .filter(o -> o.ask() instanceof Message.Sync)
                .toList();
    }

    private Effect.OpenStream ping(Endpoint to) {
        return lab.did(Effect.OpenStream.class).stream()
                .filter(o -> o.ask() instanceof Message.StreamPing && o.to().equals(to))
                .findFirst()
                .orElseThrow();
    }

    // ---- addresses and ids ----

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "ff02::1", "fe80::1"})
    @Fault(
            line = "A6",
            fault = "a stranger's record names an unspecified, multicast, broadcast, reserved or link-local address",
            seen = "it is refused and counted, whether it is said to live or to be dead")
    void aRecordAtAnAddressThatIsNobodysIsRefused(String address) throws UnknownHostException {
        PeerRecord record = at(new Endpoint(InetAddress.getByName(address), 8301));
        lab.hear(new Message.Alive(record));
        lab.merge("p", Lab.entry(record, MemberState.ALIVE, 0), Lab.entry(record, MemberState.FAILED, 0));
        assertThat(lab.state("z")).isNull();
        assertThat(lab.counters.get(Tally.REJECTED_ADDRESS)).isEqualTo(3);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger's record names this agent's own address under another name",
            seen = "it is refused and counted; that an earlier name is dead there may be true")
    void anotherNameAtOnesOwnAddressIsRefusedUnlessItIsDead() {
        PeerRecord record = at(Lab.address(1));
        lab.hear(new Message.Alive(record)).merge("p", Lab.entry(record, MemberState.SUSPECT, 0));
        assertThat(lab.state("z")).isNull();
        assertThat(lab.counters.get(Tally.REJECTED_ADDRESS)).isEqualTo(2);
        lab.merge("q", Lab.entry(record, MemberState.LEFT, 0));
        assertThat(lab.state("z")).isEqualTo(MemberState.LEFT);
    }

    private static PeerRecord at(Endpoint address) {
        PeerRecord some = Lab.record("z", 9, 1);
        return new PeerRecord(
                some.name(),
                some.id(),
                some.instance(),
                some.incarnation(),
                address,
                null,
                some.tags(),
                some.protocols(),
                some.extras());
    }

    @Test
    @Fault(
            line = "A5",
            fault = "a stranger claims the node id of a living member under another name",
            seen = "it does not come into the roster while that member lives")
    void theIdOfALivingMemberComesUnderNoOtherName() {
        lab.hearAlive("a", 2, 1).hearAlive("b", 3, 1);
        NodeId id = lab.known("a").id();
        lab.hear(new Message.Alive(withId("evil", 8, 1, id)), new Message.Alive(withId("b", 3, 2, id)));
        lab.hear(new Message.Alive(withId("mine", 9, 1, lab.known("me").id())));
        assertThat(lab.state("evil")).isNull();
        assertThat(lab.state("mine")).isNull();
        assertThat(lab.known("b").id()).isNotEqualTo(id);
        assertThat(lab.counters.get(Tally.REJECTED_ID)).isEqualTo(3);
        assertThat(lab.answer(Lab.sync("a", 2, null))).isInstanceOf(Message.State.class);
        lab.failed("a", 1).hear(new Message.Alive(withId("renamed", 8, 1, id)));
        assertThat(lab.state("renamed")).isEqualTo(MemberState.ALIVE);
    }

    private static PeerRecord withId(String name, int number, long incarnation, NodeId id) {
        PeerRecord some = Lab.record(name, number, incarnation);
        return new PeerRecord(
                some.name(),
                id,
                some.instance(),
                incarnation,
                some.address(),
                null,
                some.tags(),
                some.protocols(),
                some.extras());
    }

    // ---- clusters ----

    @Test
    @Fault(
            line = "A6",
            fault =
                    "a stranger says that a member belongs to another cluster, in a datagram or as the last word of a sync",
            seen = "the member stays, and is asked; only its own answer removes it")
    void thatAMemberHasChangedClustersIsBelievedOfItselfAlone() {
        Lab member = new Lab("me", ONE, Map.of());
        member.hear(new Message.Alive(Lab.record("a", 2, 1, 2, ONE, Map.of()))).forgetEffects();
        member.hear(new Message.Alive(Lab.record("a", 2, 2, 2, TWO, Map.of())));
        assertThat(member.state("a")).isEqualTo(MemberState.ALIVE);
        Effect.OpenStream asked = member.did(Effect.OpenStream.class).get(0);
        assertThat(asked.to()).isEqualTo(Lab.address(2));
        member.pass(11_000);
        member.hear(new Message.Alive(Lab.record("a", 2, 3, 2, ONE, Map.of()))).forgetEffects();
        member.answer(Lab.sync("a", 2, TWO));
        member.effects.addAll(member.swim.onStreamLast(
                member.nowMs, -5, new Message.Refused(Message.Reason.CLUSTER, "", TWO, Lab.address(2))));
        assertThat(member.state("a")).isEqualTo(MemberState.ALIVE);
        Effect.OpenStream again = member.did(Effect.OpenStream.class).stream()
                .filter(o -> o.ask() instanceof Message.Sync)
                .findFirst()
                .orElseThrow();
        assertThat(again.to()).isEqualTo(Lab.address(2));
        member.effects.addAll(member.swim.onStreamAnswer(
                member.nowMs, again.id(), new Message.Refused(Message.Reason.CLUSTER, "", TWO, Lab.address(2))));
        assertThat(member.state("a")).isNull();
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger tells a client of a later life of its cluster",
            seen = "its servers stay, as long as one of them lives and does not say so itself")
    void aLaterLifeIsBelievedOfALivingServerOfTheClusterAlone() {
        ClusterRef later = new ClusterRef(ONE.id(), new Incarnation(2, new UUID(1, 2)));
        lab.hear(
                new Message.Alive(Lab.record("a", 2, 1, 2, ONE, Map.of())),
                new Message.Alive(Lab.record("b", 3, 1, 3, ONE, Map.of())));
        lab.hear(new Message.Alive(Lab.record("evil", 8, 1, 8, later, Map.of())));
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
        assertThat(lab.state("evil")).isNull();
        lab.forgetEffects().hear(new Message.Alive(Lab.record("a", 2, 2, 2, later, Map.of())));
        assertThat(lab.state("b")).isEqualTo(MemberState.ALIVE);
        Effect.OpenStream asked = lab.did(Effect.OpenStream.class).get(0);
        lab.effects.addAll(lab.swim.onStreamAnswer(
                lab.nowMs, asked.id(), new Message.Refused(Message.Reason.CLUSTER, "", later, Lab.address(2))));
        assertThat(lab.state("b")).isNull();
        lab.hear(new Message.Alive(Lab.record("a", 2, 3, 2, later, Map.of())));
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
    }

    // ---- what is kept ----

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger says that a failed member is leaving, or a member is killed while it leaves",
            seen = "the failed one stays failed until it answers itself; the other one has left once it is silent")
    void nobodyIsLeavingForEver() {
        lab.hearAlive("a", 2, 1).failed("a", 1).hearAlive("b", 3, 1).forgetEffects();
        lab.leave(Message.Phase.LEAVING, "a", 2).leave(Message.Phase.LEAVING, "b", 2);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
        assertThat(syncs()).hasSize(1).allMatch(o -> o.to().equals(Lab.address(2)));
        lab.pass(9_000);
        assertThat(lab.state("b")).isEqualTo(MemberState.LEAVING);
        lab.pass(20_000);
        assertThat(lab.state("b")).isEqualTo(MemberState.LEFT);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger says of a failed or a living member that it has been gone for years",
            seen = "it is kept as long as one that failed when it was last alive here")
    void noWordHasAMemberForgottenBeforeItsTime() {
        long years = 100_000_000_000L;
        lab.hearAlive("a", 2, 1).failed("a", 1).hearAlive("b", 3, 1);
        lab.merge("p", Lab.entry(Lab.record("a", 2, 1), MemberState.FAILED, years));
        lab.merge("q", new Message.Entry(Lab.record("b", 3, 1), MemberState.LEFT, 2, years));
        lab.pass(120_000);
        assertThat(lab.state("a")).isEqualTo(MemberState.FAILED);
        assertThat(lab.state("b")).isEqualTo(MemberState.LEFT);
        assertThat(lab.told(MemberEvent.Reaped.class)).isEmpty();
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger says of a failed voter that it has been gone for as long as can be written",
            seen = "everybody can read the agent's answers, also later")
    void anAgeThatWasHeardNeverGrowsBeyondWhatCanBeRead() throws Exception {
        Map<String, String> voter = new AgentTags(
                        "dc1",
                        new ServerId(new UUID(1, 1)),
                        Expect.NONE,
                        FoundingState.BLANK,
                        1,
                        8300,
                        8500,
                        "0",
                        true,
                        null)
                .encode();
        PeerRecord ghost = Lab.record("ghost", 4, 1, 4, null, voter);
        lab.merge("p", Lab.entry(ghost, MemberState.FAILED, LAST)).pass(5_000);
        assertThat(lab.state("ghost")).isEqualTo(MemberState.FAILED);
        Message answer = lab.answer(Lab.sync("p", 9, null));
        assertThat(Wire.decodeStream(ByteBuffer.wrap(Wire.encodeStream(answer))))
                .isEqualTo(answer);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger has a member that is not known yet pruned",
            seen = "the member comes in by its own word, on a connection to it")
    void whoeverIsPrunedByAStrangerComesInByItsOwnWord() {
        lab.hear(new Message.Leave(Message.Phase.FORCED, Lab.name("a"), LAST, 2, true))
                .hearAlive("a", 2, 1);
        assertThat(lab.state("a")).isNull();
        Effect.OpenStream asked = lab.did(Effect.OpenStream.class).get(0);
        assertThat(asked.to()).isEqualTo(Lab.address(2));
        answer(lab, asked, Lab.entry(Lab.record("a", 2, 1), MemberState.ALIVE, 0));
        assertThat(lab.state("a")).isEqualTo(MemberState.ALIVE);
    }

    @Test
    void soManyDoubtsAskSoManyMembersAndNoMore() {
        for (int i = 2; i < 202; i++) {
            lab.hearAlive("n" + i, i, 1);
        }
        lab.forgetEffects();
        for (int i = 2; i < 202; i++) {
            lab.failed("n" + i, LAST);
        }
        assertThat(syncs()).hasSize(64);
    }

    private static Effect.OpenStream join(Lab lab, Endpoint to) {
        lab.forgetEffects().effects.addAll(lab.swim.join(lab.nowMs, 1, List.of(new Swim.Target("x", to))));
        return lab.did(Effect.OpenStream.class).get(0);
    }

    private static void answer(Lab lab, Effect.OpenStream asked, Message.Entry... entries) {
        lab.effects.addAll(lab.swim.onStreamAnswer(lab.nowMs, asked.id(), new Message.State(0, List.of(entries))));
    }
}
