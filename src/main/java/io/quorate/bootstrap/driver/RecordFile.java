package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Disk;
import io.quorate.runtime.DurableFile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The founding record on disk: {@code QFND}, a format version, the record, and a CRC-32C over all of it. A file that cannot be read
 * in every detail is refused: guessing at a pledge is worse than not starting.
 */
public final class RecordFile {
    public static final String NAME = "founding";
    private static final int MAGIC = 0x51464E44;
    private static final int VERSION = 1;
    /** The largest record, with 10 001 refused charters and 64 founders, has a fifth of it. */
    static final int MAX_BYTES = 1 << 20;

    private static final int CHECKSUM_BYTES = 4;

    private final DurableFile file;

    public RecordFile(Path folder) {
        this(Disk.real(), folder);
    }

    public RecordFile(Disk disk, Path folder) {
        file = new DurableFile(disk, folder.resolve(NAME), MAX_BYTES);
    }

    /**
     * Empty when this server never started on this folder.
     *
     * @throws FoundingException when there is a file that is not readable in full
     */
    public Optional<FoundingRecord> read() {
        try {
            Optional<byte[]> bytes = file.read();
            return bytes.isPresent() ? Optional.of(decode(bytes.get())) : Optional.empty();
        } catch (IOException e) {
            throw new FoundingException(
                    "the founding record cannot be read: " + Plain.reason(file.path(), e)
                            + ". Make it readable or put it back from where it came, or move the whole data directory away:"
                            + " this server then starts as a new one",
                    e);
        }
    }

    /**
     * Returns once it would survive a power failure.
     *
     * @throws IOException when the disk fails, or when the next start could not read it: then the file stays as it was
     */
    public void write(FoundingRecord record) throws IOException {
        byte[] bytes;
        try {
            bytes = encode(record);
        } catch (IllegalArgumentException e) {
            throw new IOException("the record cannot be written: " + Plain.reason(e), e);
        }
        if (!decode(bytes).equals(record)) {
            throw new IOException("the record would be read as another one");
        }
        file.write(bytes);
    }

    static byte[] encode(FoundingRecord record) {
        byte[] body = Bytes.write(out -> {
            out.writeInt(MAGIC);
            out.writeShort(VERSION);
            Bytes.uuid(out, record.id().value());
            Bytes.text(out, record.name().value());
            out.writeLong(record.starts());
            out.writeInt(record.refused().size());
            for (ClusterId refused : record.refused()) {
                Bytes.uuid(out, refused.value());
            }
            standing(out, record.standing());
        });
        return ByteBuffer.allocate(body.length + CHECKSUM_BYTES)
                .put(body)
                .putInt(checksum(body))
                .array();
    }

    static FoundingRecord decode(byte[] bytes) throws IOException {
        if (bytes.length < CHECKSUM_BYTES) {
            throw new IOException("only " + bytes.length + " bytes");
        }
        byte[] body = Arrays.copyOf(bytes, bytes.length - CHECKSUM_BYTES);
        if (ByteBuffer.wrap(bytes).getInt(body.length) != checksum(body)) {
            throw new IOException("checksum does not match");
        }
        return Bytes.read(body, in -> {
            if (in.readInt() != MAGIC) {
                throw new IOException("not a founding record");
            }
            int version = in.readUnsignedShort();
            if (version != VERSION) {
                throw new IOException("format " + version + ", this version knows " + VERSION);
            }
            ServerId id = new ServerId(Bytes.uuid(in));
            NodeName name = new NodeName(Bytes.text(in));
            long starts = in.readLong();
            int count = in.readInt();
            if (count < 0 || count > FoundingRecord.MAX_STORED_REFUSED) {
                throw new IOException("impossible count: " + count + " refused charters");
            }
            SortedSet<ClusterId> refused = new TreeSet<>();
            for (int i = 0; i < count; i++) {
                refused.add(new ClusterId(Bytes.uuid(in)));
            }
            return new FoundingRecord(id, name, starts, refused, standing(in));
        });
    }

    private static int checksum(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue();
    }

    private static void standing(DataOutputStream out, Standing standing) throws IOException {
        if (standing instanceof Standing.Blank blank) {
            boolean plain = blank.founded() == null && blank.lost() == null;
            out.writeByte(plain ? 1 : 5);
            Bytes.cluster(out, blank.formerly());
            if (!plain) {
                Bytes.charter(out, blank.founded());
                String lost = blank.lost();
                out.writeBoolean(lost != null);
                if (lost != null) {
                    Bytes.text(out, lost);
                }
            }
        } else if (standing instanceof Standing.Pledged pledged) {
            out.writeByte(2);
            Bytes.charter(out, pledged.charter());
        } else if (standing instanceof Standing.Withdrawn withdrawn) {
            out.writeByte(3);
            Bytes.charter(out, withdrawn.charter());
        } else if (standing instanceof Standing.Member member) {
            out.writeByte(4);
            Bytes.cluster(out, member.cluster());
            Bytes.text(out, member.token());
            out.writeBoolean(member.led());
            Bytes.charter(out, member.charter());
        }
    }

    private static Standing standing(DataInputStream in) throws IOException {
        int tag = in.readUnsignedByte();
        return switch (tag) {
            case 1 -> new Standing.Blank(Bytes.cluster(in));
            case 2 -> new Standing.Pledged(needed(Bytes.charter(in)));
            case 3 -> new Standing.Withdrawn(needed(Bytes.charter(in)));
            case 4 -> new Standing.Member(needed(Bytes.cluster(in)), Bytes.text(in), Bytes.flag(in), Bytes.charter(in));
            case 5 -> new Standing.Blank(Bytes.cluster(in), Bytes.charter(in), Bytes.flag(in) ? Bytes.text(in) : null);
            default -> throw new IOException("unknown standing " + tag);
        };
    }

    private static <T> T needed(@Nullable T value) throws IOException {
        if (value == null) {
            throw new IOException("a charter or cluster is missing");
        }
        return value;
    }
}
