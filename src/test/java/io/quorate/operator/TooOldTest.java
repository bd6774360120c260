package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.codec.Form;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Level;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.testing.Datacenter3;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A server whose version is too old for the log is not added in silence. */
class TooOldTest {
    private static final ServerId S4 = ServerId.of("00000012-0000-4000-8000-000000000014");

    private static Member ofLevel(Member member, int level) {
        AgentTags tags = Objects.requireNonNull(member.agent());
        AgentTags other = new AgentTags(
                tags.datacenter(),
                tags.serverId(),
                tags.expect(),
                tags.founding(),
                tags.starts(),
                tags.rpcPort(),
                tags.httpPort(),
                tags.version(),
                tags.voter(),
                tags.leader(),
                tags.facts(),
                tags.asks(),
                level);
        return new Member(
                member.name(),
                member.id(),
                member.instance(),
                member.incarnation(),
                member.address(),
                member.cluster(),
                other.encode(),
                member.state(),
                member.since());
    }

    @Test
    void aMemberNamesTheServerThatIsNotAddedAndSaysWhatToDo() {
        FakeMembership membership = new FakeMembership(
                Fixtures.server("s3", Fixtures.S3, Fixtures.S3, true),
                Fixtures.server("s1", Fixtures.S1, Fixtures.S3, true),
                Fixtures.server("s4", S4, null, false));
        FakeConsensus consensus = new FakeConsensus();
        consensus.become(FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S3)));
        AgentParts parts = Fixtures.server(
                membership,
                FakeServers.leading(Fixtures.rpc(Fixtures.S3)),
                new FakeRpc(),
                Fixtures.FakeFounding.member(ReasonCode.READY),
                consensus);
        assertThat(Reason.shown(parts).message()).doesNotContain("not added");
        consensus.tooOld = Map.of(S4, "its version is older", Fixtures.S1, "it is inside, and stops by itself");
        Why shown = Reason.shown(parts);
        assertThat(shown.code()).isEqualTo(ReasonCode.READY);
        assertThat(shown.message())
                .endsWith("; s4 is not added: its version is older")
                .doesNotContain("s1 is not added");
        assertThat(shown.nextStep())
                .isEqualTo("upgrade the agent on the server that is not added: then it is added by itself");
    }

    @Test
    void thePeersNameTheServerThatIsNotAddedAndWhyOnEveryWayToWhoAsks() throws Exception {
        Datacenter3 world = new Datacenter3().led();
        for (Datacenter3.Agent agent : List.of(world.s3, world.s1)) {
            AgentParts.ServerParts server = Objects.requireNonNull(agent.parts().server());
            agent.membership().replace(Fixtures.server("s4", S4, null, false));
            assertThat(Peers.of(agent.parts(), server).notAdded()).isEmpty();
            agent.consensus().tooOld =
                    Map.of(S4, "its version is older", Fixtures.S2, "it is inside, and stops by itself");
            Peers peers = Peers.of(agent.parts(), server);
            assertThat(peers.notAdded())
                    .containsExactly(
                            new Peers.NotAdded(S4.toString(), "s4", "127.77.0.14:8300", "its version is older"));
            Form<Peers> form = OperatorOperations.PEERS.answer();
            assertThat(form.of(form.bytes(peers))).isEqualTo(peers);
            agent.consensus().become(RaftStatus.NONE);
            assertThat(Peers.of(agent.parts(), server).notAdded())
                    .as("who belongs to no cluster adds nobody")
                    .isEmpty();
        }
    }

    @Test
    void aServerThatWaitsToBeAddedSaysThatItsVersionIsOlder() {
        Fixtures.FakeFounding founding = Fixtures.FakeFounding.blank();
        Founding.View view = founding.view;
        founding.view = new Founding.View(
                view.self(),
                view.name(),
                view.state(),
                null,
                false,
                null,
                false,
                view.expect(),
                view.founders(),
                view.starts(),
                view.known(),
                view.missing(),
                Fixtures.FakeFounding.why(ReasonCode.WAITING_FOR_ADOPTION));
        Member self = Fixtures.server("s1", Fixtures.S1, null, false);
        Member there = Fixtures.server("s3", Fixtures.S3, Fixtures.S3, true);
        assertThat(Reason.shown(waiting(self, there, founding)).message()).doesNotContain("newer version");
        Why shown = Reason.shown(waiting(self, ofLevel(there, Level.PRESENT + 1), founding));
        assertThat(shown.code()).isEqualTo(ReasonCode.WAITING_FOR_ADOPTION);
        assertThat(shown.message()).contains("run a newer version than this one (s3 has level " + (Level.PRESENT + 1));
        assertThat(shown.nextStep()).startsWith("upgrade the agent on the server that is not added");
    }

    private static AgentParts waiting(Member self, Member there, Fixtures.FakeFounding founding) {
        return Fixtures.server(
                new FakeMembership(self, there), FakeServers.alone(), new FakeRpc(), founding, new FakeConsensus());
    }
}
