package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What real agents say they wait for, where the truth needs processes. */
class WhyIT {
    private static final Duration LONG = Duration.ofMinutes(1);

    @RegisterExtension
    final Agents agents = new Agents();

    private void awaitWhy(AgentProcess agent, String code, String... words) {
        agents.await(agent.name() + " says " + code, LONG, () -> {
            JsonNode why = agent.why();
            assertThat(why.path("code").asString("")).as("%s", why).isEqualTo(code);
            assertThat(why.path("message").asString("") + " NEXT "
                            + why.path("next_step").asString(""))
                    .contains(words);
        });
    }

    @Fault(
            line = "D2",
            fault = "one of two servers is killed, a client stays",
            seen = "server and client say QUORUM_LOST and name the one to be started; started again, both are ready")
    @Test
    void aLostQuorumIsToldAsItIs() {
        lostAndFoundAgain();
    }

    private Whole lostAndFoundAgain() {
        AgentProcess s1 = agents.server("s1", "-bootstrap-expect=2");
        AgentProcess s2 = agents.server("s2", "-bootstrap-expect=2", FoundingIT.retryJoin(s1));
        AgentProcess c1 = agents.client("c1", FoundingIT.retryJoin(s1), FoundingIT.retryJoin(s2));
        Agents.startAll(s1, s2, c1);
        Whole all = Whole.of(s1, s2, c1);
        String cluster = all.await(agents);

        AgentProcess killed = all.followers().get(0);
        AgentProcess stays = killed.name().equals("s1") ? s2 : s1;
        killed.kill();
        String lost = "1 of 2 voters can take part, 2 are needed: " + killed.name();
        awaitWhy(stays, "QUORUM_LOST", killed.name());
        awaitWhy(c1, "QUORUM_LOST", lost, "start " + killed.name() + " again with its data");
        c1.get("/actuator/health/readiness").expect(503);
        killed.start();
        assertThat(all.await(agents)).isEqualTo(cluster);
        return all;
    }

    /** It waits out the minute for which the others remember that it left. */
    @Fault(
            line = "D5",
            fault = "a server leaves, and is started again with its old data and nobody to join",
            seen =
                    "it says that it knows nobody and waits to be joined; joined, that the cluster goes on without it and"
                            + " who adds it again; then it is ready again")
    @Tag("long")
    @Test
    void aServerThatLeftIsToldWhoAddsItAgain() {
        Whole all = lostAndFoundAgain();
        String cluster = all.await(agents);

        AgentProcess leaves = all.followers().get(0);
        AgentProcess leader = all.servers().stream()
                .filter(server -> !server.equals(leaves))
                .findFirst()
                .orElseThrow();
        leaves.mayEnd();
        leaves.put("/v1/agent/leave").expect(200);
        assertThat(leaves.exitCode(Duration.ofSeconds(30))).isZero();
        leaves.setFlags("-bootstrap-expect=2");
        leaves.start();
        agents.awaitHttp(leaves);
        awaitWhy(leaves, leaves.why().path("code").asString(""), "waits until it is joined", "quorate join");
        leaves.join(leader).expect(200);
        awaitWhy(
                leaves,
                "WAITING_FOR_ADOPTION",
                "goes on without this server",
                "its leader, " + leader.name() + ", adds this server again");
        agents.await(
                "it is taken in again",
                Duration.ofMinutes(2),
                () -> assertThat(leaves.isReady()).isTrue());
        assertThat(leaves.clusterId()).isEqualTo(cluster);
    }

    @Fault(
            line = "D1",
            fault =
                    "an agent is started with retry-join at one of another datacenter, and at a port where nobody listens",
            seen = "/why names both datacenters and the address, lists each address with its outcome and age; the other"
                    + " side says who was refused")
    @Test
    void whatRetryJoinMetIsTold() {
        AgentProcess s1 = agents.server("s1", "-bootstrap-expect=3");
        AgentProcess far = agents.client(
                "far", "-datacenter=dc2", FoundingIT.retryJoin(s1), "-retry-join=127.0.0.1:1", "-retry-interval=2s");
        Agents.startAll(s1, far);
        awaitWhy(
                far,
                "NO_SERVERS",
                s1.place().gossipAddress(),
                "Member 's1' part of wrong datacenter 'dc1'; this agent is in datacenter 'dc2'",
                "NEXT give both the same -datacenter");
        assertThat(AgentProcess.elements(far.why().path("joins"))
                        .map(join -> join.path("outcome").asString("")))
                .containsExactlyInAnyOrder("wrong_datacenter", "refused");
        assertThat(AgentProcess.elements(far.why().path("joins")))
                .allMatch(join -> join.path("age_ms").asLong(-1) >= 0
                        && join.path("age_ms").asLong(-1) < 60_000);
        awaitWhy(
                s1,
                "WAITING_FOR_SERVERS",
                "'far' asked to join and was refused: it is in datacenter 'dc2', this agent in 'dc1'");
        assertThat(s1.log()).as("bound to the loopback").contains("gossip=\"not encrypted\"");
        assertThat(s1.log()).doesNotContain("gossip is not encrypted");
    }
}
