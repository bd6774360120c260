package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.membership.Membership;
import io.quorate.runtime.Clocks;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What an agent says it waits for. */
class ReasonTest {
    private static Why client(Member... servers) {
        FakeMembership membership = new FakeMembership(Fixtures.client("c1"), servers);
        return Reason.of(Fixtures.client(membership, FakeServers.client(), new FakeRpc()));
    }

    @Test
    void aClientThatKnowsNobodyWantsToJoin() {
        Why why = client();
        assertThat(why.code()).isEqualTo(ReasonCode.NO_SERVERS);
        assertThat(why.nextStep()).contains("join");
    }

    @Test
    void aClientWhoseServersAreGoneNamesThem() {
        Why why = client(Fixtures.in(MemberState.FAILED, Fixtures.server("s1", Fixtures.S1, Fixtures.S1, true)));
        assertThat(why.code()).isEqualTo(ReasonCode.NO_SERVERS);
        assertThat(why.message()).contains("s1");
        assertThat(why.evidence()).hasSize(1);
        assertThat(why.evidence().get(0).reachable()).isFalse();
    }

    @Test
    void aClientIsReadyWhenAServerKnowsALeaderThatLives() {
        Member s1 = Fixtures.server("s1", Fixtures.S1, Fixtures.S2, true);
        Member s2 = Fixtures.server("s2", Fixtures.S2, null, true);
        assertThat(client(s1, s2).code()).isEqualTo(ReasonCode.READY);
        assertThat(client(s1, Fixtures.in(MemberState.FAILED, s2)).code())
                .as("the leader that it names is dead, and one of the two voters that are known is no majority")
                .isEqualTo(ReasonCode.QUORUM_LOST);
    }

    @Test
    void aClientWaitsAsItsServersDo() {
        Member blank = Fixtures.server("s1", Fixtures.S1, null, false);
        assertThat(client(blank).code()).isEqualTo(ReasonCode.WAITING_FOR_SERVERS);
        assertThat(client(blank).message()).contains("1 of 3");
        assertThat(client(
                                blank,
                                Fixtures.server("s2", Fixtures.S2, null, false),
                                Fixtures.server("s3", Fixtures.S3, null, false))
                        .code())
                .isEqualTo(ReasonCode.FOUNDING);
        assertThat(client(Fixtures.server("s1", Fixtures.S1, null, true)).code())
                .isEqualTo(ReasonCode.ELECTION);
    }

    @Test
    void troubleInGossipOutranksEverything() {
        FakeMembership membership = new FakeMembership(Fixtures.client("c1"));
        membership.trouble = new Membership.Trouble(Membership.Trouble.Kind.NAME_CONFLICT, "c1 is taken", "rename");
        AgentParts parts = Fixtures.client(membership, FakeServers.client(), new FakeRpc());
        assertThat(Reason.of(parts).code()).isEqualTo(ReasonCode.NAME_CONFLICT);
        membership.trouble = new Membership.Trouble(Membership.Trouble.Kind.KEY_MISMATCH, "another key", "ask");
        assertThat(Reason.of(parts).code()).isEqualTo(ReasonCode.KEY_MISMATCH);
        assertThat(Reason.of(parts).message()).isEqualTo("another key");
    }

    @Test
    @Fault(
            line = "D1",
            fault = "a ready agent of one cluster joined another one by mistake, and was refused",
            seen = "it stays READY; for five minutes /why tells beside it which cluster was met, where and when")
    void anotherClusterIsToldOfButDoesNotTakeThisOneOutOfService() {
        FakeMembership membership =
                new FakeMembership(Fixtures.client("c1"), Fixtures.server("s1", Fixtures.S1, Fixtures.S1, true));
        AgentParts parts = Fixtures.client(membership, FakeServers.client(), new FakeRpc());
        ClusterRef other = ClusterRef.founded(new ClusterId(new UUID(9, 9)));
        Endpoint where = membership.address();

        membership.foreign =
                List.of(new ForeignCluster(other, where, Clocks.wall().instant()));
        assertThat(Reason.shown(parts).code()).isEqualTo(ReasonCode.READY);
        assertThat(Reason.shown(parts).message())
                .contains("FOREIGN_CLUSTER", "0 s ago")
                .contains(other.id().toString())
                .contains(where.toString());
        assertThat(Reason.shown(parts).nextStep()).startsWith("nothing after a single mistaken join");
        assertThat(Reason.metForeign(parts)).isTrue();

        membership.foreign =
                List.of(new ForeignCluster(other, where, Clocks.wall().instant().minus(Duration.ofMinutes(6))));
        assertThat(Reason.shown(parts).message()).as("met long ago").doesNotContain("FOREIGN_CLUSTER");
        assertThat(Reason.metForeign(parts)).isFalse();
    }

