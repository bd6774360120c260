package io.quorate.membership;

import java.util.Arrays;
import java.util.UUID;

/**
 * A word that one member said to all of them. Gossip knows nothing of what it says.
 *
 * @param time the pool's Lamport time at which it was said; 1 or more
 * @param id chosen at random by whoever said it
 * @param body {@link #MAX_BODY} bytes at most; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record UserEvent(long time, UUID id, byte[] body) {
    /** Of all that an event says, so that others find room beside it in a datagram. Source: Consul's limit of a user event. */
    public static final int MAX_BODY = 512;

    @Override
    public boolean equals(Object other) {
        return other instanceof UserEvent event
                && time == event.time
                && id.equals(event.id)
                && Arrays.equals(body, event.body);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }
}
