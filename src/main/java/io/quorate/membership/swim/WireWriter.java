package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes big endian values into a growing array. */
final class WireWriter {
    private static final int MAX_TEXT = 0xffff;

    private byte[] bytes;
    private int length;

    WireWriter(int capacity) {
        bytes = new byte[capacity];
    }

    WireWriter u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    WireWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    WireWriter u32(int value) {
        return u16(value >>> 16).u16(value);
    }

    WireWriter u64(long value) {
        return u32((int) (value >>> 32)).u32((int) value);
    }

    WireWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    WireWriter raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    WireWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > MAX_TEXT) {
            throw new IllegalArgumentException("text of " + utf8.length + " bytes");
        }
        return u16(utf8.length).raw(utf8);
    }

    WireWriter name(NodeName name) {
        return text(name.value());
    }

    WireWriter uuid(UUID value) {
        return u64(value.getMostSignificantBits()).u64(value.getLeastSignificantBits());
    }

    WireWriter endpoint(Endpoint endpoint) {
        byte[] address = endpoint.address().getAddress();
        return u8(address.length).raw(address).u16(endpoint.port());
    }

    WireWriter cluster(@Nullable ClusterRef cluster) {
        if (cluster == null) {
            return flag(false);
        }
        return flag(true)
                .uuid(cluster.id().value())
                .u32(cluster.incarnation().number())
                .uuid(cluster.incarnation().nonce());
    }

    int length() {
        return length;
    }

    byte[] done() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
