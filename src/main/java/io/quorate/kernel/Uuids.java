package io.quorate.kernel;

import java.util.UUID;

/** Reads UUIDs strictly: {@link UUID#fromString} takes shortened ones, which would compare unequal elsewhere. */
final class Uuids {
    private static final int LENGTH = 36;

    private Uuids() {}

    static UUID parse(String field, String text) {
        try {
            UUID parsed = UUID.fromString(text);
            if (text.length() == LENGTH) {
                return parsed;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + " is not a UUID: \"" + text + "\"", e);
        }
        throw new IllegalArgumentException(field + " is not a UUID of 36 characters: \"" + text + "\"");
    }
}
