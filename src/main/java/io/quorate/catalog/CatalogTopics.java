package io.quorate.catalog;

import io.quorate.store.Topic;

/** What readers of the catalog wait for. */
public final class CatalogTopics {
    /** Any node came, changed or went. */
    public static final Topic.Whole NODES = Topic.whole("catalog.nodes");

    /** Any service came, changed or went. */
    public static final Topic.Whole SERVICES = Topic.whole("catalog.services");

    /** Any check came, changed or went. */
    public static final Topic.Whole CHECKS = Topic.whole("catalog.checks");

    /** Keys are names of services. */
    static final String SERVICE = "catalog.service";
    /** Keys are names of nodes. */
    static final String NODE = "catalog.node";

    private CatalogTopics() {}

    /** Anything that an instance of this service shows changed: itself, its node, a check of either. */
    public static Topic service(String name) {
        return name.length() > CatalogBounds.NAME ? SERVICES : Topic.key(SERVICE, name);
    }

    /** Anything of that node changed: itself, a service, a check. */
    public static Topic node(String name) {
        return name.length() > CatalogBounds.NAME ? NODES : Topic.key(NODE, name);
    }
}
