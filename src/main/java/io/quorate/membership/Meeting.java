package io.quorate.membership;

import java.time.Instant;

/**
 * What a join met at one address.
 *
 * @param address as {@code host:port}; as it was given where that came to no address
 * @param asked whether this agent asked there; false: the one at that address asked here, and was refused
 * @param text in words; where one of the two must change, it names the values of both
 * @param at by this agent's wall clock: for people
 */
public record Meeting(String address, boolean asked, Outcome outcome, String text, Instant at) {
    /** What it was, from what says most about the cause to what says least. Stable words: more may be added, none renamed. */
    public enum Outcome {
        WRONG_DATACENTER,
        OTHER_CLUSTER,
        /** The other has this agent's node id under another name. */
        NODE_ID_TAKEN,
        /** Gossip of another pool, or of a version that has none in common with this one's. */
        INCOMPATIBLE,
        /** The answer is sealed under a key that is not known here, or not sealed where it must be, or the other way round. */
        OTHER_KEY,
        /** Somebody answers, and not in gossip's language. */
        NOT_GOSSIP,
        /** Closed without a word: another key, or no gossip. */
        HUNG_UP,
        /** The name, file or platform that was to give addresses gave none. */
        NOT_FOUND,
        /** The machine is there, nobody listens at that port. */
        REFUSED,
        /** Neither a connection nor a refusal, or a connection and no answer. */
        SILENT,
        /** This machine has no way there, or the connection broke. */
        UNREACHABLE,
        /** Never tried: too much was under way. */
        BUSY,
        JOINED
    }

    public boolean isFailure() {
        return outcome != Outcome.JOINED;
    }
}
