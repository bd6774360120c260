package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prints what three servers and a client cost and how fast they are, from the plain jar and as the image runs, and Consul beside
 * them where it is there. Part of profile {@code long}, where it only prints: figures depend on the machine. The command is in {@code src/docs/measure.md}.
 */
@Tag("long")
class MeasureIT {
    private static final int ROUNDS = Integer.getInteger("quorate.measure.rounds", 3);
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** As {@code dev} starts its agents: the second compiler would take half of the processor time of a start. */
    private static final List<String> FLAGS =
            List.of(System.getProperty("quorate.measure.flags", "-Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1")
                    .split(" ", -1));

    @RegisterExtension
    final Agents agents = new Agents();

    @TempDir
    Path folder;

    @Test
    void plainJar() {
        measure("jar", launch(AgentProcess.JAR, List.of()));
    }

    /** As the image runs: its options and its training, without its base. */
    @Test
    void asTheImageRuns() throws IOException {
        Path image = folder.resolve("image");
        succeeds(
                AgentProcess.java(),
                "-Djarmode=tools",
                "-jar",
                AgentProcess.JAR.toString(),
                "extract",
                "--destination",
                image.toString());
        Path quorate = image.resolve("quorate.jar");
        if (!Files.exists(quorate)) {
            Files.move(image.resolve(AgentProcess.JAR.getFileName()), quorate);
        }
        Files.createSymbolicLink(image.resolve("jre"), Path.of(System.getProperty("java.home")));
        Path options = image.resolve("java.options");
        Files.writeString(
                options,
                Files.readString(Path.of("src/main/docker/java.options")).replace("/opt/quorate", image.toString()));
        takeOutTheNativeLibrary(image);
        succeeds(AgentProcess.java(), "src/main/docker/Train.java", "make", image.toString());
        // The image's limit on memory is its container's; there is none here.
        measure("image", List.of(AgentProcess.java(), "-Xmx128m", "@" + options));
    }

    /** The real thing beside it, where it is there: in the same run, so that the ratio counts. */
    @Test
    void consul() {
        String binary = System.getenv().getOrDefault("CONSUL_BIN", "");
        assumeTrue(!binary.isEmpty(), "no consul binary in CONSUL_BIN: nothing to compare with");
        for (int round = 1; round <= ROUNDS; round++) {
            try (MeasuredConsul three = new MeasuredConsul(binary, folder.resolve("consul" + round))) {
                say("consul %d: processes started to leader known by all: %s", round, seconds(three.start()));
                say("consul %d: processes started to first write: %s", round, seconds(three.write()));
                if (round == ROUNDS) {
                    idle("consul", three.pids());
                }
            }
        }
    }

    /** RocksDB's, as the build of the image does it. */
    private static void takeOutTheNativeLibrary(Path image) throws IOException {
        String name = System.getProperty("os.arch").equals("aarch64") ? "linux-aarch64" : "linux64";
        Path to = Files.createDirectories(image.resolve("native")).resolve("librocksdbjni.so");
        try (Stream<Path> jars = Files.list(image.resolve("lib"))) {
            Path jar = jars.filter(file -> file.getFileName().toString().startsWith("rocksdbjni"))
                    .findFirst()
                    .orElseThrow();
            try (FileSystem zip = FileSystems.newFileSystem(jar)) {
                Files.copy(zip.getPath("/librocksdbjni-" + name + ".so"), to);
            }
        }
    }

    private static void succeeds(String... command) {
        CommandLine.Ended ended = CommandLine.run(List.of(command));
        assertThat(ended.code()).as("%s", ended).isZero();
    }

