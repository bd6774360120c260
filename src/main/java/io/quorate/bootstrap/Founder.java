package io.quorate.bootstrap;

import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;

/**
 * One of the servers that a charter names.
 *
 * @param id decides; a server that lost its data has another and is not this founder any more
 * @param name for people
 */
public record Founder(ServerId id, NodeName name) implements Comparable<Founder> {
    @Override
    public int compareTo(Founder other) {
        return id.compareTo(other.id);
    }
}
