package io.quorate.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Prometheus' own tool for rules, where it is on the PATH. */
record Promtool(Path program) {
    private static final long LONGEST_S = 120;

    /** The test is skipped by name where it is missing. */
    static Promtool orSkip() {
        Optional<Path> found = Stream.of(
                        System.getenv().getOrDefault("PATH", "").split(Pattern.quote(java.io.File.pathSeparator), -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "promtool is not on the PATH (Debian's package prometheus has it)");
        return new Promtool(found.orElseThrow());
    }

    /** Its output; fails when it does not say 0. */
    String run(Path folder, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "promtool", ".txt");
        Process process = new ProcessBuilder(Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                        .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(LONGEST_S, TimeUnit.SECONDS))
                    .as("promtool ends within %s s", LONGEST_S)
                    .isTrue();
            assertThat(process.exitValue()).as("%s", Files.readString(output)).isZero();
            return Files.readString(output);
        } finally {
            process.destroyForcibly();
        }
    }
}
