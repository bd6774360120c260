package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a datacenter must show to be one whole cluster: one cluster id on every agent, one leader known to all, every server a
 * voter, equal logs, everybody in the catalog, clients too, and everybody ready.
 */
public record Whole(List<AgentProcess> servers, List<AgentProcess> clients) {
    static final Duration FOUNDING = Duration.ofSeconds(90);

    public static Whole of(AgentProcess... agents) {
        return new Whole(
                Stream.of(agents).filter(AgentProcess::isServer).toList(),
                Stream.of(agents).filter(a -> !a.isServer()).toList());
    }

    /** @return the cluster id */
    String await(Agents agents, Duration within) {
        agents.await("one whole cluster of " + servers + " with clients " + clients, within, this::check);
        return servers.get(0).clusterId();
    }

    public String await(Agents agents) {
        return await(agents, FOUNDING);
    }

    public void check() {
        List<AgentProcess> everybody = everybody();
        List<String> names = everybody.stream().map(AgentProcess::name).sorted().toList();
        String leader = servers.get(0).leaderAddress();
        assertThat(leader).as("leader").isNotEmpty();
        String cluster = servers.get(0).clusterId();
        assertThat(cluster).as("cluster id on %s", servers.get(0)).isNotEmpty();
        List<String> serverIds =
                servers.stream().map(AgentProcess::serverId).sorted().toList();
        assertThat(serverIds).doesNotHaveDuplicates().doesNotContain("");
        for (AgentProcess agent : everybody) {
            assertThat(agent.leaderAddress()).as("leader known to %s", agent).isEqualTo(leader);
            assertThat(agent.clusterId()).as("cluster id of %s", agent).isEqualTo(cluster);
            assertThat(agent.catalog()).as("catalog asked of %s", agent).isEqualTo(names);
            JsonNode why = agent.why();
            assertThat(why.path("code").asString(""))
                    .as("why of %s: %s", agent, why)
                    .isEqualTo("READY");
            agent.get("/actuator/health/readiness").expect(200);
            agent.get("/actuator/health").expect(200);
        }
        List<Long> lastIndexes = new ArrayList<>();
        for (AgentProcess server : servers) {
            JsonNode raft = server.info().path("raft");
            assertThat(raft.path("num_peers").asInt(-1))
                    .as("raft.num_peers of %s", server)
                    .isEqualTo(servers.size() - 1);
            lastIndexes.add(raft.path("last_log_index").asLong(-1));
            assertThat(server.voters()).as("voters seen by %s", server).isEqualTo(serverIds);
        }
        assertThat(lastIndexes)
                .as("last_log_index of %s", servers)
                .allMatch(i -> i > 0 && i.equals(lastIndexes.get(0)));
        assertThat(servers.stream().filter(AgentProcess::isLeader))
                .as("leaders")
                .hasSize(1);
    }

    AgentProcess leader() {
        return servers.stream()
                .filter(AgentProcess::isAlive)
                .filter(AgentProcess::isLeader)
                .findFirst()
                .orElseThrow(() -> new AssertionError("none of " + servers + " leads"));
    }

    List<AgentProcess> followers() {
        AgentProcess leader = leader();
        return servers.stream().filter(s -> s != leader).toList();
    }

    Whole without(AgentProcess gone) {
        return new Whole(
                servers.stream().filter(s -> s != gone).toList(),
                clients.stream().filter(c -> c != gone).toList());
    }

    private List<AgentProcess> everybody() {
        return Stream.concat(servers.stream(), clients.stream()).toList();
    }
}
