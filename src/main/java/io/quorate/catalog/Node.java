package io.quorate.catalog;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A node as it is registered.
 *
 * @param id empty for a node registered from outside without one; else a UUID in lower case
 * @param taggedAddresses absent when registered without
 * @param meta absent when registered without
 */
public record Node(
        String name,
        String id,
        String address,
        @Nullable SortedMap<String, String> taggedAddresses,
        @Nullable SortedMap<String, String> meta) {}
