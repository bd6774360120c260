package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.PeerId;
import io.quorate.kernel.Plain;
import io.quorate.runtime.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a server must never forget: the highest term that it took part in, and whom it gave its vote in it. Kept a second time beside
 * SOFAJRaft's own file, which has no checksum and is begun anew in silence when it is missing: with the token of the folder, and there
 * from the moment the folder is made, so that its absence tells something.
 *
 * @param token of the folder
 * @param vote as SOFAJRaft writes a peer
 */
record Promise(String token, long term, String vote) {
    static final String FILE = "promises";
    private static final int MAGIC = 0x51505231;
    private static final int MAX_BYTES = 1024;
    private static final int CHECKSUM_BYTES = 4;

    static Promise none(String token) {
        return new Promise(token, 0, PeerId.emptyPeer().toString());
    }

    static DurableFile in(Path folder) {
        return new DurableFile(folder.resolve(FILE), MAX_BYTES);
    }

    /** Empty when there is no such file. */
    static Optional<Promise> read(Path folder) throws IOException {
        Optional<byte[]> bytes = in(folder).read();
        return bytes.isPresent() ? Optional.of(decode(bytes.get())) : Optional.empty();
    }

    /** Returns once it would survive a power failure. */
    void write(Path folder) throws IOException {
        in(folder).write(encode());
    }

    boolean hasVote() {
        return !vote.equals(none(token).vote());
    }

    /**
     * The later of the two: a term is never taken back, and within a term a vote is not.
     *
     * @throws IllegalStateException when they name two votes of one term
     */
    Promise later(Promise other) {
        if (term != other.term) {
            return term > other.term ? this : other;
        }
        if (hasVote() && other.hasVote() && !vote.equals(other.vote)) {
            throw new IllegalStateException("two votes in term " + term + ": " + vote + " and " + other.vote);
        }
        return hasVote() ? this : other;
    }

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(MAGIC);
            out.writeUTF(token);
            out.writeLong(term);
            out.writeUTF(vote);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ByteBuffer.allocate(bytes.size() + CHECKSUM_BYTES)
                .put(bytes.toByteArray())
                .putInt(checksum(bytes.toByteArray()))
                .array();
    }

    /** @throws DamagedException when it is anything but one such file */
    static Promise decode(byte[] bytes) throws DamagedException {
        int length = bytes.length - CHECKSUM_BYTES;
        if (length < CHECKSUM_BYTES) {
            throw new DamagedException("only " + bytes.length + " bytes");
        }
        byte[] body = Arrays.copyOf(bytes, length);
        if (ByteBuffer.wrap(bytes).getInt(length) != checksum(body)) {
            throw new DamagedException("its checksum does not match");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            if (in.readInt() != MAGIC) {
                throw new DamagedException("it is of an unknown format");
            }
            return new Promise(in.readUTF(), in.readLong(), in.readUTF());
        } catch (DamagedException e) {
            throw e;
        } catch (IOException e) {
            throw new DamagedException(Plain.reason(e));
        }
    }

    private static int checksum(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue();
    }

    /** The file could be read, and makes no sense: unlike a disk that does not let it be read, this is lost data. */
    static final class DamagedException extends IOException {
        DamagedException(String message) {
            super(message);
        }
    }
}
