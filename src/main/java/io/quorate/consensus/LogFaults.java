package io.quorate.consensus;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What goes wrong with the disk under the raft log, for tests: a write that hangs, fails, or finds no space, a log that lost its
 * end, and a snapshot that cannot be written. Nothing but a test gives one: {@link #ofProcess()} says how a test reaches a process of its own.
 */
public interface LogFaults {
    /** A log without faults. */
    LogFaults NONE = new LogFaults() {
        @Override
        public void beforeWrite(Path log) {
            // It is written.
        }

        @Override
        public int lostAtOpening(Path log) {
            return 0;
        }

        @Override
        public void beforeSnapshot(Path archive) {
            // It is written.
        }
    };

    /**
     * Before each write to the log; may wait as long as it likes.
     *
     * @throws IOException when the write is to fail, with what the system is to have said
     */
    void beforeWrite(Path log) throws IOException;

    /** How many of its newest entries the log has lost; asked once each time it is opened. */
    int lostAtOpening(Path log);

    /**
     * Before the file of a snapshot is written.
     *
     * @throws IOException when that is to fail, with what the system is to have said
     */
    void beforeSnapshot(Path archive) throws IOException;

    /**
     * The faults that a test of real processes asks for with the system property {@code io.quorate.test.log-faults}, whose value is
     * the file that switches them: see {@link SwitchedLogFaults}. Without the property, as anywhere outside a test, there are none.
     */
    static LogFaults ofProcess() {
        return SwitchedLogFaults.ofProcess();
    }
}
