package io.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.answer.Directly;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.operator.PeerRemoval.By;
import io.quorate.operator.PeerRemoval.Outcome;
import io.quorate.peers.Removal;
import io.quorate.peers.RemovalRefusedException;
import io.quorate.rpc.RpcException;
import io.quorate.testing.Datacenter3;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A peer removed by hand, asked of any agent: who is meant, and what is said. */
class PeerRemovalTest {
    private static final ServerId GHOST = ServerId.of("00000099-0000-4000-8000-000000000099");

    private final Datacenter3 world = new Datacenter3().led().removing();

    private static PeerRemoval.Answer ask(Datacenter3.Agent agent, By by, String value, Removal how) {
        return new PeerRemoval(agent.parts(), agent.answers())
                .ask(new PeerRemoval.Question(by, value, how))
                .toCompletableFuture()
                .join();
    }

    private static Fixtures.FakeControl control(Datacenter3.Agent agent) {
        return (Fixtures.FakeControl) agent.parts().control();
    }

    private Fixtures.FakeControl leader() {
        return control(world.s3);
    }

    private void withGhost(String name) {
        world.s3.consensus().names = Map.of(GHOST, new NodeName(name));
        world.s3
                .consensus()
                .become(FakeConsensus.group(
                        RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3, GHOST)));
    }

    @Test
    @Fault(
            line = "A3",
            fault = "A client or a follower is asked to remove a voter by its name, its id or its address",
            seen = "The leader removes it, whoever was asked")
    void anyAgentBringsItToTheLeaderWhichKnowsNamesIdsAndAddresses() {
        for (Datacenter3.Agent asked : List.of(world.c1, world.s1, world.s3)) {
            assertThat(ask(asked, By.NAME_OR_ID, "s1", Removal.SAFE))
                    .isEqualTo(new PeerRemoval.Answer(Outcome.REMOVED, Fixtures.S1.toString(), "s1", ""));
            assertThat(ask(asked, By.NAME_OR_ID, Fixtures.S2.toString(), Removal.SAFE)
                            .outcome())
                    .isEqualTo(Outcome.REMOVED);
            assertThat(ask(asked, By.ADDRESS, "127.77.0.11:8300", Removal.SAFE).node())
                    .isEqualTo("s1");
            assertThat(ask(asked, By.ID, "s1", Removal.SAFE).outcome())
                    .as("a name is no id")
                    .isEqualTo(Outcome.UNKNOWN_PEER);
        }
        assertThat(leader().removed).hasSize(9).contains(Fixtures.S1, Fixtures.S2);
        for (Datacenter3.Agent asked : List.of(world.c1, world.s1, world.s3)) {
            assertThat(control(asked).asks).as("nothing is open any more").hasValue(null);
        }
    }

    @Test
    @Fault(
            line = "A6",
            fault =
                    "A stranger sends a removal to the server port of the leader and of a follower, in the name of a client,"
                            + " of a server and of nobody",
            seen =
                    "Refused and nothing is removed: the agent that is said to ask is looked up, and does not confirm it")
    void nobodyIsRemovedOnAStrangersWord() {
        control(world.c1).asks.set(new UUID(1, 1));
        for (Datacenter3.Agent asked : List.of(world.s1, world.s3)) {
            for (Removal how : Removal.values()) {
                for (PeerRemoval.Request request : List.of(
                        forged(how, "c1", Fixtures.C1.toString()),
                        forged(how, "s1", Fixtures.S1.toString()),
                        forged(how, "s3", Fixtures.S3.toString()),
                        forged(how, "", ""),
                        forged(how, "nobody", Fixtures.C1.toString()))) {
                    PeerRemoval.Answer answer = sent(asked, request);
                    assertThat(answer.outcome()).as("%s", request).isEqualTo(Outcome.REFUSED);
                    assertThat(answer.reason()).contains("does not confirm");
                }
            }
        }
        assertThat(leader().removed).isEmpty();
    }

    private static PeerRemoval.Request forged(Removal how, String node, String id) {
        return new PeerRemoval.Request(
                new PeerRemoval.Question(By.NAME_OR_ID, "s1", how), new PeerRemoval.Asker(node, id, new UUID(6, 6)));
    }

    @Test
    void anAgentThatTookAnothersNameIsConfirmedOnceItIsKnownUnderIt() throws Exception {
        UUID request = new UUID(3, 3);
        Member client = Fixtures.client("c1");
        PeerRemoval.Asker asker = new PeerRemoval.Asker("c1", Fixtures.C1.toString(), request);
        FakeMembership membership = world.s3.membership();
        Member former = Fixtures.server("c1", GHOST, null, true);
        membership.replace(former);
        membership.join = addresses -> new JoinReport(addresses.size(), List.of());
        CompletableFuture<Boolean> confirmed =
                new AskedBack(membership).confirms(asker).toCompletableFuture();
        assertThat(confirmed).isNotDone();
        membership.replace(Datacenter3.announcing(client, request));
        membership.tell(new MemberEvent.Joined(client));
        assertThat(confirmed.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private PeerRemoval.Answer sent(Datacenter3.Agent to, PeerRemoval.Request message) {
        return new Directly(world.rpc)
                .ask(
                        Objects.requireNonNull(to.parts().identity().rpcEndpoint()),
                        PeerRemoval.REMOVE,
                        message,
                        Duration.ofSeconds(1))
                .join();
    }

    @Test
    void anAgentAsksForOneRemovalAtATimeAndForTheNextOneAfterwards() {
        control(world.c1).asks.set(new UUID(1, 1));
        PeerRemoval.Answer second = ask(world.c1, By.NAME_OR_ID, "s1", Removal.SAFE);
        assertThat(second.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(second.reason()).contains("another removal");
        control(world.c1).asks.set(null);
        assertThat(ask(world.c1, By.NAME_OR_ID, "s1", Removal.SAFE).outcome()).isEqualTo(Outcome.REMOVED);
    }

    @Test
    void aVoterThatNobodyKnowsAnyMoreIsFoundByTheNameUnderWhichItWasLetIn() {
        withGhost("s9");
        assertThat(ask(world.s3, By.NAME_OR_ID, "s9", Removal.SAFE).serverId()).isEqualTo(GHOST.toString());
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A dead voter and a living server have the same name",
            seen = "force-leave by that name means the one that is silent; remove-peer asks for an id")
    void ofTwoOfOneNameTheSilentOneIsMeantOrTheOperatorMustSayWhich() {
        withGhost("s1");
        PeerRemoval.Answer which = ask(world.s3, By.NAME_OR_ID, "s1", Removal.FORCED);
        assertThat(which.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(which.reason()).contains(GHOST + " (not alive)", Fixtures.S1 + " (alive)");
        assertThat(leader().removed).isEmpty();
        assertThat(ask(world.s3, By.NAME_OR_ID, "s1", Removal.SILENT).outcome()).isEqualTo(Outcome.REMOVED);
        assertThat(leader().removed)
                .as("the leader looks which of them is silent")
                .containsExactly(Fixtures.S1, GHOST);
    }

    @Test
    void whatTheLeaderSaysIsHandedOn() {
        leader().removing = CompletableFuture.failedFuture(new RemovalRefusedException("s1 is the last voter", false));
        assertThat(ask(world.s3, By.NAME_OR_ID, "s1", Removal.SAFE))
                .isEqualTo(
                        new PeerRemoval.Answer(Outcome.REFUSED, Fixtures.S1.toString(), "s1", "s1 is the last voter"));
        leader().removing = CompletableFuture.failedFuture(new RemovalRefusedException("s1 answers", true));
        assertThat(ask(world.s3, By.NAME_OR_ID, "s1", Removal.SILENT).outcome()).isEqualTo(Outcome.ALIVE);
        leader().removing = CompletableFuture.failedFuture(new NotCommittedException("this server does not lead"));
        assertThat(ask(world.s3, By.NAME_OR_ID, "s1", Removal.SAFE).outcome()).isEqualTo(Outcome.NO_LEADER);
        leader().removing = CompletableFuture.failedFuture(new ServerBusyException("16 removals are under way"));
        for (Datacenter3.Agent asked : List.of(world.c1, world.s1, world.s3)) {
            PeerRemoval.Answer busy = ask(asked, By.NAME_OR_ID, "s1", Removal.SAFE);
            assertThat(busy.outcome()).isEqualTo(Outcome.BUSY);
            assertThat(busy.reason()).isEqualTo("16 removals are under way");
        }
        leader().removing = CompletableFuture.failedFuture(new IllegalStateException("x"));
        assertThat(ask(world.s3, By.NAME_OR_ID, "s1", Removal.SAFE).outcome()).isEqualTo(Outcome.UNCERTAIN);
    }

    @Test
    void withoutALeaderOrAServerNothingIsDoneAndTheReasonIsSaid() {
        Datacenter3 leaderless = new Datacenter3();
        for (Datacenter3.Agent asked : List.of(leaderless.s1, leaderless.c1)) {
            PeerRemoval.Answer answer = ask(asked, By.NAME_OR_ID, "s1", Removal.SAFE);
            assertThat(answer.outcome()).isEqualTo(Outcome.NO_LEADER);
            assertThat(answer.reason()).isNotEmpty();
            assertThat(control(asked).asks).hasValue(null);
        }
        world.rpc.failing(Fixtures.rpc(Fixtures.S3), RpcException.Kind.NOT_SENT);
        assertThat(ask(world.s1, By.NAME_OR_ID, "s1", Removal.SAFE).outcome()).isEqualTo(Outcome.NO_LEADER);
        assertThat(leader().removed).isEmpty();
    }

    @Test
    void aRemovalWhoseAnswerIsLostIsAskedForOnceAndTheOperatorMustLook() {
        world.rpc.failing(Fixtures.rpc(Fixtures.S3), RpcException.Kind.UNKNOWN);
        world.rpc.calls.clear();
        PeerRemoval.Answer answer = ask(world.c1, By.NAME_OR_ID, "s1", Removal.SAFE);
        assertThat(answer.outcome()).isEqualTo(Outcome.UNCERTAIN);
        assertThat(answer.reason()).contains("not known whether it was removed");
        assertThat(world.rpc.calls).hasSize(1);
        assertThat(control(world.c1).asks).hasValue(null);
    }

    @Test
    void aRemovalMayTakeLongerThanAQuestionWhoeverBringsItToTheLeader() {
        leader().removing = new CompletableFuture<>();
        CompletableFuture<PeerRemoval.Answer> asked = new PeerRemoval(world.c1.parts(), world.c1.answers())
                .ask(new PeerRemoval.Question(By.NAME_OR_ID, "s1", Removal.SAFE))
                .toCompletableFuture();
        Await.until(
                "the leader was asked",
                Duration.ofSeconds(5),
                () -> !leader().removed.isEmpty());
        assertThat(world.rpc.timeouts).isNotEmpty().containsOnly(Duration.ofSeconds(30));
        assertThat(asked).isNotDone();
        world.close();
        assertThat(asked.join().outcome()).isEqualTo(Outcome.UNCERTAIN);
    }

    @Test
    void everyRemovalAndWhatCameOfItTravelAsTheyAre() throws Exception {
        for (By by : By.values()) {
            for (Removal how : Removal.values()) {
                PeerRemoval.Request request = new PeerRemoval.Request(
                        new PeerRemoval.Question(by, "s1", how),
                        new PeerRemoval.Asker("c1", Fixtures.C1.toString(), new UUID(3, 3)));
                assertThat(PeerRemoval.REMOVE
                                .question()
                                .of(PeerRemoval.REMOVE.question().bytes(request)))
                        .isEqualTo(request);
            }
        }
        for (Outcome outcome : Outcome.values()) {
            PeerRemoval.Answer answer = new PeerRemoval.Answer(outcome, null, "s1", "why");
            assertThat(PeerRemoval.REMOVE
                            .answer()
                            .of(PeerRemoval.REMOVE.answer().bytes(answer)))
                    .isEqualTo(answer);
        }
    }
}
