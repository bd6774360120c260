package io.quorate.codec;

import java.util.ArrayList;
import java.util.List;

/**
 * How one kind of record is laid out: written by {@link #write}, and read back by {@link #read} in exactly the same order. Fields are
 * only ever appended, and only together with a new version or level that tells a reader whether they are there. Immutable.
 */
public interface Form<T> {
    void write(T value, Out out);

    /** @throws MalformedException when the bytes are anything else */
    T read(In in) throws MalformedException;

    static <T> Form<T> of(Writing<T> writing, Reading<T> reading) {
        return new Form<>() {
            @Override
            public void write(T value, Out out) {
                writing.write(value, out);
            }

            @Override
            public T read(In in) throws MalformedException {
                return reading.read(in);
            }
        };
    }

    /** A record without a field. */
    static <T> Form<T> empty(T only) {
        return of((value, out) -> {}, in -> only);
    }

    /** At most that many of them, in their order. */
    default Form<List<T>> listOf(int most) {
        return of(
                (values, out) -> {
                    out.count(values.size(), most);
                    values.forEach(value -> write(value, out));
                },
                in -> {
                    int count = in.count(most);
                    List<T> values = new ArrayList<>(Math.min(count, in.remaining()));
                    for (int i = 0; i < count; i++) {
                        values.add(read(in));
                    }
                    return List.copyOf(values);
                });
    }

    /** @throws IllegalArgumentException when a part is larger than its reader would take */
    default byte[] bytes(T value) {
        Out out = new Out();
        write(value, out);
        return out.bytes();
    }

    /** @throws MalformedException when the bytes are anything but exactly one such record */
    default T of(byte[] bytes) throws MalformedException {
        In in = new In(bytes);
        T value = in.whole(this);
        in.end();
        return value;
    }

    /** Writes the fields of one record. */
    @FunctionalInterface
    interface Writing<T> {
        void write(T value, Out out);
    }

    /** Reads the fields of one record. */
    @FunctionalInterface
    interface Reading<T> {
        T read(In in) throws MalformedException;
    }
}
