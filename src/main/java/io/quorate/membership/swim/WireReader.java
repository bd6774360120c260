package io.quorate.membership.swim;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Incarnation;
import io.quorate.kernel.NodeName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads values out of untrusted bytes: every length is compared with what is left before memory is taken. */
final class WireReader {
    private static final long INCARNATION_LIMIT = 1L << 62;

    private final ByteBuffer buffer;

    WireReader(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    int remaining() {
        return buffer.remaining();
    }

    int u8() throws MalformedException {
        need(1);
        return buffer.get() & 0xff;
    }

    int u16() throws MalformedException {
        need(2);
        return buffer.getShort() & 0xffff;
    }

    int count(int max) throws MalformedException {
        need(4);
        int value = buffer.getInt();
        if (value < 0 || value > max) {
            throw new MalformedException("count " + value);
        }
        return value;
    }

    long u64() throws MalformedException {
        need(8);
        return buffer.getLong();
    }

    boolean flag() throws MalformedException {
        int value = u8();
        if (value > 1) {
            throw new MalformedException("flag " + value);
        }
        return value == 1;
    }

    /** An incarnation or clock: above 2^62 nothing could be counted on. */
    long counter() throws MalformedException {
        long value = u64();
        if (value < 0 || value >= INCARNATION_LIMIT) {
            throw new MalformedException("counter " + value);
        }
        return value;
    }

    byte[] bytes(int length) throws MalformedException {
        need(length);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    /** The next so many bytes, as a reader of their own. */
    WireReader part(int length) throws MalformedException {
        need(length);
        ByteBuffer slice = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return new WireReader(slice);
    }

    String text(int maxBytes) throws MalformedException {
        int length = u16();
        if (length > maxBytes) {
            throw new MalformedException("text of " + length + " bytes");
        }
        byte[] bytes = bytes(length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("not UTF-8");
        }
    }

    NodeName name() throws MalformedException {
        try {
            return new NodeName(text(128));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("node name");
        }
    }

    UUID uuid() throws MalformedException {
        return new UUID(u64(), u64());
    }

    Endpoint endpoint() throws MalformedException {
        int length = u8();
        if (length != 4 && length != 16) {
            throw new MalformedException("address of " + length + " bytes");
        }
        byte[] address = bytes(length);
        int port = u16();
        try {
            return new Endpoint(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new MalformedException("endpoint");
        }
    }

    @Nullable
    ClusterRef cluster() throws MalformedException {
        if (!flag()) {
            return null;
        }
        UUID id = uuid();
        need(4);
        int number = buffer.getInt();
        UUID nonce = uuid();
        if (number < 1) {
            throw new MalformedException("cluster incarnation " + number);
        }
        return new ClusterRef(new ClusterId(id), new Incarnation(number, nonce));
    }

    void end() throws MalformedException {
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
