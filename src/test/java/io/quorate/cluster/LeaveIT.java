package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server goes for good only when somebody says so, and never the last voter. */
class LeaveIT {
    @RegisterExtension
    final Agents agents = new Agents();

    private static final int CALLERS = 20;
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);

    @AfterEach
    void endCallers() {
        callers.shutdownNow();
    }

    @Test
    void serversThatLeaveAreOutOfTheVotersFirstAndTheLastVoterMayNotLeave() {
        AgentProcess s1 = agents.server("s1", "-bootstrap-expect=3");
        AgentProcess s2 = agents.server("s2", "-bootstrap-expect=3", FoundingIT.retryJoin(s1));
        AgentProcess s3 = agents.server("s3", "-bootstrap-expect=3", FoundingIT.retryJoin(s1));
        Agents.startAll(s1, s2, s3);
        Whole three = Whole.of(s1, s2, s3);
        String cluster = three.await(agents);

        AgentProcess follower = three.followers().get(0);
        leave(follower);
        Whole two = three.without(follower);
        assertThat(two.await(agents)).isEqualTo(cluster);
        assertThat(two.leader().statusOf(follower.name())).isEqualTo("left");

        // The leader hands its voters a configuration without itself.
        AgentProcess leader = two.leader();
        leave(leader);
        Whole one = two.without(leader);
        assertThat(one.await(agents)).isEqualTo(cluster);

        AgentProcess last = one.servers().get(0);
        Reply refused = last.put("/v1/agent/leave");
        assertThat(refused.status()).as("%s", refused).isGreaterThanOrEqualTo(400);
        assertThat(refused.body()).isNotBlank();
        Patience.throughout("the last voter goes on", Duration.ofSeconds(2), one::check);

        // Who left and lost nothing is taken in again when it comes back.
        follower.start();
        agents.awaitHttp(follower);
        follower.join(last).expect(200);
        assertThat(Whole.of(last, follower).await(agents)).isEqualTo(cluster);
    }

    @Test
    void aClientStoppedWhileItStartsLeavesAndWhoWaitsAtAServerThatStopsIsTold() {
        AgentProcess s1 = agents.server("s1", "-bootstrap-expect=1");
        s1.start();
        agents.awaitHttp(s1);
        AgentProcess c1 = agents.client("c1", FoundingIT.retryJoin(s1));
        c1.start();
        agents.await(
                "the server knows it",
                Duration.ofMinutes(1),
                () -> assertThat(s1.statusOf("c1")).isEqualTo("alive"));
        c1.terminate();
        assertThat(c1.exitCode(Duration.ofSeconds(30))).isZero();
        agents.await(
                "it has left",
                Duration.ofSeconds(30),
                () -> assertThat(s1.statusOf("c1")).isEqualTo("left"));

        List<CompletableFuture<Reply>> waiting = Stream.generate(() ->
                        CompletableFuture.supplyAsync(() -> s1.get("/v1/catalog/nodes?index=99999&wait=60s"), callers))
                .limit(CALLERS)
                .toList();
        agents.await(
                "all of them wait",
                Duration.ofSeconds(30),
                () -> assertThat(s1.get("/actuator/prometheus").expect(200).body())
                        .containsPattern("quorate_operations_under_way\\S* " + CALLERS + "\\."));
        s1.terminate();
        assertThat(waiting)
                .allSatisfy(
                        one -> assertThat(one.get(30, TimeUnit.SECONDS).body()).contains("this agent is stopping"));
        assertThat(s1.exitCode(Duration.ofSeconds(30))).isZero();
        assertThat(s1.log()).doesNotContain(" ERROR ");
    }

    @Tag("long")
    @Test
    void aKilledServerThatIsForcedToLeaveVotesNoMoreAndIsTakenInWhenItComesBack() {
        AgentProcess s1 = agents.server("s1", "-bootstrap-expect=3");
        AgentProcess s2 = agents.server("s2", "-bootstrap-expect=3", FoundingIT.retryJoin(s1));
        AgentProcess s3 =
                agents.server("s3", "-bootstrap-expect=3", FoundingIT.retryJoin(s1), FoundingIT.retryJoin(s2));
        Agents.startAll(s1, s2, s3);
        Whole three = Whole.of(s1, s2, s3);
        String cluster = three.await(agents);
        AgentProcess killed = three.followers().get(0);
        Whole two = three.without(killed);
        killed.kill();
        AgentProcess leader = two.leader();
        agents.await(
                "the killed server failed",
                Agents.SOON,
                () -> assertThat(leader.statusOf(killed.name())).isEqualTo("failed"));
        assertThat(leader.voters()).as("a failure alone changes no voters").hasSize(3);
        leader.put("/v1/agent/force-leave/" + killed.name()).expect(200);
        assertThat(two.await(agents)).isEqualTo(cluster);
        killed.start();
        assertThat(three.await(agents)).isEqualTo(cluster);
    }

    @Test
    void aKilledClientIsForcedToLeaveByNameAndAnUnknownNameIsAnError() {
        AgentProcess s1 = agents.server("s1", "-bootstrap");
        AgentProcess c1 = agents.client("c1", FoundingIT.retryJoin(s1));
        Agents.startAll(s1, c1);
        Whole.of(s1, c1).await(agents);
        c1.kill();
        agents.await(
                "the killed client failed",
                Agents.SOON,
                () -> assertThat(s1.statusOf("c1")).isEqualTo("failed"));
        assertThat(s1.catalog()).contains("c1");
        s1.put("/v1/agent/force-leave/c1").expect(200);
        agents.await("it is gone from the catalog", Agents.SOON, () -> {
            assertThat(s1.statusOf("c1")).isEqualTo("left");
            assertThat(s1.catalog()).containsExactly("s1");
        });
        Reply unknown = s1.put("/v1/agent/force-leave/nobody");
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.body()).isEqualTo("agent: No node found with name 'nobody'");
    }

    private static void leave(AgentProcess agent) {
        agent.mayEnd();
        agent.put("/v1/agent/leave").expect(200);
        assertThat(agent.exitCode(Duration.ofSeconds(30))).isZero();
    }
}
