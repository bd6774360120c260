package io.quorate.bootstrap;

import io.quorate.bootstrap.driver.StoredServer;
import io.quorate.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What a data directory holds of a server: for an agent that is started on it as a client. Blocks; for one thread. */
public final class ServerData {
    private ServerData() {}

    /** Whose it is, in words; empty when the folder has nothing of a server. */
    public static Optional<String> in(Path folder) {
        return new StoredServer(Disk.real(), folder).description();
    }

    /**
     * Gives the server up: its record and its raft data are moved aside, and no agent ever speaks under its id again.
     *
     * @return where they are now
     */
    public static Path putAside(Path folder) throws IOException {
        return new StoredServer(Disk.real(), folder).putAside();
    }
}
