package io.quorate.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.testing.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The image, built from the Dockerfile and run as its numeric user with a read-only root. Needs root, buildah and debootstrap, and
 * takes minutes: {@code .ci/run} builds it once. How to run it alone is in {@code src/docs/image.md}.
 */
@Tag("long")
class ImageIT {
    /** Engines kill after this by default. */
    private static final Duration STOP = Duration.ofSeconds(10);

    private static final Duration READY = Duration.ofSeconds(90);
    private static final BuiltImage IMAGE = new BuiltImage();

    @TempDir
    Path folder;

    private final List<Container> containers = new ArrayList<>();

    /** Before each, so that each is reported as skipped, and by which name. The image is built once. */
    @BeforeEach
    void build() {
        Tools.need("buildah", "debootstrap", "unshare", "nsenter", "setpriv");
        assumeTrue(Tools.output(Duration.ofSeconds(10), "id", "-u").equals("0"), "root is needed: mounts");
        IMAGE.build();
    }

    @AfterAll
    static void remove() {
        IMAGE.close();
    }

    @AfterEach
    void end() {
        containers.forEach(Container::close);
    }

    private Container container(String name, boolean tmp) {
        Container container = new Container(name, IMAGE, folder, tmp);
        containers.add(container);
        return container;
    }

    private static String[] agent(Container container, String... flags) {
        return Stream.concat(
                        Stream.of(
                                "agent",
                                "-node=" + container.name(),
                                "-bind=" + container.address(),
                                "-client=" + container.address()),
                        Stream.of(flags))
                .toArray(String[]::new);
    }

    @Test
    void anEngineIsToldUserVolumePortsSignalAndAHealthCheckWithoutAJvm() {
        BuiltImage.Configuration image = IMAGE.configuration();
        assertThat(image.user()).isEqualTo("10001:10001");
        assertThat(image.volumes()).containsExactly("/data");
        assertThat(image.ports()).containsExactly("8300/tcp", "8301/tcp", "8301/udp", "8500/tcp");
        assertThat(image.stopSignal()).isEqualTo("SIGTERM");
        assertThat(image.environment()).contains("QUORATE_DATA_DIR=/data");
        assertThat(image.command()).containsExactly("agent");
        assertThat(image.health()).containsExactly("CMD", "/usr/local/bin/quorate-alive");
        assertThat(image.entrypoint())
                .as("programs of the image itself, none of its base")
                .noneMatch(word -> word.contains("/sh") || word.contains("/bash"));
        assertThat(image.labels().path("org.opencontainers.image.version").asString(""))
                .isEqualTo(versionOfThePom());
        assertThat(image.labels().path("org.opencontainers.image.licenses").asString(""))
                .isEqualTo("Apache-2.0");
    }

    @Test
    void threeContainersFoundOneClusterAsAUserWithoutRightsOnAReadOnlyRoot() {
        // The first has no place to write but its data; the last has a /tmp, and leaves it empty.
        List<Container> servers = List.of(container("s1", false), container("s2", false), container("s3", true));
        Container first = servers.get(0);
        long begin = System.nanoTime();
        for (Container server : servers) {
            server.start(
                    Map.of(),
                    agent(
                            server,
                            "-server",
                            "-bootstrap-expect=3",
                            "-retry-interval=1s",
                            "-retry-join=" + first.address()));
        }
        Tools.await("one whole cluster", READY, () -> {
            List<String> clusters = new ArrayList<>();
            List<Long> indexes = new ArrayList<>();
            for (Container server : servers) {
                server.ask("/actuator/health/readiness", 200);
                JsonNode info = server.get("/info");
                clusters.add(info.path("cluster").path("cluster_id").asString(""));
                indexes.add(info.path("raft").path("last_log_index").asLong(-1));
                assertThat(info.path("raft").path("num_peers").asInt(-1)).isEqualTo(2);
                assertThat(names(server.get("/v1/catalog/nodes"), "Node")).containsExactly("s1", "s2", "s3");
            }
            assertThat(clusters).doesNotContain("").containsOnly(clusters.get(0));
            assertThat(indexes).allMatch(i -> i > 0 && i.equals(indexes.get(0)));
        });

        System.out.printf(
                Locale.ROOT,
                "image: three containers were one cluster after %.1f s%n",
                (System.nanoTime() - begin) / 1e9);
        Tools.Ended check = first.run(
                "check",
                "-servers=3",
                "-members",
                "-timeout=20s",
                "-http-addr="
                        + String.join(
                                ",", servers.stream().map(Container::address).toList()));
        assertThat(check.code()).as("%s", check).isZero();

        for (Container server : servers) {
            assertThat(statusLine(server, "Uid")).isEqualTo("10001 10001 10001 10001");
            assertThat(statusLine(server, "Gid")).isEqualTo("10001 10001 10001 10001");
            assertThat(statusLine(server, "Groups")).isIn("", "10001");
            assertThat(statusLine(server, "CapEff")).isEqualTo("0000000000000000");
            Tools.Ended health = server.health().expect(0);
            assertThat(health.out()).isEqualTo("the agent at " + server.address() + " is alive\n");
            assertThat(health.err()).isEmpty();
        }
        assertThat(Path.of("/proc/" + servers.get(2).pid() + "/root/tmp")).isEmptyDirectory();
        Tools.Ended members = first.run("members").expect(0);
        assertThat(members.out()).contains("s1", "s2", "s3").hasLineCount(4);
        assertThat(members.err()).isEmpty();

        for (Container server : servers) {
            assertThat(server.stop(STOP))
                    .as("%s: %s", server.name(), server.printed())
                    .isZero();
            assertThat(server.printed()).contains("agent stopped");
        }
    }

