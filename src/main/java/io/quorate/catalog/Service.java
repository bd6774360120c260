package io.quorate.catalog;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A service as a node offers it.
 *
 * @param id unique on its node
 * @param kind empty for an ordinary service; any other word is kept and not judged
 * @param tags in the order in which they were given
 * @param address empty: the node's
 * @param meta absent when registered without
 */
public record Service(
        String id,
        String name,
        String kind,
        List<String> tags,
        String address,
        SortedMap<String, Place> taggedAddresses,
        @Nullable SortedMap<String, String> meta,
        int port,
        Weights weights,
        boolean enableTagOverride) {
    /** Of the service that each server offers by itself. */
    public static final String CONSUL = "consul";

    public Service {
        tags = List.copyOf(tags);
    }

    /** Where it is reached under one of its tagged addresses. */
    public record Place(String address, int port) {}

    /** How much of the load it takes while its checks pass, and while one of them warns. */
    public record Weights(int passing, int warning) {
        public static final Weights EVEN = new Weights(1, 1);
    }
}
