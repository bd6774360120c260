package io.quorate.kv;

import java.util.Arrays;

/** What stands behind a key: any bytes. Compared by content. Whoever hands them in or is given them does not change them: they are not copied. */
public final class Value {
    /** Consul's {@code kv_max_value_size}, as it is by default. */
    public static final int MAX_BYTES = 512 * 1024;

    private final byte[] bytes;

    /** @throws IllegalArgumentException for more than {@link #MAX_BYTES} */
    public Value(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("a value of " + bytes.length + " bytes, at most " + MAX_BYTES + " fit");
        }
        this.bytes = bytes;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Value value && Arrays.equals(bytes, value.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Never what it holds: values are no matter of logs. */
    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
