package io.quorate.event;

import io.quorate.codec.Form;
import io.quorate.membership.UserEvent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is said to all agents.
 *
 * @param payload absent when there is none; not to be changed
 * @param nodes regular expression that the name of an agent's node must match; empty: any
 * @param services regular expression that the name of one of an agent's own services must match; empty: any
 * @param tags regular expression that a tag of such a service must match; empty: any
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record Firing(String name, byte @Nullable [] payload, String nodes, String services, String tags) {
    private static final int MAX_TEXT = UserEvent.MAX_BODY;

    static final Form<Firing> FORM = Form.of(
            (said, out) -> out.text(said.name, MAX_TEXT)
                    .optional(said.payload, (into, bytes) -> into.blob(bytes, MAX_TEXT))
                    .text(said.nodes, MAX_TEXT)
                    .text(said.services, MAX_TEXT)
                    .text(said.tags, MAX_TEXT),
            in -> new Firing(
                    in.text(MAX_TEXT),
                    in.optional(from -> from.blob(MAX_TEXT)),
                    in.text(MAX_TEXT),
                    in.text(MAX_TEXT),
                    in.text(MAX_TEXT)));

    /** Whether all of it fits into a word of gossip. */
    public boolean fits() {
        long least = (long) name.length() + nodes.length() + services.length() + tags.length();
        return least <= MAX_TEXT
                && (payload == null || payload.length <= MAX_TEXT)
                && Event.body(this).length <= MAX_TEXT;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Firing firing
                && name.equals(firing.name)
                && Arrays.equals(payload, firing.payload)
                && nodes.equals(firing.nodes)
                && services.equals(firing.services)
                && tags.equals(firing.tags);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
