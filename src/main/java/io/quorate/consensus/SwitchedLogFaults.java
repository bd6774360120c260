package io.quorate.consensus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faults of the log that a file switches on and off: {@code stall}, {@code error}, {@code full}, or {@code torn 3} for three entries
 * lost at the next opening. No file: no fault. It is a system property and not a setting, so that no flag, no file and no variable of
 * {@code QUORATE_*} can switch it on by mistake; an agent that has it warns at its start.
 */
final class SwitchedLogFaults implements LogFaults {
    static final String PROPERTY = "io.quorate.test.log-faults";

    private static final Logger LOG = LoggerFactory.getLogger(SwitchedLogFaults.class);
    private static final int STEP_MS = 20;
    private static final String TORN = "torn ";

    private final Path file;

    SwitchedLogFaults(Path file) {
        this.file = file;
    }

    static LogFaults ofProcess() {
        String file = System.getProperty(PROPERTY, "");
        if (file.isEmpty()) {
            return NONE;
        }
        LOG.atWarn()
                .addKeyValue("property", PROPERTY)
                .addKeyValue("file", file)
                .log("this agent's raft log fails on demand: that is for tests only, remove the property");
        return new SwitchedLogFaults(Path.of(file));
    }

    @Override
    public void beforeWrite(Path log) throws IOException {
        String wanted = wanted();
        while (wanted.equals("stall")) {
            pause();
            wanted = wanted();
        }
        if (wanted.equals("error")) {
            throw new IOException("Input/output error");
        } else if (wanted.equals("full")) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void beforeSnapshot(Path archive) throws IOException {
        beforeWrite(archive);
    }

    @Override
    public int lostAtOpening(Path log) {
        String wanted = wanted();
        return wanted.startsWith(TORN) ? Integer.parseInt(wanted.substring(TORN.length())) : 0;
    }

    private String wanted() {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** An interrupt does not end a write that hangs. */
    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(STEP_MS));
        if (Thread.interrupted()) {
            LOG.atDebug().log("a write that hangs is not interrupted");
        }
    }
}
