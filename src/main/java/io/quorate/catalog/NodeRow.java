package io.quorate.catalog;

import io.quorate.codec.Form;

/** A node in the catalog. */
public record NodeRow(Node node, Stamp stamp) {
    public static final Form<NodeRow> FORM = CatalogForms.NODE_ROW;
}
