package io.quorate.kv;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys from one (inclusive) to another (exclusive), in the order of their bytes.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, only bound to a statement
record KvRange(byte[] from, byte[] to) {
    /** Above every key: no text in UTF-8 has such a byte. */
    private static final byte[] END = {(byte) 0xff};

    /** Every key that begins so. */
    static KvRange under(String prefix) {
        return new KvRange(bytes(prefix), end(prefix));
    }

    /** What is left of it behind that key. */
    KvRange after(String key) {
        byte[] utf8 = bytes(key);
        // With a zero byte behind it, it is the next one in order.
        return startingAt(Arrays.copyOf(utf8, utf8.length + 1));
    }

    /** What is left of it behind every key that begins so. */
    KvRange behind(String prefix) {
        return startingAt(end(prefix));
    }

    private KvRange startingAt(byte[] start) {
        return Arrays.compareUnsigned(start, from) > 0 ? new KvRange(start, to) : this;
    }

    boolean isEmpty() {
        return Arrays.compareUnsigned(from, to) >= 0;
    }

    /** The last byte of a text in UTF-8 is below 0xf8, so that there is one above it. */
    private static byte[] end(String prefix) {
        if (prefix.isEmpty()) {
            return END;
        }
        byte[] utf8 = bytes(prefix);
        utf8[utf8.length - 1]++;
        return utf8;
    }

    static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
