package io.quorate.agent;

import io.quorate.agent.settings.SettingsException;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Chance;
import io.quorate.runtime.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The id of this agent's node: given, else a server's own, else made once and kept in the data directory. */
final class NodeIdentity {
    private static final String FILE = "node-id";
    private static final int MAX_BYTES = 64;

    private NodeIdentity() {}

    /**
     * @param server id of the server that this agent is; absent on a client
     * @throws SettingsException when the file cannot be read or written
     */
    static NodeId of(Path folder, @Nullable NodeId given, Optional<NodeId> server) {
        if (given != null) {
            return given;
        }
        if (server.isPresent()) {
            // Nothing is kept: a server whose disk is lost gets another id, and its node with it.
            return server.get();
        }
        DurableFile file = new DurableFile(folder.resolve(FILE), MAX_BYTES);
        try {
            Optional<byte[]> kept = file.read();
            if (kept.isPresent()) {
                return NodeId.of(new String(kept.get(), StandardCharsets.US_ASCII).strip());
            }
            NodeId made = new NodeId(Chance.uuid(Chance.secure()));
            file.write((made + "\n").getBytes(StandardCharsets.US_ASCII));
            return made;
        } catch (IOException | IllegalArgumentException e) {
            throw new SettingsException(
                    "data_dir: " + file.path() + " cannot be used: " + Plain.reasonBeside(file.path(), e));
        }
    }
}
