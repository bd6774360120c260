package io.quorate.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands that end by themselves. */
final class CommandLine {
    private static final long SECONDS = 60;

    private CommandLine() {}

    record Ended(List<String> command, int code, String output) {}

    static Ended quorate(String... words) {
        List<String> command = new ArrayList<>(AgentProcess.SMALL_JVM);
        command.addAll(List.of("-jar", AgentProcess.JAR.toString()));
        command.addAll(List.of(words));
        return run(command);
    }

    /** With output and errors as one text. */
    static Ended run(List<String> command) {
        try {
            Path output = Files.createTempFile("quorate-command", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError(
                            "still runs after " + SECONDS + " s: " + command + ": " + Files.readString(output));
                }
                return new Ended(command, process.exitValue(), Files.readString(output));
            } finally {
                process.destroyForcibly();
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        }
    }
}
