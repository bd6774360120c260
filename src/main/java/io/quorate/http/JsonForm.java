package io.quorate.http;

import java.io.ByteArrayOutputStream;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/**
 * How one kind of answer reads in JSON. A constant of its route: what it once made of an answer is kept with the answer and goes out
 * again as it is.
 */
public final class JsonForm<A> implements Function<A, byte[]> {
    private static final int USUAL_BYTES = 512;

    private final Writing<A> writing;

    public JsonForm(Writing<A> writing) {
        this.writing = writing;
    }

    /** Writes one value. */
    @FunctionalInterface
    public interface Writing<A> {
        void write(A value, JsonGenerator json);
    }

    JsonBody body(A value) {
        return json -> writing.write(value, json);
    }

    /** On one line. */
    @Override
    public byte[] apply(A value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
        Json.write(body(value), false, out);
        return out.toByteArray();
    }
}