    @Fault(
            line = "E9",
            fault = "a container whose server waits for a quorum, and one in which no agent answers",
            seen = "the health check calls the first healthy and the second not, and starts no JVM for it")
    @Test
    void aServerThatWaitsIsHealthyAndOneThatDoesNotAnswerIsNot() {
        Container alone = container("alone", false);
        assertThat(alone.health().expect(1).out()).isEqualTo("no agent answers at " + alone.address() + "\n");
        alone.start(Map.of(), agent(alone, "-server", "-bootstrap-expect=3"));
        Tools.await("HTTP", READY, () -> alone.ask("/actuator/health/liveness", 200));
        alone.ask("/actuator/health/readiness", 503);
        assertThat(alone.health().expect(0).out()).isEqualTo("the agent at " + alone.address() + " is alive\n");
        assertThat(alone.stop(STOP)).isZero();
    }

    @Test
    void withoutWordsItIsAnAgentWhoseClassesComeFromTheArchive() throws IOException {
        Container server = container("plain", false);
        boolean cache = server.run("version").out().lines().anyMatch(l -> l.matches("Java (2[5-9]|[3-9]\\d).*"));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("QUORATE_SERVER", "true");
        environment.put("QUORATE_BOOTSTRAP", "true");
        environment.put("QUORATE_BIND", server.address());
        environment.put("QUORATE_CLIENT", server.address());
        environment.put(
                "JAVA_TOOL_OPTIONS",
                (cache ? "-XX:AOTMode=on" : "-Xshare:on") + " -Xlog:class+load:file=/data/loaded.txt");
        server.start(environment);
        Tools.await("ready", READY, () -> server.ask("/actuator/health/readiness", 200));
        assertThat(server.stop(STOP)).isZero();
        List<String> loaded = Files.readAllLines(server.data().resolve("loaded.txt")).stream()
                .filter(l -> l.contains(" source: "))
                .toList();
        assertThat(loaded).hasSizeGreaterThan(5_000);
        assertThat(loaded.stream()
                        .filter(l -> l.contains("shared objects file"))
                        .count())
                .isGreaterThan(loaded.size() * 9L / 10);
        assertThat(loaded)
                .anyMatch(l -> l.contains("io.quorate.agent.Agent ")
                        && l.contains("shared objects file" + (cache ? "" : " (top)")));
    }

    @Test
    void nothingButItsDataCanBeWritten() {
        Container container = container("elsewhere", false);
        // In /tmp anybody may write, /data's own place is root's: what refuses both is the root.
        for (String place : List.of("/tmp", "/tmp/data", "/other")) {
            Tools.Ended ended = container.run(agent(container, "-server", "-bootstrap", "-data-dir=" + place));
            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.err()).contains("data_dir: /", "cannot be written").hasLineCount(1);
        }
    }

    @Test
    void commandsPrintTheirAnswerAndNothingElse() {
        Container container = container("commands", false);
        Tools.Ended version = container.run("version").expect(0);
        assertThat(version.out())
                .startsWith("Quorate v" + versionOfThePom() + "\nJava ")
                .hasLineCount(2);
        assertThat(version.err()).isEmpty();
        assertThat(container
                        .exec(List.of("/usr/local/bin/quorate", "version"))
                        .expect(0)
                        .out())
                .isEqualTo(version.out());
    }

    private static String versionOfThePom() {
        try {
            Matcher version = Pattern.compile("<artifactId>quorate</artifactId>\\s*<version>([^<]+)</version>")
                    .matcher(Files.readString(Path.of("pom.xml")));
            assertThat(version.find()).isTrue();
            return version.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String statusLine(Container container, String key) {
        try {
            return Files.readString(Path.of("/proc/" + container.pid() + "/status"))
                    .lines()
                    .filter(l -> l.startsWith(key + ":"))
                    .map(l -> l.substring(key.length() + 1).strip().replaceAll("\\s+", " "))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(JsonNode array, String key) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(n -> n.path(key).asString(""))
                .sorted()
                .toList();
    }
}
