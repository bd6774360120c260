package io.quorate.cli;

import tools.jackson.databind.JsonNode;

/** Cells from JSON. */
final class Texts {
    private Texts() {}

    /** Empty for what is absent or null. */
    static String of(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isMissingNode() || value.isNull() ? "" : value.asString();
    }

    /** {@code yes}, {@code no}, or empty for what is not known. */
    static String yesNo(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isBoolean() ? (value.booleanValue() ? "yes" : "no") : "";
    }
}
