package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** An error that an agent cannot survive ends it, and nothing of an agent is left where it does not belong. */
class ErrorsIT {
    private static final Duration END = Duration.ofSeconds(60);

    @RegisterExtension
    final Agents agents = new Agents();

    @TempDir
    Path temp;

    /** The lines that are meant for whoever started it. */
    private static List<String> lastWords(AgentProcess agent) {
        return agent.log().lines().filter(line -> line.startsWith("==> ")).toList();
    }

    private static List<String> java(String... flags) {
        List<String> command = new ArrayList<>(AgentProcess.SMALL_JVM);
        command.addAll(List.of(flags));
        return command;
    }

    @Test
    @Fault(
            line = "B1",
            fault = "RocksDB's native library cannot be loaded",
            seen = "the start ends with exit code 1 and one line that names the file and the way out")
    void aServerThatCannotLoadItsLibraryEndsAtItsStart() throws IOException {
        Path broken = Files.writeString(temp.resolve("librocksdbjni.so"), "no library");
        AgentProcess server = agents.server("s1", "-bootstrap");
        server.launchWith(java("-Djava.library.path=" + temp, "-jar", AgentProcess.JAR.toString()));
        server.start().mayEnd();
        assertThat(server.exitCode(END)).isEqualTo(1);
        assertThat(lastWords(server))
                .singleElement()
                .asString()
                .contains(broken.toString())
                .contains("-Djava.library.path");
    }

    @Test
    @Fault(
            line = "B1",
            fault = "a class is missing that raft needs on the worker of a server that bootstraps its cluster",
            seen = "the process ends with exit code 1 and one line that names it")
    void anErrorOnTheFoundingWorkerEndsTheProcess() throws IOException {
        Path jar = Files.copy(AgentProcess.JAR, temp.resolve("quorate.jar"));
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            Files.delete(inside.getPath("BOOT-INF/classes/io/quorate/consensus/jraft/ReplicatedState.class"));
        }
        AgentProcess server = agents.server("s1", "-bootstrap");
        server.launchWith(java("-jar", jar.toString()));
        server.start().mayEnd();
        assertThat(server.exitCode(END)).isEqualTo(1);
        assertThat(lastWords(server))
                .singleElement()
                .asString()
                .contains("this agent ends")
                .contains("founding-worker")
                .contains("ReplicatedState");
    }

    @Test
    @Fault(
            line = "E6",
            fault = "a server is stopped, started, killed and started again",
            seen = "the temporary directory stays empty, and its library is in the data directory once")
    void theTemporaryFolderStaysEmpty() throws IOException {
        AgentProcess server = agents.server("s1", "-bootstrap");
        server.launchWith(java("-XX:-UsePerfData", "-Djava.io.tmpdir=" + temp, "-jar", AgentProcess.JAR.toString()));
        server.start();
        Whole.of(server).await(agents);
        assertThat(entries(temp)).isEmpty();
        server.terminate();
        assertThat(server.exitCode(END)).isZero();
        assertThat(entries(temp)).isEmpty();
        server.start();
        Whole.of(server).await(agents);
        server.kill();
        assertThat(entries(temp)).isEmpty();
        server.start();
        Whole.of(server).await(agents);
        assertThat(entries(temp)).isEmpty();
        assertThat(entries(server.dataFolder().resolve("lib")))
                .filteredOn(Files::isRegularFile)
                .singleElement()
                .satisfies(file -> assertThat(file.toString()).contains("rocksdbjni"));
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.walk(folder)) {
            return entries.filter(entry -> !entry.equals(folder)).toList();
        }
    }
}
