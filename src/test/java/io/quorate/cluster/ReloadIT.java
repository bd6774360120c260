package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Signals to a server and a client, while they run and while they start. */
class ReloadIT {
    private static final String KEY_A = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String KEY_B = "BBBBBBBBBBBBBBBBBBBBBA==";

    @RegisterExtension
    final Agents agents = new Agents();

    @TempDir
    Path folder;

    @Test
    @Fault(line = "E1", fault = "SIGHUP to a server and to a client", seen = "both read their files again and go on")
    @Fault(
            line = "E1",
            fault = "the settings of an agent that was reloaded are asked for",
            seen = "/v1/agent/self shows those in force, not those of the start")
    @Fault(
            line = "E1",
            fault = "a file that is wrong when it is read again",
            seen = "the log, the HTTP answer and the command say why; nothing changes, and the agent goes on")
    void filesAreReadAgainOnASignalAndOnRequest() throws IOException {
        Path file = folder.resolve("c.json");
        write(file, "INFO", '"' + KEY_A + '"', "");
        AgentProcess s1 = agents.server("s1", "-bootstrap", "-config-file=" + file);
        AgentProcess c1 = agents.client("c1", "-config-file=" + file);
        Agents.startAll(s1, c1);
        agents.awaitHttp(s1, c1);
        assertThat(c1.statusOf("s1")).isEmpty();

        // The client learns from the file where to look, and both take the second key.
        write(
                file,
                "DEBUG",
                "[\"" + KEY_A + "\",\"" + KEY_B + "\"]",
                ",\"retry_join\":[\"" + s1.place().gossipAddress() + "\"]");
        s1.hangUp();
        c1.hangUp();
        agents.await("both have read it again", Agents.SOON, () -> {
            assertThat(s1.log()).contains("settings reloaded").contains("retry_join, encrypt, log_level");
            assertThat(c1.log()).contains("settings reloaded");
            assertThat(c1.statusOf("s1")).isEqualTo("alive");
        });
        Whole.of(s1, c1).await(agents);
        assertThat(s1.log()).contains("DEBUG");
        JsonNode inForce = c1.get("/v1/agent/self").expect(200).json().path("DebugConfig");
        assertThat(inForce.path("LogLevel").asString("")).isEqualTo("DEBUG");
        assertThat(inForce.path("RetryJoinLAN").toString())
                .isEqualTo("[\"" + s1.place().gossipAddress() + "\"]");

        // Key B first, then alone: by request, by the command, and by Consul's endpoint.
        write(file, "INFO", "[\"" + KEY_B + "\",\"" + KEY_A + "\"]", "");
        Reply answer = s1.put("/reload").expect(200);
        assertThat(answer.json().path("changed").toString()).isEqualTo("[\"retry_join\",\"encrypt\",\"log_level\"]");
        assertThat(answer.json().path("needs_restart").toString()).isEqualTo("[]");
        CommandLine.Ended ended =
                CommandLine.quorate("reload", "-http-addr=" + c1.place().httpAddress());
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("Settings reloaded: retry_join, encrypt, log_level");
        write(file, "INFO", '"' + KEY_B + '"', "");
        Stream.of(s1, c1).forEach(agent -> agent.put("/v1/agent/reload").expect(200));
        agents.await("they still hear each other", Agents.SOON, () -> {
            assertThat(c1.statusOf("s1")).isEqualTo("alive");
            assertThat(s1.statusOf("c1")).isEqualTo("alive");
        });

        // What is wrong changes nothing, whoever asks.
        for (String bad : List.of(
                "{\"log_level\":\"loud\"}", "{", "{\"encrypt\":\"" + KEY_A + "\"}", "{\"retry_join\":[\"*\"]}")) {
            Files.writeString(file, bad);
            Reply refused = c1.put("/reload").expect(422);
            assertThat(refused.json().path("type").asString("")).endsWith(":reload-refused");
            c1.put("/v1/agent/reload").expect(500);
        }
        Files.delete(file);
        assertThat(c1.put("/reload").expect(422).json().path("detail").asString(""))
                .isEqualTo("config file " + file + " cannot be read: it does not exist");
        Files.writeString(file, "{\"retry_join\":[\"*\"]}");
        assertThat(s1.put("/v1/agent/reload").expect(500).body())
                .contains("\"*\" is neither an IP address nor a host name");
        ended = CommandLine.quorate("reload", "-http-addr=" + c1.place().httpAddress());
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains("retry_join: \"*\" is neither an IP address nor a host name");
        s1.hangUp();
        c1.hangUp();
        agents.await(
                "the log says why",
                Agents.SOON,
                () -> Stream.of(s1, c1)
                        .forEach(agent -> assertThat(agent.log()).contains("reload refused, nothing has changed")));

        // The rest is named.
        write(file, "WARN", '"' + KEY_B + '"', ",\"node_meta\":{\"rack\":\"r2\"},\"reconnect_timeout\":\"9h\"");
        assertThat(c1.put("/reload").expect(200).json().path("needs_restart").toString())
                .isEqualTo("[\"node_meta\",\"reconnect_timeout\"]");
        Whole.of(s1, c1).await(agents);
        assertThat(Stream.of(s1, c1).allMatch(AgentProcess::isAlive)).isTrue();
        assertThat(c1.log()).doesNotContain("\tat ", KEY_A, KEY_B);
    }

    @Test
    @Fault(
            line = "E1",
            fault = "SIGHUP and then SIGTERM while the agent still starts: it waits for a member that does not answer",
            seen = "SIGHUP does not end it; SIGTERM ends it with 0 and without a trace")
    void aSignalDuringTheStartIsOrderlyToo() throws IOException {
        // It takes the connection and says nothing: the start waits for the first join.
        try (ServerSocket silent = new ServerSocket()) {
            Place place = Place.next();
            silent.bind(new InetSocketAddress(place.address(), place.gossip()));
            for (boolean server : new boolean[] {true, false}) {
                String name = server ? "s9" : "c9";
                AgentProcess starting = server
                        ? agents.server(name, "-bootstrap", "-join=" + place.gossipAddress())
                        : agents.client(name, "-join=" + place.gossipAddress());
                starting.start();
                agents.await(
                        "it is under way",
                        Agents.SOON,
                        () -> assertThat(starting.log()).contains("Quorate starts"));
                starting.hangUp();
                starting.terminate();
                assertThat(starting.exitCode(Duration.ofSeconds(20)))
                        .as(starting.log())
                        .isZero();
                assertThat(starting.log())
                        .contains("asked to stop while starting")
                        .doesNotContain("agent running", "\tat ", "Exception", "==>");
            }
        }
    }

    private static void write(Path file, String level, String keys, String more) throws IOException {
        Path next = file.resolveSibling("next");
        Files.writeString(next, "{\"log_level\":\"" + level + "\",\"encrypt\":" + keys + more + "}");
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
