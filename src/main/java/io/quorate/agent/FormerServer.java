package io.quorate.agent;

import io.quorate.bootstrap.ServerData;
import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client that finds a server's data in its folder: it goes on only when it was told that this server is given up. */
final class FormerServer {
    private static final Logger LOG = LoggerFactory.getLogger(FormerServer.class);

    private FormerServer() {}

    /** @throws StartException when there is a server's data and nobody said to forget it, or it cannot be moved */
    static void giveUp(Path folder, boolean forget) {
        Optional<String> server = ServerData.in(folder);
        if (server.isEmpty()) {
            return;
        }
        if (!forget) {
            throw new StartException("data_dir: " + folder + " holds the data of " + server.get()
                    + ". As a client this agent gives up that server's vote and its copy of the data: start it with -server to go on"
                    + " as that server, with -forget-server to give it up for good, or with an empty data directory");
        }
        try {
            Path aside = ServerData.putAside(folder);
            LOG.atWarn()
                    .addKeyValue("server", server.get())
                    .addKeyValue("folder", aside)
                    .addKeyValue("next", "start another server in its place, or run quorate remove-peer with its id")
                    .log("the data of a server was moved aside: it never votes again");
        } catch (IOException e) {
            throw new StartException(
                    "data_dir: the server's data in " + folder + " cannot be moved aside: " + Plain.reason(e), e);
        }
    }
}