    private static List<String> launch(Path jar, List<String> more) {
        List<String> command = new ArrayList<>(List.of(AgentProcess.java()));
        command.addAll(FLAGS);
        command.addAll(more);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private void measure(String from, List<String> launch) {
        say("Java %s, %s, %s", Runtime.version(), from, String.join(" ", launch.subList(1, launch.size())));
        for (int round = 1; round <= ROUNDS; round++) {
            round(from, round, launch);
        }
    }

    private void round(String from, int round, List<String> launch) {
        String name = from + round;
        AgentProcess s1 = agents.server(name + "-s1", "-bootstrap-expect=3");
        AgentProcess s2 = agents.server(name + "-s2", "-bootstrap-expect=3", FoundingIT.retryJoin(s1));
        AgentProcess s3 = agents.server(name + "-s3", "-bootstrap-expect=3", FoundingIT.retryJoin(s1));
        AgentProcess c1 = agents.client(name + "-c1", FoundingIT.retryJoin(s1));
        List<AgentProcess> servers = List.of(s1, s2, s3);
        Stream.of(s1, s2, s3, c1).forEach(a -> a.launchWith(launch));

        long begin = System.nanoTime();
        Agents.startAll(s1, s2, s3);
        agents.await("a leader known to all", Duration.ofSeconds(90), () -> {
            for (AgentProcess server : servers) {
                assertThat(server.leaderAddress()).isNotEmpty();
            }
        });
        say("%s %d: processes started to leader known by all: %s", from, round, seconds(begin));
        agents.await("the first entries that a leader writes", Duration.ofSeconds(30), () -> {
            for (AgentProcess server : servers) {
                assertThat(server.catalog()).hasSize(3);
            }
        });
        say("%s %d: processes started to first write read by all: %s", from, round, seconds(begin));

        c1.start();
        Whole all = Whole.of(s1, s2, s3, c1);
        all.await(agents);

        if (round == ROUNDS) {
            idle(from, all);
        }

        AgentProcess leader = all.leader();
        List<AgentProcess> rest = servers.stream().filter(s -> s != leader).toList();
        String old = leader.leaderAddress();
        long killed = System.nanoTime();
        leader.kill();
        agents.await("another leader", Duration.ofSeconds(30), () -> {
            for (AgentProcess server : rest) {
                assertThat(server.leaderAddress()).isNotEmpty().isNotEqualTo(old);
            }
        });
        say("%s %d: leader killed to new leader known by both others: %s", from, round, seconds(killed));
        Stream.of(s1, s2, s3, c1).forEach(AgentProcess::kill);
    }

    private static void idle(String from, Whole all) {
        Map<String, Long> pids = new LinkedHashMap<>();
        all.servers().forEach(a -> pids.put("server " + a.name(), a.pid()));
        all.clients().forEach(a -> pids.put("client " + a.name(), a.pid()));
        idle(from, pids);
    }

    private static void idle(String from, Map<String, Long> pids) {
        // What starting left behind (compilation, first elections) is not idling.
        pass(Duration.ofSeconds(20));
        Map<String, Long> before = new LinkedHashMap<>();
        pids.forEach((name, pid) -> before.put(name, ProcessFigures.cpuTicks(pid)));
        long began = System.nanoTime();
        pass(IDLE);
        double elapsed = (System.nanoTime() - began) / 1e9;
        pids.forEach((name, pid) -> {
            double used = (ProcessFigures.cpuTicks(pid) - before.getOrDefault(name, 0L))
                    / (double) ProcessFigures.TICKS_PER_SECOND;
            say(
                    "%s: %s idle: %.1f %% of a core, resident %d MB",
                    from, name, 100 * used / elapsed, ProcessFigures.residentMb(pid));
        });
    }

    /** Measuring needs time to pass, not a condition. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
        }
    }

    private static String seconds(long begin) {
        return String.format(Locale.ROOT, "%.2f s", (System.nanoTime() - begin) / 1e9);
    }

    private static void say(String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values);
        System.out.println("MEASURED " + line);
        try {
            Path report = Path.of("target", "measured.txt");
            Files.writeString(
                    report,
                    line + "\n",
                    java.nio.file.StandardOpenOption.CREATE,
                    java.nio.file.StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
