package io.quorate.membership.net;

import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.net.Seal.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Headers, check sums and seals of datagrams and of the messages of a stream. Safe for any thread when its random source is. */
final class PacketCodec {
    static final int MAX_DATAGRAM = 1400;
    static final int CHUNK = 64 * 1024;
    /** The state of a full house fits, 10 000 members with the longest names, tags and extras. */
    static final int MAX_STREAM_MESSAGE = 12 * 1024 * 1024;

    static final int MAGIC = 'Q';
    static final int VERSION = 2;
    static final int LAST_CHUNK = 1 << 31;
    private static final int SEALED = 1;
    private static final int FIXED = 4;
    private static final int KEY_ID = 4;
    private static final int CRC = 4;

    private final byte[] label;
    private final RandomGenerator random;
    /** Read once in each method: another thread may exchange it. */
    private volatile Keys keys;

    /**
     * @param sealing whether what is sent is sealed
     * @param plainTaken whether what is not sealed is taken
     */
    private record Keys(Keyring ring, boolean sealing, boolean plainTaken) {
        static Keys of(Keyring ring, boolean verifyIncoming, boolean verifyOutgoing) {
            return new Keys(ring, !ring.isEmpty() && verifyOutgoing, ring.isEmpty() || !verifyIncoming);
        }
    }

    PacketCodec(String label, Keyring keyring, boolean verifyIncoming, boolean verifyOutgoing, RandomGenerator random) {
        this.label = label.getBytes(StandardCharsets.UTF_8);
        if (this.label.length > 64) {
            throw new IllegalArgumentException("pool label has more than 64 bytes: " + label);
        }
        this.keys = Keys.of(keyring, verifyIncoming, verifyOutgoing);
        this.random = random;
    }

    /** From the next packet on. */
    void exchange(Keyring keyring, boolean verifyIncoming, boolean verifyOutgoing) {
        keys = Keys.of(keyring, verifyIncoming, verifyOutgoing);
    }

    boolean isSealing() {
        return keys.sealing;
    }

    /** Whether anybody without a key is listened to although there are keys. */
    boolean isOpen() {
        Keys now = keys;
        return now.plainTaken && !now.ring.isEmpty();
    }

    /** Bytes of a datagram that are left for its message, sealed or not: keys may come while the agent runs. */
    int room() {
        return MAX_DATAGRAM - FIXED - label.length - Math.max(KEY_ID + Seal.SALT + Seal.TAG, CRC);
    }

    byte[] datagram(byte[] message) {
        Keys now = keys;
        if (now.sealing) {
            return sealed(now, Kind.DATAGRAM, new ArrayList<>(), message, true);
        }
        CRC32C crc = new CRC32C();
        crc.update(message);
        return ByteBuffer.allocate(FIXED + label.length + CRC + message.length)
                .put(header(0, 0))
                .putInt((int) crc.getValue())
                .put(message)
                .array();
    }

    /** @throws RejectedException when it is not ours, not whole, or not sealed as it must be */
    ByteBuffer open(ByteBuffer datagram) throws RejectedException {
        Header header = header(datagram);
        if (header == null) {
            throw new RejectedException(Tally.REJECTED_MALFORMED);
        }
        if (header.key != null) {
            byte[] rest = new byte[datagram.remaining()];
            datagram.get(rest);
            if (rest.length < Seal.TAG) {
                throw new RejectedException(Tally.REJECTED_MALFORMED);
            }
            Seal seal = Seal.of(header.key, Kind.DATAGRAM, List.of(header.salt()), header.bytes);
            return ByteBuffer.wrap(seal.open(rest, 0, rest.length, 0, true));
        }
        if (datagram.remaining() < CRC) {
            throw new RejectedException(Tally.REJECTED_MALFORMED);
        }
        int expected = datagram.getInt();
        CRC32C crc = new CRC32C();
        crc.update(datagram.duplicate());
        if ((int) crc.getValue() != expected) {
            throw new RejectedException(Tally.REJECTED_CHECKSUM);
        }
        return datagram;
    }

