package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The transcript of Consul's guide to bootstrapping by hand, with its own command line against our agents. */
class ConsulCliIT {
    @RegisterExtension
    final Agents agents = new Agents();

    private static String consul = "";

    @BeforeAll
    static void theRealCommandLineIsThere() {
        consul = Stream.concat(
                        Stream.of(System.getenv().getOrDefault("CONSUL_BIN", "")),
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                                .map(folder -> folder + "/consul"))
                .filter(file -> new File(file).canExecute() && new File(file).isFile())
                .findFirst()
                .orElse("");
        assumeTrue(!consul.isEmpty(), "no consul binary in CONSUL_BIN or PATH: its command line is not tried");
    }

    @Test
    void theTranscriptOfTheBootstrappingGuideWorks() throws IOException {
        AgentProcess a = agents.server("node-a", "-bootstrap-expect=3");
        AgentProcess b = agents.server("node-b", "-bootstrap-expect=3");
        AgentProcess c = agents.server("node-c", "-bootstrap-expect=3");
        Agents.startAll(a, b, c);
        agents.awaitHttp(a, b, c);

        CommandLine.Ended before = consul(a, "operator", "raft", "list-peers");
        assertThat(before.code()).isEqualTo(1);
        assertThat(before.output())
                .contains("Failed to retrieve raft configuration: Unexpected response code: 500 (No cluster leader)");

        CommandLine.Ended join = consul(
                a,
                "join",
                a.place().gossipAddress(),
                b.place().gossipAddress(),
                c.place().gossipAddress());
        assertThat(join.code()).as("%s", join).isZero();
        assertThat(join.output()).contains("Successfully joined cluster by contacting 3 nodes.");

        Whole three = Whole.of(a, b, c);
        three.await(agents);

        CommandLine.Ended members = consul(b, "members");
        assertThat(members.code()).as("%s", members).isZero();
        for (AgentProcess server : three.servers()) {
            assertThat(members.output().lines().filter(line -> line.startsWith(server.name())))
                    .singleElement()
                    .asString()
                    .contains(server.place().gossipAddress(), "alive", "server", "dc1");
        }

        agents.await("consul info shows two peers and the same last index on all three", Agents.SOON, () -> {
            List<String> lastIndexes = new ArrayList<>();
            for (AgentProcess server : three.servers()) {
                CommandLine.Ended info = consul(server, "info");
                assertThat(info.code()).as("%s", info).isZero();
                Map<String, String> raft = group(info.output(), "raft");
                assertThat(raft).containsEntry("num_peers", "2");
                lastIndexes.add(raft.getOrDefault("last_log_index", "none"));
                assertThat(group(info.output(), "consul")).containsEntry("server", "true");
            }
            assertThat(lastIndexes).hasSize(3).containsOnly(lastIndexes.get(0)).doesNotContain("0", "none");
        });

        CommandLine.Ended peers = consul(c, "operator", "raft", "list-peers");
        assertThat(peers.code()).as("%s", peers).isZero();
        assertThat(peers.output().lines().filter(line -> line.matches(".* leader +true .*")))
                .hasSize(1);
        assertThat(peers.output().lines().filter(line -> line.matches(".* follower +true .*")))
                .hasSize(2);

        CommandLine.Ended nodes = consul(c, "catalog", "nodes");
        assertThat(nodes.output()).contains("node-a", "node-b", "node-c");

        aSnapshotIsSavedAndVerified(b);

        leaveAndForceLeave(three);
    }

    /** It checks lengths and checksums itself. */
    private static void aSnapshotIsSavedAndVerified(AgentProcess agent) throws IOException {
        Path file = Files.createTempDirectory("quorate-snapshot").resolve("state.snap");
        CommandLine.Ended saved = consul(agent, "snapshot", "save", file.toString());
        assertThat(saved.code()).as("%s", saved).isZero();
        assertThat(saved.output()).contains("Saved and verified snapshot to index");
        CommandLine.Ended inspected = CommandLine.run(List.of(consul, "snapshot", "inspect", file.toString()));
        assertThat(inspected.code()).as("%s", inspected).isZero();
        assertThat(inspected.output()).contains("Index", "Term", "Size");
        CommandLine.Ended restored = consul(agent, "snapshot", "restore", file.toString());
        assertThat(restored.code()).as("%s", restored).isEqualTo(1);
        assertThat(restored.output()).contains("501", "restoring a snapshot is not supported");
        Files.delete(file);
        Files.delete(file.getParent());
    }

    private void leaveAndForceLeave(Whole three) {
        AgentProcess client = agents.client("node-d");
        client.start();
        agents.awaitHttp(client);
        AgentProcess asked = three.servers().get(0);
        assertThat(consul(client, "join", asked.place().gossipAddress()).code()).isZero();
        agents.await(
                "the client is in the catalog",
                Agents.SOON,
                () -> assertThat(asked.catalog()).contains("node-d"));
        client.kill();
        agents.await(
                "the killed client failed",
                Agents.SOON,
                () -> assertThat(asked.statusOf("node-d")).isEqualTo("failed"));
        CommandLine.Ended forced = consul(asked, "force-leave", "node-d");
        assertThat(forced.code()).as("%s", forced).isZero();
        agents.await("it left and is out of the catalog", Agents.SOON, () -> {
            assertThat(asked.statusOf("node-d")).isEqualTo("left");
            assertThat(asked.catalog()).doesNotContain("node-d");
        });

        AgentProcess leaving = three.followers().get(0);
        leaving.mayEnd();
        CommandLine.Ended left = consul(leaving, "leave");
        assertThat(left.code()).as("%s", left).isZero();
        assertThat(left.output()).contains("Graceful leave complete");
        assertThat(leaving.exitCode(Duration.ofSeconds(30))).isZero();
        three.without(leaving).await(agents);
    }

    private static CommandLine.Ended consul(AgentProcess agent, String... words) {
        List<String> command = new ArrayList<>(List.of(consul));
        int subcommand =
                words[0].equals("operator") ? 3 : List.of("catalog", "snapshot").contains(words[0]) ? 2 : 1;
        command.addAll(List.of(words).subList(0, subcommand));
        command.add("-http-addr=" + agent.place().httpAddress());
        command.addAll(List.of(words).subList(subcommand, words.length));
        return CommandLine.run(command);
    }

    private static Map<String, String> group(String info, String name) {
        Map<String, String> values = new TreeMap<>();
        boolean inside = false;
        for (String line : info.split("\n", -1)) {
            if (!line.startsWith("\t")) {
                inside = line.equals(name + ":");
            } else if (inside) {
                int equals = line.indexOf(" = ");
                values.put(line.substring(1, equals), line.substring(equals + 3).strip());
            }
        }
        return values;
    }
}
