package io.quorate.consensus;

import io.quorate.consensus.jraft.RaftFiles;
import io.quorate.consensus.jraft.RaftLibrary;
import io.quorate.consensus.jraft.RaftServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Where wiring gets its {@link Consensus}. */
public final class JraftConsensus {
    /** Name of the raft directory in a server's data directory. */
    public static final String FOLDER = RaftFiles.FOLDER;
    /** Beginning of the names under which raft directories are put aside there. */
    public static final String LOST = RaftFiles.LOST;

    private JraftConsensus() {}

    /**
     * Loads the native library of the raft log, once for the process, so that an agent that cannot have it is refused at its start and not
     * when its cluster is founded.
     *
     * @param libraries a folder for what must be unpacked; made where it is needed
     * @throws IOException with one sentence that says what to do
     */
    public static void prepareProcess(Path libraries) throws IOException {
        RaftLibrary.load(libraries);
    }

    /** @param file in the data directory, from there on */
    public static RaftPart part(Path file) {
        return RaftFiles.part(file);
    }

    /**
     * When the newest snapshot in that data directory was written; empty without one.
     *
     * @throws IOException when the disk fails
     */
    public static Optional<Instant> newestSnapshot(Path data) throws IOException {
        return RaftFiles.newestSnapshot(data);
    }

    /** A consensus without a group; {@link Consensus#close()} ends its threads. Call once per server port. */
    public static Consensus create(ConsensusSettings settings) {
        return new RaftServer(settings);
    }
}