    /**
     * One message of a stream.
     *
     * @param salts of the sealed messages of this stream so far; the new one's is added
     */
    byte[] streamMessage(Kind kind, List<byte[]> salts, byte[] message) {
        if (message.length == 0 || message.length > MAX_STREAM_MESSAGE) {
            throw new IllegalArgumentException("message of " + message.length + " bytes");
        }
        return sealed(keys, kind, salts, message, false);
    }

    private byte[] sealed(Keys now, Kind kind, List<byte[]> salts, byte[] message, boolean datagram) {
        Seal seal = null;
        byte[] header = header(0, 0);
        if (now.sealing) {
            Keyring.Key key = now.ring.primary();
            byte[] before = header(SEALED, key.id());
            byte[] salt = Seal.salt(key, random, before, message);
            header = ByteBuffer.allocate(before.length + salt.length)
                    .put(before)
                    .put(salt)
                    .array();
            salts.add(salt);
            seal = Seal.of(key, kind, salts, header);
        }
        int chunks = datagram ? 1 : (message.length + CHUNK - 1) / CHUNK;
        ByteBuffer out = ByteBuffer.allocate(header.length + message.length + chunks * (4 + Seal.TAG));
        out.put(header);
        for (int i = 0; i < chunks; i++) {
            int offset = i * CHUNK;
            int length = datagram ? message.length : Math.min(CHUNK, message.length - offset);
            boolean last = i == chunks - 1;
            if (!datagram) {
                out.putInt(last ? length | LAST_CHUNK : length);
            }
            if (seal == null) {
                out.put(message, offset, length);
            } else {
                out.put(seal.close(message, offset, length, i, last));
            }
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private byte[] header(int flags, int keyId) {
        ByteBuffer header = ByteBuffer.allocate(FIXED + label.length + (flags == SEALED ? KEY_ID : 0));
        header.put((byte) MAGIC).put((byte) VERSION).put((byte) flags).put((byte) label.length);
        header.put(label);
        if (flags == SEALED) {
            header.putInt(keyId);
        }
        return header.array();
    }

    /** A header that is ours. */
    static final class Header {
        final Keyring.@Nullable Key key;
        final byte[] bytes;

        /** @param key absent: plain */
        private Header(Keyring.@Nullable Key key, byte[] bytes) {
            this.key = key;
            this.bytes = bytes;
        }

        byte[] salt() {
            return Arrays.copyOfRange(bytes, bytes.length - Seal.SALT, bytes.length);
        }
    }

    /**
     * Reads a header and moves past it. Label and key are looked at before any cryptography.
     *
     * @return null when more bytes are needed
     */
    @Nullable
    Header header(ByteBuffer in) throws RejectedException {
        int start = in.position();
        if (in.remaining() >= 1 && in.get(start) != MAGIC) {
            throw new RejectedException(Tally.REJECTED_MALFORMED);
        }
        if (in.remaining() < FIXED) {
            return null;
        }
        if (in.get(start + 1) != VERSION) {
            throw new RejectedException(Tally.REJECTED_VERSION);
        }
        int flags = in.get(start + 2);
        int labelLength = in.get(start + 3) & 0xff;
        if ((flags & ~SEALED) != 0) {
            throw new RejectedException(Tally.REJECTED_VERSION);
        }
        boolean isSealed = flags == SEALED;
        int length = FIXED + labelLength + (isSealed ? KEY_ID + Seal.SALT : 0);
        if (in.remaining() < length) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        if (!Arrays.equals(bytes, FIXED, FIXED + labelLength, label, 0, label.length)) {
            throw new RejectedException(Tally.REJECTED_LABEL);
        }
        Keys now = keys;
        if (!isSealed) {
            if (!now.plainTaken) {
                throw new RejectedException(Tally.REJECTED_PLAIN);
            }
            return new Header(null, bytes);
        }
        if (now.ring.isEmpty()) {
            throw new RejectedException(Tally.REJECTED_SEALED);
        }
        Keyring.Key key = now.ring.find(
                ByteBuffer.wrap(bytes, FIXED + labelLength, KEY_ID).getInt());
        if (key == null) {
            throw new RejectedException(Tally.REJECTED_KEY);
        }
        return new Header(key, bytes);
    }
}
