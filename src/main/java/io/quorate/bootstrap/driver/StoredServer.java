package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The server that a data directory belongs to, looked at while no agent runs on it as that server. Blocks; for one thread. */
public final class StoredServer {
    private final Disk disk;
    private final Path folder;
    private final RaftFolder raft;

    public StoredServer(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        raft = new RaftFolder(disk, folder);
    }

    /** Who it is, in words; empty when the folder has nothing of a server. */
    public Optional<String> description() {
        boolean record = disk.exists(folder.resolve(RecordFile.NAME));
        if (!record) {
            return disk.exists(raft.path()) ? Optional.of("a server whose record is missing") : Optional.empty();
        }
        try {
            return new RecordFile(disk, folder).read().map(StoredServer::describe);
        } catch (FoundingException e) {
            return Optional.of("a server whose record cannot be read");
        }
    }

    private static String describe(FoundingRecord record) {
        String who = "server " + record.name() + " (id " + record.id() + ")";
        Standing standing = record.standing();
        if (standing instanceof Standing.Member member) {
            return who + ", a member of cluster " + member.cluster().id();
        }
        return standing.charter() == null
                ? who + ", which belongs to no cluster"
                : who + ", which pledged to found cluster " + standing.charter().id();
    }

    /**
     * Moves record and raft data out of the way, where a person finds them: the server is gone for good, as if its disk were lost.
     *
     * @return where they are now
     */
    public Path putAside() throws IOException {
        return raft.putAside(folder.resolve(RecordFile.NAME));
    }
}
