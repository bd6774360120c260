package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.List;

/**
 * What a member of a cluster says of it and of the server that asks: its own word, from what its own log has committed, on a
 * connection that the asking server opened.
 *
 * @param voters of the configuration that it follows, sorted
 * @param leader whether it knows a leader now
 * @param place of the server that asks
 */
public record Testimony(ServerId by, ClusterRef cluster, List<ServerId> voters, boolean leader, Place place) {
    public Testimony {
        voters = voters.stream().sorted().toList();
    }

    /** Where the server that asks stands in the cluster. */
    public enum Place {
        /** In no list. */
        NONE,
        LEARNER,
        VOTER,
        /** Its id was replaced, and is refused for ever. */
        EXPELLED
    }
}
