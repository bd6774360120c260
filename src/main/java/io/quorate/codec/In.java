package io.quorate.codec;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Incarnation;
import io.quorate.kernel.Plain;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a record out of bytes that anybody may have made: every length is held against what is left, and against its
 * bound, before memory is taken, and one value has one form only. Not safe for several threads.
 */
public final class In {
    private static final int SEVEN_BITS = 0x7f;
    private static final int MORE = 0x80;
    /** Five bytes hold 35 bits; the last may only have the upper four of an int. */
    private static final int LAST_SHIFT = 28;

    private static final int LAST_BITS = 0x07;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private final ByteBuffer buffer;

    public In(byte[] bytes) {
        this(ByteBuffer.wrap(bytes));
    }

    /** @param buffer read from its position to its limit, which stay as they are */
    public In(ByteBuffer buffer) {
        this.buffer = buffer.slice();
    }

    public int remaining() {
        return buffer.remaining();
    }

    public int u8() throws MalformedException {
        need(1);
        return buffer.get() & 0xff;
    }

    public int u16() throws MalformedException {
        need(Short.BYTES);
        return buffer.getShort() & 0xffff;
    }

    public int i32() throws MalformedException {
        need(Integer.BYTES);
        return buffer.getInt();
    }

    public long i64() throws MalformedException {
        need(Long.BYTES);
        return buffer.getLong();
    }

    /** 0 to {@link Bounds#COUNTER}. */
    public long counter() throws MalformedException {
        long value = i64();
        if (value < 0 || value > Bounds.COUNTER) {
            throw new MalformedException("a counter of " + value);
        }
        return value;
    }

    public boolean flag() throws MalformedException {
        int value = u8();
        if (value > 1) {
            throw new MalformedException("neither yes nor no: " + value);
        }
        return value == 1;
    }

    /** A length or a number of items; each item has at least one byte, so that no more can be meant than bytes are left. */
    public int count(int most) throws MalformedException {
        int value = 0;
        int shift = 0;
        while (true) {
            int next = u8();
            if (shift == LAST_SHIFT && next > LAST_BITS) {
                throw new MalformedException("a count that is too large");
            }
            value |= (next & SEVEN_BITS) << shift;
            if ((next & MORE) == 0) {
                if (next == 0 && shift > 0) {
                    throw new MalformedException("a count that is longer than it need be");
                }
                break;
            }
            shift += 7;
        }
        if (value > most) {
            throw new MalformedException(value + " items, at most " + most + " are allowed");
        }
        return value;
    }

    public byte[] raw(int length) throws MalformedException {
        need(length);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    public byte[] blob(int most) throws MalformedException {
        return raw(count(most));
    }

    /** What {@link Out#part} wrote, as bytes of its own: they are read without the rest, and the rest without them. */
    public In part(int most) throws MalformedException {
        int length = count(most);
        need(length);
        In part = new In(buffer.slice(buffer.position(), length));
        buffer.position(buffer.position() + length);
        return part;
    }

    /** Exactly one such record, as {@link Out#part} wrote it. */
    public <T> T part(Form<T> form, int most) throws MalformedException {
        In part = part(most);
        T value = part.value(form);
        part.end();
        return value;
    }

    public String text() throws MalformedException {
        return text(Bounds.TEXT);
    }

    /** @param most bytes of UTF-8 */
    public String text(int most) throws MalformedException {
        int length = count(most);
        need(length);
        ByteBuffer utf8 = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("a text that is not UTF-8");
        }
    }

    public UUID uuid() throws MalformedException {
        return new UUID(i64(), i64());
    }

    public Endpoint endpoint() throws MalformedException {
        int length = u8();
        if (length != IPV4_BYTES && length != IPV6_BYTES) {
            throw new MalformedException("an address of " + length + " bytes");
        }
        byte[] address = raw(length);
        int port = u16();
        try {
            return new Endpoint(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new MalformedException("an endpoint that makes no sense: " + Plain.reason(e));
        }
    }

    public ClusterRef cluster() throws MalformedException {
        UUID id = uuid();
        int number = i32();
        UUID nonce = uuid();
        if (number < 1) {
            throw new MalformedException("cluster incarnation " + number);
        }
        return new ClusterRef(new ClusterId(id), new Incarnation(number, nonce));
    }

    /** What the form reads; a value that its type refuses is malformed as well. */
    public <T> T value(Form<T> form) throws MalformedException {
        return whole(form);
    }

    <T> T whole(Form<T> form) throws MalformedException {
        try {
            return form.read(this);
        } catch (IllegalArgumentException e) {
            throw new MalformedException("a value that makes no sense: " + Plain.reason(e));
        }
    }

    public <T> @Nullable T optional(Form.Reading<T> reading) throws MalformedException {
        return flag() ? reading.read(this) : null;
    }

    public <T> @Nullable T optional(Form<T> form) throws MalformedException {
        return flag() ? value(form) : null;
    }

    /** Its keys ascend, so that one map has one form. */
    public SortedMap<String, String> map() throws MalformedException {
        int count = count(Bounds.PAIRS);
        TreeMap<String, String> map = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String key = text();
            if (!map.isEmpty() && map.lastKey().compareTo(key) >= 0) {
                throw new MalformedException("a map whose keys do not ascend");
            }
            map.put(key, text());
        }
        return Collections.unmodifiableSortedMap(map);
    }

    /** @throws MalformedException when something is left: a reader that skips it would understand less than the writer said */
    public void end() throws MalformedException {
        if (buffer.hasRemaining()) {
            throw new MalformedException(buffer.remaining() + " bytes too many");
        }
    }

    private void need(int bytes) throws MalformedException {
        if (buffer.remaining() < bytes) {
            throw new MalformedException("cut off");
        }
    }
}
