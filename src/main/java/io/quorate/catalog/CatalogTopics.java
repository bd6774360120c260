package io.quorate.catalog;

/** What readers of the catalog wait for. */
public final class CatalogTopics {
    /** Any node came, changed or went. */
    public static final String NODES = "catalog.nodes";

    /** Any check came, changed or went. */
    public static final String CHECKS = "catalog.checks";

    private CatalogTopics() {}
}
