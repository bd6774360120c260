package io.quorate.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A disk that hangs or fails under a process of its own: {@code failing-disk.c}, compiled and preloaded. It is reached below RocksDB
 * and the JDK, so that everything that writes meets it. Where there is no C compiler the test is skipped, by name.
 */
public final class FailingDisk {
    private final Path library;
    private final Path control;

    private FailingDisk(Path library, Path control) {
        this.library = library;
        this.control = control;
    }

    /** One for one process; nothing fails yet. */
    public static FailingDisk in(Path folder, String name) {
        Path library = folder.resolve("failing-disk.so");
        if (!Files.exists(library)) {
            compile(folder, library);
        }
        return new FailingDisk(library, folder.resolve("failing-" + name));
    }

    private static void compile(Path folder, Path library) {
        Path source = folder.resolve("failing-disk.c");
        try (InputStream text =
                Objects.requireNonNull(FailingDisk.class.getResourceAsStream("/failing-disk.c"), "its source")) {
            Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean compiled;
        try {
            Process compiler = new ProcessBuilder(List.of(
                            "cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString(), "-ldl"))
                    .inheritIO()
                    .start();
            compiled = compiler.waitFor(1, TimeUnit.MINUTES) && compiler.exitValue() == 0;
        } catch (IOException e) {
            Assumptions.abort("no C compiler here to build a disk that fails: " + e.getMessage());
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while compiling", e);
        }
        if (!compiled) {
            throw new IllegalStateException(source + " does not compile");
        }
    }

    /** For the environment of the process. */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "FAILING_DISK", control.toString());
    }

    /** Syncs of files whose path has that part do not return. */
    public void stall(String part) {
        say("stall " + part);
    }

    /** Writes and syncs of such files do not return. */
    public void hang(String part) {
        say("hang " + part);
    }

    /** Writes and syncs of such files fail: no space left. */
    public void fill(String part) {
        say("ENOSPC " + part);
    }

    /** Writes and syncs of such files fail: input/output error. */
    public void breakDown(String part) {
        say("EIO " + part);
    }

    private void say(String what) {
        try {
            Path fresh = Files.writeString(control.resolveSibling(control.getFileName() + ".new"), what + "\n");
            Files.move(fresh, control, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The disk works again. */
    public void heal() {
        try {
            Files.deleteIfExists(control);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
