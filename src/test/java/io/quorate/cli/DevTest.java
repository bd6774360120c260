package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.cli.DevProgress.Seen;
import io.quorate.cli.DevProgress.Status;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code dev} starts, and what it tells. */
class DevTest {
    @TempDir
    Path temp;

    @Test
    void threeServersAndAClientGetTheUsualPortsWhenTheyAreFree() {
        DevPlan plan = DevPlan.of(3, 1, 8500, Path.of("/d"), port -> true, () -> {
            throw new AssertionError("nothing else is needed");
        });
        assertThat(plan.servers()).isEqualTo(3);
        assertThat(plan.agents())
                .extracting(DevPlan.Agent::name)
                .containsExactly("server-1", "server-2", "server-3", "client-1");
        assertThat(plan.agents()).extracting(DevPlan.Agent::httpPort).containsExactly(8500, 8501, 8502, 8503);
        assertThat(plan.agents().get(1).arguments())
                .containsExactly(
                        "agent",
                        "-node=server-2",
                        "-data-dir=/d/server-2/data",
                        "-bind=127.0.0.1",
                        "-client=127.0.0.1",
                        "-http-port=8501",
                        "-serf-lan-port=8311",
                        "-retry-interval=1s",
                        "-stop-with-stdin",
                        "-server",
                        "-bootstrap-expect=3",
                        "-server-port=8310",
                        "-retry-join=127.0.0.1:8301",
                        "-retry-join=127.0.0.1:8321");
        assertThat(plan.agents().get(3).arguments())
                .doesNotContain("-server")
                .contains("-retry-join=127.0.0.1:8301", "-retry-join=127.0.0.1:8311", "-retry-join=127.0.0.1:8321");
    }

    @Test
    void portsThatAreTakenAreReplacedAndNoPortIsGivenTwice() {
        Set<Integer> busy =
                new HashSet<>(IntStream.rangeClosed(8300, 8400).boxed().toList());
        busy.add(8501);
        AtomicInteger next = new AtomicInteger(8500);
        DevPlan plan = DevPlan.of(9, 20, 8500, temp, port -> !busy.contains(port), next::incrementAndGet);
        List<Integer> ports = plan.agents().stream()
                .flatMap(agent -> agent.arguments().stream())
                .filter(argument -> argument.matches("-(http|server|serf-lan)-port=.*"))
                .map(argument -> Integer.valueOf(argument.replaceAll(".*=", "")))
                .toList();
        assertThat(ports).hasSize(9 * 3 + 20 * 2).doesNotHaveDuplicates().doesNotContainAnyElementsOf(busy);
    }

    @Test
    void withoutAnyFreePortItGivesUp() {
        assertThatThrownBy(() -> DevPlan.of(3, 0, 8500, temp, port -> false, () -> 1))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("No free port");
    }

