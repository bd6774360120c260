package io.quorate.consensus.jraft;

import io.quorate.consensus.LogFaults;
import java.nio.file.Path;

/** Up to where a log was cut. */
public final class FirstEntry {
    private FirstEntry() {}

    /** The first entry that the log of a folder holds, on which no node runs. */
    public static long of(Path folder) {
        try (RaftStorage.Stored stored = RaftStorage.open(folder, LogFaults.NONE)) {
            long index = 1;
            // The entry of the snapshot may be in the log or not: its term is known in any case.
            while (index == stored.snapshotIndex() || stored.termAt(index) < 0) {
                index++;
            }
            return index;
        }
    }
}
