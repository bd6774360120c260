package io.quorate.event;

import io.quorate.codec.Form;
import io.quorate.codec.MalformedException;
import io.quorate.membership.UserEvent;
import java.util.Optional;
import java.util.UUID;

/**
 * An event as an agent keeps it.
 *
 * @param time Lamport time of the pool; 0 in the answer to who fired it
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/event">Consul's event API</a>
 */
public record Event(UUID id, long time, Firing said) {
    /** As it travels in gossip: behind its version. */
    private static final int VERSION = 1;

    private static final Form<Firing> BODY = Firing.FORM.version(VERSION, "an event");

    /** What of it gossip carries; more than {@link UserEvent#MAX_BODY} bytes do not fit. */
    static byte[] body(Firing said) {
        return BODY.bytes(said);
    }

    /** Empty for what another version said in a way that this one does not know. */
    static Optional<Event> of(UserEvent heard) {
        try {
            return Optional.of(new Event(heard.id(), heard.time(), BODY.of(heard.body())));
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }
}
