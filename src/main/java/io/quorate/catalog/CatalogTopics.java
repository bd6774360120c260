package io.quorate.catalog;

import io.quorate.store.Topic;

/** What readers of the catalog wait for. */
public final class CatalogTopics {
    /** Any node came, changed or went. */
    public static final Topic.Whole NODES = Topic.whole("catalog.nodes");

    /** Any check came, changed or went. */
    public static final Topic.Whole CHECKS = Topic.whole("catalog.checks");

    private CatalogTopics() {}
}
