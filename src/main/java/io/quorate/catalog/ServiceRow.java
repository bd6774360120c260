package io.quorate.catalog;

import io.quorate.codec.Form;

/** A service in the catalog. */
public record ServiceRow(String node, Service service, Stamp stamp) {
    public static final Form<ServiceRow> FORM = CatalogForms.SERVICE_ROW;
}
