package io.quorate.membership.swim;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import java.util.Arrays;

/** Fields of a record that a newer version may have added: carried on unread. Immutable. */
public final class Extras {
    public static final int MAX_BYTES = 256;
    public static final Extras NONE = new Extras(new byte[0]);

    /** To the end of the bytes that they stand in. */
    static final Form<Extras> FORM = Form.of((extras, out) -> out.raw(extras.encoded), Extras::read);

    private final byte[] encoded;

    private Extras(byte[] encoded) {
        this.encoded = encoded;
    }

    private static Extras read(In in) throws MalformedException {
        if (in.remaining() > MAX_BYTES) {
            throw new MalformedException(
                    in.remaining() + " bytes of later fields, at most " + MAX_BYTES + " are allowed");
        }
        byte[] encoded = in.raw(in.remaining());
        In fields = new In(encoded);
        while (fields.remaining() > 0) {
            fields.u16();
            fields.part(MAX_BYTES);
        }
        return of(encoded);
    }

    /** @param encoded number of a field in two bytes, and its bytes behind their count, any number of times */
    public static Extras of(byte[] encoded) {
        return encoded.length == 0 ? NONE : new Extras(encoded.clone());
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
