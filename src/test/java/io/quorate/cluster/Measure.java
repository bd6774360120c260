package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prints what three servers and a client cost and how fast they are, from the plain jar and from its extracted form with a
 * start-up archive. Not part of {@code verify}: figures depend on the machine. The command is in {@code src/docs/measure.md}.
 */
class Measure {
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

    @Test
    void extractedWithAStartUpArchive() {
        CommandLine.Ended extracted = CommandLine.run(List.of(
                AgentProcess.java(),
                "-Djarmode=tools",
                "-jar",
                AgentProcess.JAR.toString(),
                "extract",
                "--destination",
                folder.resolve("app").toString()));
        assertThat(extracted.code()).as("%s", extracted).isZero();
        Path jar = folder.resolve("app").resolve(AgentProcess.JAR.getFileName());
        Path archive = folder.resolve("startup.archive");
        boolean aot = Runtime.version().feature() >= 25;

        // The training run: one server founds, answers, and is told to end, so that all of that is in the archive.
        AgentProcess trained = agents.server("trained", "-bootstrap");
        trained.launchWith(launch(jar, List.of((aot ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive)));
        trained.start();
        Whole.of(trained).await(agents, Duration.ofSeconds(90));
        trained.terminate();
        assertThat(trained.exitCode(Duration.ofMinutes(2))).isZero();
        Patience.untilTrue("the archive is written", Duration.ofMinutes(1), () -> Files.exists(archive));

        measure(
                aot ? "aot" : "cds",
                launch(jar, List.of((aot ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive)));
    }

    private static List<String> launch(Path jar, List<String> more) {
        List<String> command = new ArrayList<>(List.of(AgentProcess.java()));
        command.addAll(FLAGS);
        command.addAll(more);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private void measure(String from, List<String> launch) {
        say("Java %s, %s, %s", Runtime.version(), from, String.join(" ", launch.subList(1, launch.size() - 2)));
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
        List<AgentProcess> everybody = new ArrayList<>(all.servers());
        everybody.addAll(all.clients());
        // What starting left behind (compilation, first elections) is not idling.
        pass(Duration.ofSeconds(20));
        List<Long> before =
                everybody.stream().map(a -> ProcessFigures.cpuTicks(a.pid())).toList();
        long from0 = System.nanoTime();
        pass(IDLE);
        double elapsed = (System.nanoTime() - from0) / 1e9;
        for (int i = 0; i < everybody.size(); i++) {
            AgentProcess agent = everybody.get(i);
            double used =
                    (ProcessFigures.cpuTicks(agent.pid()) - before.get(i)) / (double) ProcessFigures.TICKS_PER_SECOND;
            say(
                    "%s: %s %s idle: %.1f %% of a core, resident %d MB",
                    from,
                    agent.isServer() ? "server" : "client",
                    agent.name(),
                    100 * used / elapsed,
                    ProcessFigures.residentMb(agent.pid()));
        }
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
