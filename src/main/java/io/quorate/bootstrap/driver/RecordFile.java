package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.codec.FileForm;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Disk;
import io.quorate.runtime.DurableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The founding record on disk: {@code QFND}, a format version, the record, and a CRC-32C over all of it. A file that cannot be read
 * in every detail is refused: guessing at a pledge is worse than not starting.
 */
public final class RecordFile {
    public static final String NAME = "founding";
    private static final int VERSION = 2;
    private static final FileForm<FoundingRecord> FORM =
            new FileForm<>("a founding record", "QFND", VERSION, FoundingForms.RECORD);
    /** The largest record, with 10 001 refused charters and 64 founders, has a fifth of it. */
    static final int MAX_BYTES = 1 << 20;

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
        return FORM.bytes(record);
    }

    static FoundingRecord decode(byte[] bytes) throws MalformedException {
        return FORM.of(bytes);
    }
}
