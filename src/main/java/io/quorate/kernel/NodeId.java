package io.quorate.kernel;

import java.util.UUID;

/** Names an agent in gossip and catalog. On a server it equals the {@link ServerId} unless the operator gave another. */
public record NodeId(UUID value) {
    /** @throws IllegalArgumentException when the text is no UUID of 36 characters */
    public static NodeId of(String text) {
        return new NodeId(Uuids.parse("node id", text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
