package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import io.quorate.testing.JavaForms;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong input ends the start with exit code 1 and one clear line, before any port is bound. */
class StartRefusalsIT {
    @RegisterExtension
    final Agents agents = new Agents();

    @TempDir
    Path folder;

    /** What is wrong, what the line must name, the flags ({@code @} is a folder, {@code %} a loopback address). */
    static Stream<Arguments> wrongInput() {
        return Stream.of(
                wrong("expect in client mode", "expect", "-bootstrap-expect=3"),
                wrong("expect below 0", "expect", "-server", "-bootstrap-expect=-1"),
                wrong("bootstrap with an expect", "bootstrap", "-server", "-bootstrap", "-bootstrap-expect=3"),
                wrong(
                        "founders that do not number expect",
                        "founders",
                        "-server",
                        "-bootstrap-expect=3",
                        "-founders=a,b"),
                wrong("an address that is not there", "203.0.113.7", "-server", "-bind=203.0.113.7"),
                wrong("0.0.0.0 advertised", "0.0.0.0", "-server", "-advertise=0.0.0.0"),
                wrong("a bad key", "encrypt", "-server", "-encrypt=no-key"),
                wrong("a flag that nobody knows", "no-such-flag", "-server", "-no-such-flag=1"),
                wrong("a provider that nobody knows", "k8s, aws, gce, azure", "-retry-join=provider=moon tag_key=a"),
                wrong("a provider without a key it needs", "tag_value", "-retry-join=provider=aws tag_key=a"),
                wrong("a URL to join", "tcp://10.0.0.1:8301", "-retry-join=tcp://10.0.0.1:8301"),
                wrong("a member to join that is not there", "join: none of", "-join=%:1"),
                wrong("a missing file of settings", "missing.json", "-config-file=@/missing.json"));
    }

    /** Told apart from the above by nothing but the time they take. */
    static Stream<Arguments> moreWrongInput() {
        return Stream.of(
                wrong("bootstrap in client mode", "bootstrap", "-bootstrap"),
                wrong("founders in client mode", "founders", "-founders=a,b,c"),
                wrong("a founder named twice", "founders", "-server", "-bootstrap-expect=3", "-founders=a,b,b"),
                wrong("an expect that is no number", "bootstrap_expect", "-server", "-bootstrap-expect=three"),
                wrong("a node id that is none", "node_id", "-node-id=17"),
                wrong("a node name that DNS or gossip could not carry", "node", "-node="),
                wrong("a datacenter with a space", "datacenter", "-datacenter=dc 1"),
                wrong("an HTTP port that is none", "http", "-http-port=70000"),
                wrong("a log level that is none", "log_level", "-log-level=loud"),
                wrong("HCL", "HCL", "-config-file=@/agent.hcl"),
                wrong("a retry interval that is none", "retry_interval", "-retry-interval=often"));
    }