    @Test
    void aPortThatTcpOrUdpHoldsIsNotFree() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        int port;
        try (ServerSocket tcp = new ServerSocket(0, 1, loopback)) {
            port = tcp.getLocalPort();
            assertThat(DevPorts.isFree(port)).isFalse();
        }
        assertThat(DevPorts.isFree(port)).isTrue();
        try (DatagramSocket udp = new DatagramSocket(port, loopback)) {
            assertThat(udp.isBound()).isTrue();
            assertThat(DevPorts.isFree(port)).isFalse();
        }
    }

    @Test
    void anAgentIsStartedAsThisProgramWas() {
        Properties jar = system("/opt/quorate.jar");
        assertThat(JavaLauncher.command(jar, 25, List.of("-Xmx1m"), List.of("agent")))
                .containsExactly(
                        "/jdk/bin/java", "-XX:+ExitOnOutOfMemoryError", "-Xmx1m", "-jar", "/opt/quorate.jar", "agent");
        Properties classes = system("/w/target/classes:/m2/a.jar");
        assertThat(JavaLauncher.command(classes, 17, List.of(), List.of("agent", "-server")))
                .containsExactly(
                        "/jdk/bin/java",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        "/w/target/classes:/m2/a.jar",
                        "io.quorate.QuorateApplication",
                        "agent",
                        "-server");
        assertThat(JavaLauncher.command(classes, 25, List.of(), List.of("agent")))
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void theNamedMainClassIsTheOneThatIsThere() throws ClassNotFoundException {
        String name =
                JavaLauncher.command(system("a:b"), 17, List.of(), List.of()).get(4);
        assertThat(Class.forName(name)).hasPublicMethods("main");
    }

    @Test
    void whatAKilledLauncherLeftIsRemovedByTheNext() throws IOException {
        Path build = Files.createDirectory(temp.resolve("build"));
        Files.createDirectory(build.resolve("target"));
        Files.writeString(build.resolve("pom.xml"), "");
        Path killed = Files.createDirectories(build.resolve("target/quorate-dev-killed/server-1/data"));
        Files.writeString(killed.resolve("agent.lock"), "4711");
        Files.writeString(build.resolve("target/quorate-dev-killed/dev.lock"), "1");
        Path foreign = Files.createDirectories(build.resolve("target/quorate-dev-foreign"));
        DevFolder lives = DevFolder.open(null, build);
        assertThat(build.resolve("target/quorate-dev-killed")).doesNotExist();
        DevFolder next = DevFolder.open(null, build);
        assertThat(List.of(lives.path(), foreign)).allMatch(Files::isDirectory);
        next.close();
        lives.close();
        assertThat(lives.path()).doesNotExist();
    }

    @Test
    void aFreshFolderLiesUnderTheBuildAndIsRemovedAGivenOneIsKept() throws IOException {
        Path build = Files.createDirectory(temp.resolve("build"));
        Files.createDirectory(build.resolve("target"));
        Files.writeString(build.resolve("pom.xml"), "<project/>");
        DevFolder fresh = DevFolder.open(null, build);
        assertThat(fresh.path()).hasParent(build.resolve("target")).isDirectory();
        Files.createDirectories(fresh.path().resolve("server-1/data/raft"));
        Files.writeString(fresh.path().resolve("server-1/agent.log"), "x");
        fresh.close();
        assertThat(fresh.path()).doesNotExist();

        DevFolder given = DevFolder.open("mine", build);
        assertThat(given.path()).isEqualTo(build.resolve("mine")).isDirectory();
        given.close();
        assertThat(given.path()).isDirectory();

        DevFolder elsewhere = DevFolder.open(null, temp);
        assertThat(elsewhere.path().startsWith(temp)).isFalse();
        elsewhere.close();
    }

    @Test
    void eachStepIsToldOnceWithItsTime() {
        DevProgress progress = new DevProgress("s1");
        Status waiting = new Status(false, "WAITING_FOR_SERVERS", "1 of 3 servers", "start more");
        Status ready = new Status(true, "READY", "leader s2", "");
        assertThat(progress.observe(seen("", "", Status.SILENT, Status.SILENT), Duration.ZERO))
                .isEmpty();
        Seen told = new Seen(List.of("1 of 3", "2 of 3"), Map.of("s1", waiting), "", "");
        assertThat(progress.observe(told, Duration.ofMillis(2400)))
                .containsExactly("[   2.4 s] s1: 1 of 3", "[   2.4 s] s1: 2 of 3");
        assertThat(progress.observe(seen("", "", waiting, waiting), Duration.ofSeconds(3)))
                .isEmpty();
        assertThat(progress.observe(seen("c", "s2", ready, waiting), Duration.ofSeconds(5)))
                .containsExactly("[   5.0 s] s1: ready");
        Seen all = seen("c", "s2", ready, ready);
        assertThat(all.isReady()).isTrue();
        assertThat(progress.observe(all, Duration.ofSeconds(6)))
                .containsExactly("[   6.0 s] s2: ready", "[   6.0 s] ready");
    }

    @Test
    void theStoryIsTakenFromTheLogAsItGrowsWholeLinesOnly() throws IOException {
        Path log = temp.resolve("agent.log");
        Files.writeString(log, "2026-01-01T00:00:00.000Z INFO  agent.Story: member joined node=old\n");
        DevStory story = new DevStory(log, Files.size(log));
        assertThat(story.next()).isEmpty();
        append(
                log,
                "2026-01-01T00:00:01.000Z INFO  founding: WAITING_FOR_SERVERS: 1 of 3 servers are here (s1), 2 more"
                        + " needed state=blank known=1 next=\"start them (-retry-join)\"\n2026-01-01T00:00:01.000Z INFO  agent.St");
        assertThat(story.next()).containsExactly("WAITING_FOR_SERVERS: 1 of 3 servers are here (s1), 2 more needed");
        append(log, "ory: new leader leader=s3 term=1\n2026-01-01T00:00:01.000Z INFO  rpc.RpcPort: open address=x\n");
        assertThat(story.next()).containsExactly("new leader leader=s3 term=1");
        assertThat(story.next()).isEmpty();
        append(log, "x".repeat(70_000) + "\n2026-01-01T00:00:01.000Z INFO  founding: founded: raft starts cluster=c\n");
        assertThat(story.next()).isEmpty();
        assertThat(story.next()).containsExactly("founded: raft starts cluster=c");
    }

    private static void append(Path log, String text) throws IOException {
        Files.writeString(log, text, java.nio.file.StandardOpenOption.APPEND);
    }

    @Test
    void whoKeepsTheOthersWaitingIsNamedAfterAWhile() {
        DevProgress progress = new DevProgress("s1");
        Status ready = new Status(true, "READY", "", "");
        Status stuck = new Status(false, "DISK", "the disk is full", "make room");
        progress.observe(seen("c", "s1", ready, stuck), Duration.ofSeconds(1));
        assertThat(progress.observe(seen("c", "s1", ready, stuck), Duration.ofSeconds(15)))
                .isEmpty();
        assertThat(progress.observe(seen("c", "s1", ready, stuck), Duration.ofSeconds(16)))
                .containsExactly("[  16.0 s] s2: still waiting: the disk is full [DISK]. Next step: make room");
        assertThat(progress.observe(seen("c", "s1", ready, stuck), Duration.ofSeconds(17)))
                .isEmpty();
    }

    @Test
    void readyMeansAllAgentsAClusterAndALeader() {
        Status ready = new Status(true, "READY", "", "");
        assertThat(seen("", "s1", ready, ready).isReady()).isFalse();
        assertThat(seen("c", "", ready, ready).isReady()).isFalse();
        assertThat(seen("c", "s1", ready, Status.SILENT).isReady()).isFalse();
    }

    private static Seen seen(String cluster, String leader, Status one, Status two) {
        Map<String, Status> agents = new java.util.LinkedHashMap<>();
        agents.put("s1", one);
        agents.put("s2", two);
        return new Seen(List.of(), agents, cluster, leader);
    }

    private static Properties system(String classPath) {
        Properties system = new Properties();
        system.setProperty("java.home", "/jdk");
        system.setProperty("path.separator", ":");
        system.setProperty("java.class.path", classPath);
        return system;
    }
}
