package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who votes, and why: a server is known by its own id, whatever others do under its name. */
class PeerSetIT {
    @RegisterExtension
    final Agents agents = new Agents();

    private final AgentProcess s1 = agents.server("s1");
    private final AgentProcess s2 = agents.server("s2");
    private final AgentProcess s3 = agents.server("s3");
    private final Whole three = Whole.of(s1, s2, s3);

    private void startThree() {
        three.servers().forEach(server -> server.setFlags("-bootstrap-expect=3", SharedCluster.joins(three)));
        Agents.startAll(s1, s2, s3);
    }

    private String found() {
        startThree();
        String cluster = three.await(agents);
        agents.await(
                "the names of all are committed",
                Agents.SOON,
                () -> assertThat(names(s1)).hasSize(3));
        return cluster;
    }

    private static List<String> names(AgentProcess asked) {
        return AgentProcess.elements(asked.peers().path("peers"))
                .map(p -> p.path("node").asString(""))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @Tag("long")
    @Test
    @Fault(
            line = "A5",
            fault = "A client is started with the name of a living server, joins, and is stopped, so that it leaves",
            seen = "The server stays a voter, in the catalog and ready all the time")
    void aClientThatBearsAServersNameAndLeavesTakesNothingFromTheServer() {
        found();
        AgentProcess victim = three.followers().get(0);
        List<String> voters = s1.voters();
        AgentProcess client = agents.client("x1", SharedCluster.joins(three), "-node=" + victim.name());
        for (int i = 0; i < 2; i++) {
            client.start();
            agents.awaitHttp(client);
            client.join(three.leader()).expect(200);
            client.terminate();
            assertThat(client.exitCode(Duration.ofSeconds(30))).isZero();
        }
        Patience.throughout("the voters stay", Duration.ofSeconds(15), () -> {
            assertThat(three.leader().voters()).isEqualTo(voters);
            assertThat(victim.isReady()).isTrue();
        });
        three.await(agents);
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A server is killed and comes back as a client under its name, with an empty data directory",
            seen = "It stays a voter until a spare is there, which then takes its place: three voters, not four")
    void aServerThatCameBackAsAClientIsReplacedByASpare() {
        String cluster = found();
        AgentProcess gone = three.followers().get(0);
        String id = gone.serverId();
        Whole rest = three.without(gone);
        gone.kill();
        gone.wipe();
        gone.becomeClient();
        gone.setFlags(SharedCluster.joins(three));
        gone.start();
        agents.awaitHttp(gone);
        assertThat(rest.leader().voters())
                .as("a failure alone changes nothing")
                .hasSize(3)
                .contains(id);
        AgentProcess spare = agents.server("s4", SharedCluster.joins(three));
        spare.start();
        List<AgentProcess> servers = new ArrayList<>(rest.servers());
        servers.add(spare);
        servers.add(gone);
        String now = Whole.of(servers.toArray(AgentProcess[]::new)).await(agents, Duration.ofMinutes(2));
        assertThat(now).isEqualTo(cluster);
        assertThat(spare.voters()).hasSize(3).doesNotContain(id).contains(spare.serverId());
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A client is started on the data directory of a server",
            seen =
                    "It says whose data that is and ends with code 1; with -forget-server it keeps the data aside and runs")
    @Fault(
            line = "A3",
            fault =
                    "A dead voter whose name a client bears by now is removed by its name, asked of that very client; then one of the two"
                            + " that are left alive",
            seen =
                    "The living one is refused while the dead one is a voter; the dead one is removed; then the living one is, and stays out"
                            + " while it runs")
    void aVoterIsRemovedByHandDeadOrAlive() {
        String cluster = found();
        AgentProcess gone = three.followers().get(0);
        AgentProcess kept = three.followers().get(1);
        String id = gone.serverId();
        Whole rest = three.without(gone);
        gone.kill();
        gone.becomeClient();
        gone.setFlags(SharedCluster.joins(three));
        gone.start();
        assertThat(gone.exitCode(Duration.ofSeconds(30))).isEqualTo(1);
        assertThat(gone.mayEnd().log())
                .contains("server " + gone.name() + " (id " + id + "), a member of cluster " + cluster)
                .contains("As a client this agent gives up that server's vote", "-forget-server");
        gone.setFlags(SharedCluster.joins(three), "-forget-server");
        gone.start();
        agents.awaitHttp(gone);
        assertThat(gone.dataFolder().resolve("lost-1").resolve("founding")).exists();
        Reply refused = rest.leader().delete("/peers/" + kept.name());
        assertThat(refused.status()).as("%s", refused).isEqualTo(409);
        assertThat(refused.body()).contains("only 1 of 2 voters would answer").contains(id);
        Reply leave = kept.put("/v1/agent/leave");
        assertThat(leave.status()).as("%s", leave).isEqualTo(500);
        assertThat(leave.body()).contains("only 1 of the 2 voters that would remain are alive");
        agents.await(
                "a server is known to it", Agents.SOON, () -> gone.get("/peers").expect(200));
        CommandLine.Ended removed =
                CommandLine.quorate("remove-peer", "-http-addr=" + gone.place().httpAddress(), gone.name());
        assertThat(removed.code()).as("%s", removed).isZero();
        assertThat(rest.leader().voters()).hasSize(2).doesNotContain(id);

        String address = kept.place().address() + ":" + kept.place().rpc();
        Reply byAddress = gone.delete("/v1/operator/raft/peer?address=" + address);
        assertThat(byAddress.status()).as("%s", byAddress).isEqualTo(200);
        AgentProcess last = rest.leader();
        Patience.throughout(
                "it stays out while it runs",
                Duration.ofSeconds(15),
                () -> assertThat(last.voters()).containsExactly(last.serverId()));
        agents.await("it says so, and the client asks the other one", Agents.SOON, () -> {
            assertThat(kept.why().path("message").asString("")).contains("removed from cluster", "by hand");
            assertThat(gone.get("/v1/status/leader").expect(200).body()).contains(last.leaderAddress());
        });
        Reply unknown = gone.delete("/v1/operator/raft/peer?address=" + address);
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.body()).endsWith("address \"" + address + "\" was not found in the Raft configuration");
        kept.kill();
        kept.start();
        agents.await(
                "started again it is taken in",
                Duration.ofMinutes(1),
                () -> assertThat(last.voters()).contains(kept.serverId()));
    }

    @Test
    @Fault(
            line = "A2",
            fault =
                    "All three servers are killed the moment a leader is there, one disk is wiped, and all are started again",
            seen = "Three voters, quorum two; the wiped server has taken its own old place")
    void allThreeKilledRightAfterTheFoundingAndOneWipedAreThreeVotersAgain() {
        startThree();
        agents.await(
                "a leader",
                Duration.ofMinutes(1),
                () -> assertThat(three.servers().stream().map(AgentProcess::leaderAddress))
                        .anyMatch(address -> !address.isEmpty()));
        String wipedId = s3.serverId();
        three.servers().forEach(AgentProcess::kill);
        s3.wipe();
        Agents.startAll(s1, s2, s3);
        three.await(agents, Duration.ofMinutes(2));
        for (AgentProcess asked : three.servers()) {
            assertThat(asked.voters()).hasSize(3).doesNotContain(wipedId).contains(s3.serverId());
            assertThat(asked.peers().path("quorum_size").asInt(0)).isEqualTo(2);
        }
        Patience.throughout(
                "it stays so",
                Duration.ofSeconds(5),
                () -> assertThat(s1.voters()).hasSize(3));
    }
}
