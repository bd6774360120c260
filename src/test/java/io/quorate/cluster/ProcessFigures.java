package io.quorate.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of a process. */
final class ProcessFigures {
    /** Of {@code /proc}: 100 a second on every Linux that Java runs on. */
    static final long TICKS_PER_SECOND = 100;

    private ProcessFigures() {}

    /** Processor time used so far, by the process itself and its kernel work. */
    static long cpuTicks(long pid) {
        String stat = read(Path.of("/proc", Long.toString(pid), "stat"));
        // The name may hold spaces; the fields after it do not.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    static long residentMb(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "status"))
                        .lines()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElse(0)
                / 1024;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
