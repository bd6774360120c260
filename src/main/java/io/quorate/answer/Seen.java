package io.quorate.answer;

import io.quorate.store.Topic;
import java.util.Set;

/**
 * What a read found.
 *
 * @param topics what the value depends on: as long as none of them changes, the same question has the same answer; 256 at most
 * @param weight about how many bytes the value takes in memory
 * @param changed when any of the topics changed last
 */
public record Seen<A>(A value, Set<Topic> topics, int weight, Changed changed) {
    public Seen {
        topics = Set.copyOf(topics);
    }

    /** Of which the store is asked when they changed. */
    public Seen(A value, Set<Topic> topics, int weight) {
        this(value, topics, weight, Changed.LOOKED_UP);
    }
}
