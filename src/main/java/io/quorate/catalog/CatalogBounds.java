package io.quorate.catalog;

/** How much of each the catalog takes. What is beyond is refused before a command exists; {@link CatalogCodec} makes none of it. */
public final class CatalogBounds {
    /** Bytes of UTF-8 of the name of a node or service, and of the id of a service or check. */
    public static final int NAME = 1024;
    /** Checks of one registration. */
    public static final int CHECKS = 4096;
    /** Tags, and tagged addresses, of one service. */
    public static final int TAGS = 4096;

    private CatalogBounds() {}
}
