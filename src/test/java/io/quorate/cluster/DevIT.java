package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One command that starts a whole datacenter, and takes all of it along when it ends, however it ends. */
class DevIT {
    private static final Pattern HTTP_ADDRESS = Pattern.compile("http://(127\\.[0-9.]+:[0-9]+)");

    @TempDir
    Path folder;

    private @Nullable Process launcher;
    private List<ProcessHandle> children = List.of();

    @AfterEach
    void nothingOutlivesTheTest() {
        if (launcher != null) {
            children = Stream.concat(children.stream(), launcher.descendants()).toList();
            launcher.destroyForcibly();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void threeServersAndAClientGetReadyAndNoneOutlivesAKilledLauncher() {
        Process dev =
                start(List.of("-jar", AgentProcess.JAR.toString(), "dev", "-servers=3", "-clients=1", httpPort()));
        ready(dev, 4);
        Matcher address = HTTP_ADDRESS.matcher(output());
        assertThat(address.find()).as(output()).isTrue();
        Reply info = Reply.to("GET", address.group(1), "/info", "").expect(200);
        assertThat(info.json().path("raft").path("num_peers").asInt(-1)).isEqualTo(2);

        dev.destroyForcibly();
        Patience.untilTrue(
                "every agent ended with its launcher",
                Duration.ofSeconds(20),
                () -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void theSameProgramRunsFromItsClassesWithoutAJarAndEndsWhenTold() {
        String classPath = Stream.of(testClassPath().split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("test-classes") && !entry.contains("surefire"))
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
        Process dev = start(List.of(
                "-cp",
                classPath,
                "io.quorate.QuorateApplication",
                "dev",
                "-servers=1",
                "-clients=0",
                httpPort(),
                "-data-dir=" + folder.resolve("dev").toString()));
        ready(dev, 1);
        dev.destroy();
        Patience.untilTrue(
                "launcher and agent ended",
                Duration.ofSeconds(20),
                () -> !dev.isAlive() && children.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(folder.resolve("dev")).as("kept, as it was asked for").isNotEmptyDirectory();
    }

    private void ready(Process dev, int agents) {
        Patience.until("dev says that it is ready", Duration.ofMinutes(1), () -> {
            if (!dev.isAlive()) {
                throw new IllegalStateException("the launcher ended: " + output());
            }
            assertThat(output()).containsIgnoringCase("ready").contains("http://");
        });
        children = dev.descendants().toList();
        assertThat(children).as(output()).hasSizeGreaterThanOrEqualTo(agents);
    }

    /** 8500 as by default, unless somebody else on this machine has it. */
    private static String httpPort() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket usual = new ServerSocket(8500, 1, loopback)) {
            return "-http-port=" + usual.getLocalPort();
        } catch (IOException taken) {
            try (ServerSocket other = new ServerSocket(0, 1, loopback)) {
                return "-http-port=" + other.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String testClassPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private Process start(List<String> words) {
        List<String> command = new ArrayList<>(AgentProcess.SMALL_JVM);
        command.addAll(words);
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(outputFile().toFile())
                    .start();
            launcher = started;
            assertThat(started.waitFor(100, TimeUnit.MILLISECONDS))
                    .as("ends at once")
                    .isFalse();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at the start", e);
        }
    }

    private Path outputFile() {
        return folder.resolve("output.txt");
    }

    private String output() {
        try {
            return Files.readString(outputFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