    private static Arguments wrong(String what, String named, String... flags) {
        return Arguments.of(what, named, List.of(flags));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongInput")
    void isRefused(String what, String named, List<String> flags) {
        refuses(what, named, flags);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("moreWrongInput")
    void isRefusedToo(String what, String named, List<String> flags) throws IOException {
        Files.writeString(folder.resolve("agent.hcl"), "server = true");
        refuses(what, named, flags);
    }

    private void refuses(String what, String named, List<String> flags) {
        Place place = Place.next();
        List<String> all = new ArrayList<>();
        if (flags.stream().noneMatch(f -> f.startsWith("-bind"))) {
            all.add("-bind=" + place.address());
        }
        flags.forEach(f -> all.add(f.replace("@", folder.toString()).replace("%", place.address())));
        CommandLine.Ended ended = run(place, folder.resolve("data"), all);
        oneClearLine(what, named, ended);
    }

    @Test
    @Fault(
            line = "E7",
            fault = "port 8300, 8301 or 8500 is in use",
            seen = "one line with the setting, the address and what to do, and exit code 1")
    void aPortInUseIsRefusedByItsNumberAndAFolderInUseByItsPath() throws IOException {
        AgentProcess s1 = agents.server("s1", "-bootstrap");
        s1.start();
        Whole.of(s1).await(agents);
        Place elsewhere = Place.next();
        oneClearLine(
                "another agent holds the data directory",
                s1.dataFolder().toString(),
                run(elsewhere, s1.dataFolder(), List.of("-server", "-bind=" + elsewhere.address())));

        Map<String, Integer> ports = Map.of(
                "ports.serf_lan", elsewhere.gossip(), "ports.http", elsewhere.http(), "ports.server", elsewhere.rpc());
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            try (ServerSocket taken = new ServerSocket()) {
                taken.bind(new InetSocketAddress(elsewhere.address(), port.getValue()));
                CommandLine.Ended ended =
                        run(elsewhere, folder.resolve("data"), List.of("-server", "-bind=" + elsewhere.address()));
                String at = elsewhere.address() + ":" + port.getValue();
                oneClearLine("the port is in use", at, ended);
                assertThat(ended.output())
                        .contains("==> " + port.getKey() + ": " + at
                                + " is in use by another process. Stop that one, or choose another port with -");
            }
        }
        Whole.of(s1).await(agents);
    }

    @Test
    void anUnusableDataFolderIsRefusedByItsPath() throws IOException {
        Place place = Place.next();
        Path file = Files.writeString(folder.resolve("no-folder"), "a file stands where the folder should");
        oneClearLine(
                "a file in the place of the data directory",
                file.toString(),
                run(place, file, List.of("-server", "-bind=" + place.address())));
    }

    @Test
    void unknownKeysOfAFileAreRefusedAndThoseNotServedYetAreWarnedOf() throws IOException {
        Path unknown = Files.writeString(folder.resolve("unknown.json"), "{\"server\":true,\"bogus_key\":1}");
        Place place = Place.next();
        oneClearLine(
                "an unknown key",
                "bogus_key",
                run(place, folder.resolve("data"), List.of("-bind=" + place.address(), "-config-file=" + unknown)));

        Path later = Files.writeString(
                folder.resolve("later.json"),
                "{\"server\":true,\"bootstrap_expect\":1,\"acl\":{\"enabled\":false},\"node_meta\":{\"rack\":\"r7\"}}");
        AgentProcess s1 = agents.server("s1", "-config-file=" + later);
        s1.start();
        Whole.of(s1).await(agents);
        assertThat(s1.log()).contains("acl");
        agents.await(
                "its meta is in the catalog",
                Agents.SOON,
                () -> assertThat(s1.get("/v1/catalog/nodes").expect(200).body()).contains("r7"));
    }

    private static void oneClearLine(String what, String named, CommandLine.Ended ended) {
        assertThat(ended.code())
                .as("exit code for %s: %s", what, ended.output())
                .isEqualTo(1);
        assertThat(ended.output()).as(what).containsIgnoringCase(named);
        assertThat(ended.output()).as("no stack trace for %s", what).doesNotContain("\tat ");
        ended.output()
                .lines()
                .forEach(line -> assertThat(JavaForms.in(line)).as(line).isEmpty());
        long telling = ended.output()
                .lines()
                .filter(line ->
                        line.toLowerCase(java.util.Locale.ROOT).contains(named.toLowerCase(java.util.Locale.ROOT)))
                .count();
        assertThat(telling)
                .as("lines that tell of %s: %s", what, ended.output())
                .isBetween(1L, 2L);
        assertThat(ended.output().lines().count()).as("%s", ended.output()).isLessThanOrEqualTo(6);
    }

    private static CommandLine.Ended run(Place place, Path data, List<String> flags) {
        List<String> command = new ArrayList<>(AgentProcess.SMALL_JVM);
        command.addAll(List.of(
                "-jar",
                AgentProcess.JAR.toString(),
                "agent",
                "-client=" + place.address(),
                "-data-dir=" + data,
                "-dns-port=-1"));
        List<String> given = flags.stream().map(f -> f.replaceAll("=.*", "")).toList();
        if (!given.contains("-node")) {
            command.add("-node=refused");
        }
        if (!given.contains("-http-port")) {
            command.add("-http-port=" + place.http());
        }
        command.add("-serf-lan-port=" + place.gossip());
        command.add("-server-port=" + place.rpc());
        command.addAll(flags);
        return CommandLine.run(command);
    }
}
