package io.quorate.catalog;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The nodes that the catalog has at one moment, with what it holds of each one's gossip. */
public record Present(List<Entry> entries) {
    public Present {
        entries = List.copyOf(entries);
    }

    /**
     * @param gossip its {@code serfHealth} check; absent for a node registered from outside
     * @param consul its service {@code consul}; absent on a node that is no server
     */
    public record Entry(
            Node node, @Nullable Check gossip, @Nullable Service consul) {}

    Optional<Entry> find(String name) {
        return entries.stream()
                .filter(entry -> entry.node().name().equals(name))
                .findFirst();
    }
}
