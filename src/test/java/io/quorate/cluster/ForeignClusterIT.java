package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Two clusters that exist, by whatever mistake, never become one: both keep all they have, and both say so. */
class ForeignClusterIT {
    @RegisterExtension
    final Agents agents = new Agents();

    @Test
    void twoClustersOfOneRefuseEachOtherKeepEveryEntryAndBothSayBothIds() {
        AgentProcess a1 = agents.server("a1", "-bootstrap");
        AgentProcess b1 = agents.server("b1", "-bootstrap");
        AgentProcess ca = agents.client("ca", FoundingIT.retryJoin(a1));
        AgentProcess cb = agents.client("cb", FoundingIT.retryJoin(b1));
        Agents.startAll(a1, b1, ca, cb);
        joinedByMistake(Whole.of(a1, ca), Whole.of(b1, cb));
    }

    @Tag("long")
    @Test
    void twoClustersOfThreeRefuseEachOther() {
        joinedByMistake(three("a"), three("b"));
    }

    private Whole three(String side) {
        AgentProcess first = agents.server(side + "1", "-bootstrap-expect=3");
        AgentProcess second = agents.server(side + "2", "-bootstrap-expect=3", FoundingIT.retryJoin(first));
        AgentProcess third = agents.server(side + "3", "-bootstrap-expect=3", FoundingIT.retryJoin(first));
        Agents.startAll(first, second, third);
        return Whole.of(first, second, third);
    }

    private void joinedByMistake(Whole a, Whole b) {
        String idOfA = a.await(agents);
        String idOfB = b.await(agents);
        assertThat(idOfA).isNotEqualTo(idOfB);
        AgentProcess fromA = a.servers().get(0);
        AgentProcess toB = b.servers().get(0);

        Reply refused = fromA.join(toB);
        assertThat(refused.status()).as("%s", refused).isEqualTo(502);
        assertThat(refused.body()).contains(idOfA).contains(idOfB);
        Reply inTheOtherDialect = toB.put("/v1/agent/join/" + fromA.place().gossipAddress());
        assertThat(inTheOtherDialect.status()).isEqualTo(500);

        agents.await("both are ready and tell of the other cluster", Agents.SOON, () -> {
            for (AgentProcess asked : List.of(fromA, toB)) {
                JsonNode why = asked.why();
                assertThat(why.path("code").asString("")).as("%s", why).isEqualTo("READY");
                assertThat(why.toString())
                        .contains("FOREIGN_CLUSTER")
                        .contains(idOfA)
                        .contains(idOfB);
                assertThat(asked.health().toString()).contains("FOREIGN_CLUSTER");
            }
        });
        Patience.throughout("both stay as they were", Duration.ofSeconds(3), () -> {
            keeps(a, idOfA);
            keeps(b, idOfB);
        });
    }

    private static void keeps(Whole side, String id) {
        List<String> names = Stream.concat(side.servers().stream(), side.clients().stream())
                .map(AgentProcess::name)
                .sorted()
                .toList();
        for (AgentProcess server : side.servers()) {
            assertThat(server.clusterId()).isEqualTo(id);
            assertThat(server.raft("num_peers")).isEqualTo(side.servers().size() - 1);
            assertThat(server.catalog()).isEqualTo(names);
            assertThat(server.leaderAddress()).isNotEmpty();
        }
    }
}
