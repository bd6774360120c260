package io.quorate.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Commands of this machine, and waiting. */
final class Tools {
    private static final long POLL_MS = 50;

    private Tools() {}

    /** What a command that has ended left behind. */
    record Ended(List<String> command, int code, String out, String err) {
        Ended expect(int wanted) {
            if (code != wanted) {
                throw new AssertionError("ended with " + code + ", not " + wanted + ": " + this);
            }
            return this;
        }
    }

    /** A condition that throws an {@link AssertionError} or an {@link UncheckedIOException} while it does not hold. */
    @FunctionalInterface
    interface Check {
        void run();
    }

    /** Skips the test by the tool's name where it is missing. */
    static void need(String... names) {
        for (String name : names) {
            boolean found = Stream.of(System.getenv("PATH").split(":", -1))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
            assumeTrue(found, name + " is not installed here");
        }
    }

    /** Runs to its end, which must come in time. */
    static Ended run(Duration within, List<String> command) {
        try {
            Path out = Files.createTempFile("quorate-tool", ".out");
            Path err = Files.createTempFile("quorate-tool", ".err");
            Process process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try {
                if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("still runs after " + within + ": " + command + "\n"
                            + tail(Files.readString(out)) + tail(Files.readString(err)));
                }
                return new Ended(command, process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                end(process);
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        }
    }

    /** Runs to its end, which must be a good one, and gives what it printed. */
    static String output(Duration within, String... command) {
        Ended ended = run(within, List.of(command));
        if (ended.code() != 0) {
            throw new AssertionError(
                    List.of(command) + " ended with " + ended.code() + "\n" + tail(ended.out()) + tail(ended.err()));
        }
        return ended.out().strip();
    }

    static void await(String what, Duration within, Check check) {
        long end = System.nanoTime() + within.toNanos();
        while (true) {
            try {
                check.run();
                return;
            } catch (AssertionError | UncheckedIOException e) {
                if (System.nanoTime() - end >= 0) {
                    throw new AssertionError("not within " + within + ": " + what + "; last: " + e.getMessage(), e);
                }
            }
            LockSupport.parkNanos(Duration.ofMillis(POLL_MS).toNanos());
        }
    }

    /** At once, with all that it started. */
    static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    static String tail(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())) + "\n";
    }
}
