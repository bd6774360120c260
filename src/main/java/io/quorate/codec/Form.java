package io.quorate.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

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

    /** One of a few values, each under a number of its own, 0 to 255, that is never used again for another. */
    static <E extends Enum<E>> Form<E> coded(E[] values, ToIntFunction<E> code) {
        return of((value, out) -> out.u8(code.applyAsInt(value)), in -> {
            int found = in.u8();
            for (E value : values) {
                if (code.applyAsInt(value) == found) {
                    return value;
                }
            }
            throw new MalformedException("unknown " + kind(values) + " " + found);
        });
    }

    private static <E extends Enum<E>> String kind(E[] values) {
        return values[0].getDeclaringClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /**
     * The same behind its version, one byte.
     *
     * @param kind what it is, for the line that refuses another version
     */
    default Form<T> version(int version, String kind) {
        return of((value, out) -> out.u8(version).value(value, this), in -> {
            int found = in.u8();
            if (found != version) {
                throw new OtherVersionException(kind, found, version);
            }
            return in.value(this);
        });
    }

    /** The same, of at most that many bytes in all: more are neither made nor taken. */
    default Form<T> within(int most) {
        Form<T> inner = this;
        return new Form<>() {
            @Override
            public void write(T value, Out out) {
                int before = out.length();
                inner.write(value, out);
                if (out.length() - before > most) {
                    throw new IllegalArgumentException((out.length() - before) + " bytes, at most " + most + " fit");
                }
            }

            @Override
            public T read(In in) throws MalformedException {
                int before = in.remaining();
                T value = inner.read(in);
                check(before - in.remaining());
                return value;
            }

            @Override
            public T of(byte[] bytes) throws MalformedException {
                check(bytes.length);
                return inner.of(bytes);
            }

            private void check(int length) throws MalformedException {
                if (length > most) {
                    throw new MalformedException(length + " bytes are too many, at most " + most + " are allowed");
                }
            }
        };
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
