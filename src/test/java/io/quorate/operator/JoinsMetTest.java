package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberState;
import io.quorate.runtime.Clocks;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What joins met, as an agent tells it that waits for others. */
class JoinsMetTest {
    private static Meeting met(String address, Meeting.Outcome outcome, String text, int secondsAgo) {
        return new Meeting(address, true, outcome, text, Clocks.wall().instant().minusSeconds(secondsAgo));
    }

    private static AgentParts client(Meeting... meetings) {
        FakeMembership membership = new FakeMembership(Fixtures.client("c1"));
        membership.meetings = List.of(meetings);
        return Fixtures.client(membership, FakeServers.client(), new FakeRpc());
    }

    @Fault(
            line = "D1",
            fault = "an agent joins one of another datacenter",
            seen = "/why names both datacenters and the address, and its first step is to make them the same")
    @Test
    void aWrongDatacenterIsNamedWithBothAndComesBeforeTheUsualStep() {
        Why why = Reason.of(client(
                met("10.0.0.2:8301", Meeting.Outcome.REFUSED, "connection refused", 1),
                met(
                        "10.0.0.3:8301",
                        Meeting.Outcome.WRONG_DATACENTER,
                        "Member 's3' part of wrong datacenter 'dc2'; this agent is in datacenter 'dc1'",
                        9)));
        assertThat(why.code()).isEqualTo(ReasonCode.NO_SERVERS);
        assertThat(why.message())
                .contains("10.0.0.3:8301", "wrong datacenter 'dc2'", "'dc1'")
                .containsPattern("failed \\d+ s ago")
                .doesNotContain("10.0.0.2");
        assertThat(why.nextStep()).startsWith("give both the same -datacenter");
    }

    private static AgentParts server(ReasonCode code, Meeting... meetings) {
        FakeMembership membership = new FakeMembership(Fixtures.server("s3", Fixtures.S3, null, false));
        membership.meetings = List.of(meetings);
        Fixtures.FakeFounding founding = code == ReasonCode.WAITING_FOR_SERVERS
                ? Fixtures.FakeFounding.blank()
                : Fixtures.FakeFounding.member(code);
        return Fixtures.server(membership, FakeServers.alone(), new FakeRpc(), founding, new FakeConsensus());
    }

    @Fault(
            line = "D1",
            fault = "a server that waits for others joins addresses that fail in each of the ways there are",
            seen = "/why names the address and what was met there, and its next step begins with what mends that")
    @Test
    void aServerThatWaitsTellsEachKindOfMeetingToo() {
        for (ReasonCode code : List.of(ReasonCode.WAITING_FOR_SERVERS, ReasonCode.QUORUM_LOST)) {
            for (Meeting.Outcome outcome : Meeting.Outcome.values()) {
                if (outcome == Meeting.Outcome.JOINED || outcome == Meeting.Outcome.BUSY) {
                    continue;
                }
                Why why = Reason.of(server(code, met("10.0.0.2:8301", outcome, "the words of " + outcome, 4)));
                assertThat(why.code()).isEqualTo(code);
                assertThat(why.message()).contains("10.0.0.2:8301", "the words of " + outcome);
                Why usual = Reason.of(server(code, met("10.0.0.9:8301", Meeting.Outcome.JOINED, "joined", 4)));
                assertThat(why.nextStep()).as("%s", outcome).endsWith("; then " + usual.nextStep());
            }
        }
    }

    @Test
    void whoIsToWaitAndNothingElseIsNotSentToAnAddressThatFailed() {
        Fixtures.FakeFounding founding = Fixtures.FakeFounding.member(ReasonCode.WAITING_FOR_ADOPTION);
        var v = founding.view;
        founding.view = new Founding.View(
                v.self(),
                v.name(),
                v.state(),
                v.cluster(),
                v.led(),
                v.charter(),
                v.voter(),
                v.expect(),
                v.founders(),
                v.starts(),
                v.known(),
                v.missing(),
                new Why(ReasonCode.WAITING_FOR_ADOPTION, "m", "nothing: its leader adds this server", List.of()));
        FakeMembership membership = Fixtures.everybody("s3", Fixtures.S3);
        membership.meetings = List.of(met("10.0.0.2:8301", Meeting.Outcome.REFUSED, "connection refused", 1));
        Why why = Reason.of(
                Fixtures.server(membership, FakeServers.alone(), new FakeRpc(), founding, new FakeConsensus()));
        assertThat(why.nextStep()).isEqualTo("nothing: its leader adds this server");
        assertThat(why.message()).isEqualTo("m");
    }

