package io.quorate.codec;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of a record, one behind the other, into memory. Numbers are big-endian; lengths and counts take one byte for each
 * seven of their bits, the lowest first. What {@link In} would refuse is refused here, before anything is stored or sent. Not safe for
 * several threads.
 */
public final class Out {
    private static final int FIRST = 128;
    private static final int SEVEN_BITS = 0x7f;
    private static final int MORE = 0x80;

    private byte[] bytes = new byte[FIRST];
    private int length;

    /** @param value 0 to 255 */
    public Out u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** @param value 0 to 65535 */
    public Out u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    public Out i32(int value) {
        return u16(value >>> 16).u16(value);
    }

    public Out i64(long value) {
        return i32((int) (value >>> 32)).i32((int) value);
    }

    public Out flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** @throws IllegalArgumentException when there are more than that */
    public Out count(int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(value + " items, at most " + most + " fit");
        }
        int rest = value;
        while (rest > SEVEN_BITS) {
            u8((rest & SEVEN_BITS) | MORE);
            rest >>>= 7;
        }
        return u8(rest);
    }

    /** Bytes that such a count takes. */
    public static int bytesOfCount(int value) {
        return value == 0 ? 1 : (Integer.SIZE - Integer.numberOfLeadingZeros(value) + 6) / 7;
    }

    /**
     * A record behind its length: a reader that does not know its kind, or all of its fields, can go past it.
     *
     * @throws IllegalArgumentException when it has more bytes than that
     */
    public <T> Out part(T value, Form<T> form, int most) {
        return blob(form.bytes(value), most);
    }

    /** Bytes whose number the reader knows. */
    public Out raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** @throws IllegalArgumentException when there are more than that */
    public Out blob(byte[] value, int most) {
        if (value.length > most) {
            throw new IllegalArgumentException(value.length + " bytes, at most " + most + " fit");
        }
        return count(value.length, most).raw(value);
    }

    /** @throws IllegalArgumentException when it has more than {@link Bounds#TEXT} bytes */
    public Out text(String value) {
        return text(value, Bounds.TEXT);
    }

    /** @throws IllegalArgumentException when it has more bytes of UTF-8 than that */
    public Out text(String value, int most) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > most) {
            throw new IllegalArgumentException("text of " + utf8.length + " bytes, at most " + most + " fit");
        }
        return count(utf8.length, most).raw(utf8);
    }

    public Out uuid(UUID value) {
        return i64(value.getMostSignificantBits()).i64(value.getLeastSignificantBits());
    }

    public Out endpoint(Endpoint value) {
        byte[] address = value.address().getAddress();
        return u8(address.length).raw(address).u16(value.port());
    }

    public Out cluster(ClusterRef value) {
        return uuid(value.id().value())
                .i32(value.incarnation().number())
                .uuid(value.incarnation().nonce());
    }

    public <T> Out value(T value, Form<T> form) {
        form.write(value, this);
        return this;
    }

    /** A value that may be absent. */
    public <T> Out optional(@Nullable T value, BiConsumer<Out, T> writing) {
        flag(value != null);
        if (value != null) {
            writing.accept(this, value);
        }
        return this;
    }

    public <T> Out optional(@Nullable T value, Form<T> form) {
        return optional(value, (out, present) -> out.value(present, form));
    }

    /** In the order of the keys. @throws IllegalArgumentException beyond {@link Bounds#PAIRS} */
    public Out map(SortedMap<String, String> map) {
        count(map.size(), Bounds.PAIRS);
        map.forEach((key, value) -> text(key).text(value));
        return this;
    }

    /** So far. */
    public int length() {
        return length;
    }

    public byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
