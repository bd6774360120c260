package io.quorate.catalog;

import io.quorate.codec.Form;
import java.util.List;

/**
 * A check in the catalog.
 *
 * @param serviceName of the service that it is a check of, as that was called when the check last changed; empty for a node's
 * @param serviceTags the same; they follow the service only when the check is registered again, as with Consul
 */
public record CheckRow(String node, Check check, String serviceName, List<String> serviceTags, Stamp stamp) {
    public static final Form<CheckRow> FORM = CatalogForms.CHECK_ROW;

    public CheckRow {
        serviceTags = List.copyOf(serviceTags);
    }

    /** Whether it says the same, whenever it did. */
    boolean says(CheckRow other) {
        return node.equals(other.node)
                && check.equals(other.check)
                && serviceName.equals(other.serviceName)
                && serviceTags.equals(other.serviceTags);
    }
}