    @Test
    void eachKindOfMeetingHasAStepOfItsOwn() {
        for (Meeting.Outcome outcome : Meeting.Outcome.values()) {
            Why why = Reason.of(client(met("10.0.0.2:8301", outcome, "the words of " + outcome, 4)));
            Why usual = Reason.of(client());
            if (outcome == Meeting.Outcome.JOINED) {
                assertThat(why.message()).isEqualTo(usual.message());
            } else {
                assertThat(why.message())
                        .as("%s", outcome)
                        .matches(".*; joining 10\\.0\\.0\\.2:8301 failed \\d+ s ago: the words of " + outcome);
                assertThat(why.nextStep()).endsWith(usual.nextStep());
                assertThat(why.nextStep().equals(usual.nextStep()))
                        .as("%s says no more than the usual step", outcome)
                        .isEqualTo(outcome == Meeting.Outcome.BUSY);
            }
        }
    }

    @Test
    void addressesThatFailedAlikeAreOneFactAndThreeAreNamed() {
        Why why = Reason.of(client(
                met("10.0.0.1:8301", Meeting.Outcome.REFUSED, "connection refused", 5),
                met("10.0.0.2:8301", Meeting.Outcome.REFUSED, "connection refused", 4),
                met("10.0.0.3:8301", Meeting.Outcome.REFUSED, "connection refused", 3),
                met("10.0.0.4:8301", Meeting.Outcome.REFUSED, "connection refused", 2)));
        assertThat(why.message())
                .containsPattern("joining 10.0.0.1:8301, 10.0.0.2:8301, 10.0.0.3:8301 and 1 more failed \\d+ s ago");
    }

    @Test
    void whatIsOldOrOverIsNotToldAnyMore() {
        assertThat(Reason.of(client(met("10.0.0.2:8301", Meeting.Outcome.REFUSED, "connection refused", 400)))
                        .message())
                .doesNotContain("refused");
        FakeMembership membership =
                new FakeMembership(Fixtures.client("c1"), Fixtures.server("s1", Fixtures.S1, null, false));
        membership.meetings = List.of(met("127.77.0.11:8301", Meeting.Outcome.SILENT, "no connection within 5 s", 3));
        AgentParts parts = Fixtures.client(membership, FakeServers.client(), new FakeRpc());
        assertThat(Reason.of(parts).message()).as("it came by itself").doesNotContain("no connection");
        membership.replace(Fixtures.in(MemberState.FAILED, Fixtures.server("s1", Fixtures.S1, null, false)));
        assertThat(Reason.of(parts).message()).contains("no connection within 5 s");
    }

    @Test
    void whoAskedHereAndWasRefusedIsTold() {
        Why why = Reason.of(client(new Meeting(
                "10.0.0.7:8301",
                false,
                Meeting.Outcome.WRONG_DATACENTER,
                "'s7' asked to join and was refused: it is in datacenter 'dc2', this agent in 'dc1'",
                Clocks.wall().instant().minusSeconds(8))));
        assertThat(why.message())
                .matches(".*; \\d+ s ago 10\\.0\\.0\\.7:8301 's7' asked to join and was refused: it is in"
                        + " datacenter 'dc2', this agent in 'dc1'");
    }

    @Test
    void anAgentThatJoinsOnlyItselfIsToldSo() {
        Why why = Reason.of(client(met("127.77.0.21:8301", Meeting.Outcome.JOINED, "joined", 2)));
        assertThat(why.message()).contains("the only agent that it joined is itself");
        assertThat(why.nextStep()).startsWith("name the others in -retry-join too");
    }

    @Test
    void aServerThatIsReadyIsNotDisturbedButListsThem() {
        FakeMembership membership = Fixtures.everybody("s3", Fixtures.S3);
        membership.meetings = List.of(met("10.0.0.2:8301", Meeting.Outcome.REFUSED, "connection refused", 7));
        AgentParts parts = Fixtures.server(
                membership,
                FakeServers.leading(Fixtures.rpc(Fixtures.S3)),
                new FakeRpc(),
                Fixtures.FakeFounding.member(ReasonCode.READY),
                new FakeConsensus());
        AgentReports.WhyReport report = new AgentReports(parts).why();
        assertThat(report.message()).doesNotContain("refused");
        assertThat(report.joins()).hasSize(1);
        JoinsMet.JoinMeeting join = report.joins().get(0);
        assertThat(join.outcome()).isEqualTo("refused");
        assertThat(join.direction()).isEqualTo("asked");
        assertThat(join.ageMs()).isBetween(7_000L, 600_000L);
    }
}
