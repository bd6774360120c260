package io.quorate.membership.net;

import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.net.Seal.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Puts one message of a stream together, chunk by chunk: nothing beyond one chunk is held before it has proven authentic, and
 * all streams together hold no more than a budget.
 */
final class MessageReader {
    private static final int MAX_HEADER = 4 + 255 + 4 + Seal.SALT;

    private final PacketCodec codec;
    private final Kind kind;
    private final List<byte[]> salts;
    private final AtomicLong budget;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private byte[] pending = new byte[512];
    private int length;
    private PacketCodec.@Nullable Header header;
    private @Nullable Seal seal;
    private long chunks;
    private long taken;
    private boolean complete;

    /**
     * @param salts of the sealed messages of this stream so far; this one's is added
     * @param budget bytes that all streams may still hold
     */
    MessageReader(PacketCodec codec, Kind kind, List<byte[]> salts, AtomicLong budget) {
        this.codec = codec;
        this.kind = kind;
        this.salts = salts;
        this.budget = budget;
    }

    boolean hasHeader() {
        return header != null;
    }

    /**
     * @return the message once it is whole; null before
     * @throws RejectedException when it is not ours, too large, or more follows than one message
     */
    @Nullable
    ByteBuffer feed(ByteBuffer bytes) throws RejectedException {
        if (complete) {
            throw new RejectedException(Tally.REJECTED_MALFORMED);
        }
        append(bytes);
        int position = 0;
        if (header == null) {
            ByteBuffer in = ByteBuffer.wrap(pending, 0, length);
            PacketCodec.Header read = codec.header(in);
            if (read == null) {
                if (length > MAX_HEADER) {
                    throw new RejectedException(Tally.REJECTED_MALFORMED);
                }
                return null;
            }
            header = read;
            if (read.key != null) {
                salts.add(read.salt());
                seal = Seal.of(read.key, kind, List.copyOf(salts), read.bytes);
            }
            position = in.position();
        }
        while (!complete) {
            int used = chunk(position);
            if (used == 0) {
                break;
            }
            position += used;
        }
        if (complete) {
            if (position != length) {
                throw new RejectedException(Tally.REJECTED_MALFORMED);
            }
            return ByteBuffer.wrap(message.toByteArray());
        }
        System.arraycopy(pending, position, pending, 0, length - position);
        length -= position;
        return null;
    }

    private void append(ByteBuffer bytes) {
        int more = bytes.remaining();
        if (pending.length - length < more) {
            pending = Arrays.copyOf(pending, Math.max(length + more, Math.min(pending.length * 2, PacketCodec.CHUNK)));
        }
        bytes.get(pending, length, more);
        length += more;
    }

    /** Takes the next chunk; 0 when it is not whole yet. */
    private int chunk(int position) throws RejectedException {
        if (length - position < 4) {
            return 0;
        }
        int word = ByteBuffer.wrap(pending, position, 4).getInt();
        boolean last = (word & PacketCodec.LAST_CHUNK) != 0;
        int size = word & ~PacketCodec.LAST_CHUNK;
        boolean fits = last ? size >= 1 && size <= PacketCodec.CHUNK : size == PacketCodec.CHUNK;
        if (!fits || message.size() + size > PacketCodec.MAX_STREAM_MESSAGE) {
            throw new RejectedException(Tally.REJECTED_MALFORMED);
        }
        int onWire = seal == null ? size : size + Seal.TAG;
        if (length - position - 4 < onWire) {
            return 0;
        }
        if (budget.addAndGet(-size) < 0) {
            budget.addAndGet(size);
            throw new RejectedException(Tally.REJECTED_STREAM);
        }
        taken += size;
        if (seal == null) {
            message.write(pending, position + 4, size);
        } else {
            byte[] plain = seal.open(pending, position + 4, onWire, chunks, last);
            message.write(plain, 0, plain.length);
        }
        chunks++;
        complete = last;
        return 4 + onWire;
    }

    /** Gives back what it holds of the budget. */
    void release() {
        budget.addAndGet(taken);
        taken = 0;
    }
}
