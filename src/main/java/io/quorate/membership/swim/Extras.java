package io.quorate.membership.swim;

import java.util.Arrays;

/** Fields of a record that a newer version may have added: carried on unread. Immutable. */
public final class Extras {
    public static final int MAX_BYTES = 256;
    public static final Extras NONE = new Extras(new byte[0]);

    private final byte[] encoded;

    private Extras(byte[] encoded) {
        this.encoded = encoded;
    }

    /** @param encoded {@code fieldId(2) length(2) bytes}, any number of times; checked by the decoder */
    public static Extras of(byte[] encoded) {
        return encoded.length == 0 ? NONE : new Extras(encoded.clone());
    }

    int size() {
        return encoded.length;
    }

    byte[] bytes() {
        return encoded.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Extras that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }
}