    @Test
    void raftThatStoppedIsNamedOnceFoundingThinksItWorks() {
        RaftStatus broken = new RaftStatus(
                null,
                RaftStatus.Role.ERROR,
                null,
                3,
                1,
                1,
                1,
                1,
                0,
                0,
                List.of(),
                List.of(),
                -1,
                Map.of(),
                "/data/raft: no space left",
                new RaftStatus.Disk("no space left", "/data/raft", true, false),
                false);
        Why ready = Fixtures.FakeFounding.why(ReasonCode.READY);
        assertThat(Reason.server(ready, broken).code()).isEqualTo(ReasonCode.DISK);
        assertThat(Reason.server(ready, broken).message()).contains("no space left");
        Why foreign = Fixtures.FakeFounding.why(ReasonCode.FOREIGN_CLUSTER);
        assertThat(Reason.server(foreign, broken)).isEqualTo(foreign);
        RaftStatus fine = FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S1, List.of(Fixtures.S1));
        assertThat(Reason.server(ready, fine)).isEqualTo(ready);
    }

    @Fault(
            line = "D2",
            fault = "raft stopped on a server at an entry that a later version wrote, or by an error of its own",
            seen =
                    "VERSION_TOO_OLD and FAILED with the entry or the error, to upgrade or to start again; nothing of a disk")
    @Test
    void whatIsNotTheDisksFaultIsNotCalledSo() {
        Why ready = Fixtures.FakeFounding.why(ReasonCode.READY);
        Why old = Reason.server(ready, stopped("entry 12 of the log: this version does not know it", true));
        assertThat(old.code()).isEqualTo(ReasonCode.VERSION_TOO_OLD);
        assertThat(old.message()).endsWith("entry 12 of the log: this version does not know it");
        assertThat(old.nextStep()).startsWith("upgrade this server").doesNotContain("disk");
        Why failed = Reason.server(ready, stopped("no such row", false));
        assertThat(failed.code()).isEqualTo(ReasonCode.FAILED);
        assertThat(failed.message()).endsWith("no such row");
        assertThat(failed.nextStep()).startsWith("start this agent again").doesNotContain("disk");
    }

    @Fault(
            line = "D2",
            fault = "the node's lock is held for 12 s, so that what is known of raft is that old",
            seen = "a server that was ready says FAILED with the age, one that waits says its reason with the age")
    @Test
    void whatIsKnownOfRaftIsToldWithItsAgeOnceItIsOld() {
        for (ReasonCode code : List.of(ReasonCode.READY, ReasonCode.ELECTION)) {
            FakeConsensus consensus = new FakeConsensus();
            consensus.become(FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S3)));
            AgentParts parts = Fixtures.server(
                    Fixtures.everybody("s3", Fixtures.S3),
                    FakeServers.alone(),
                    new FakeRpc(),
                    Fixtures.FakeFounding.member(code),
                    consensus);
            Why fresh = Reason.of(parts);
            assertThat(fresh.code()).isEqualTo(code);
            consensus.statusAgeMs = 12_300;
            Why old = Reason.of(parts);
            assertThat(old.code()).isEqualTo(code == ReasonCode.READY ? ReasonCode.FAILED : code);
            assertThat(old.isReady()).isFalse();
            assertThat(old.message()).contains("12 s", fresh.message());
            consensus.statusAgeMs = 1_000;
            assertThat(Reason.of(parts)).isEqualTo(fresh);
        }
    }

    private static RaftStatus stopped(String error, boolean outdated) {
        return new RaftStatus(
                Fixtures.CLUSTER,
                RaftStatus.Role.ERROR,
                null,
                3,
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(),
                List.of(),
                -1,
                Map.of(),
                error,
                null,
                outdated);
    }
}
