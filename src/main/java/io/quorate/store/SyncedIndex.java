package io.quorate.store;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to which entry the log was known to be on this server's disk: a few bytes beside the database, written in place at each
 * transaction that raises the number. They are not synced, so that they outlive the process for certain and the machine as a rule. The
 * database holds the same number and cannot be asked after a kill: H2 writes behind, and may go back to a state of long before.
 *
 * <p>Owned by the state machine's thread.
 */
final class SyncedIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SyncedIndex.class);
    private static final String FILE = "synced";
    private static final int BYTES = Long.BYTES + Integer.BYTES;

    private final Path file;
    private final FileChannel channel;
    private final byte[] owner;
    private long value;

    private SyncedIndex(Path file, FileChannel channel, String owner) {
        this.file = file;
        this.channel = channel;
        this.owner = owner.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Opens or makes the file.
     *
     * @param owner whose number it is; that of another counts as none
     */
    static SyncedIndex open(Path folder, String owner) throws IOException {
        Path file = folder.resolve(FILE);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            SyncedIndex opened = new SyncedIndex(file, channel, owner);
            opened.value = opened.read();
            return opened;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private long read() throws IOException {
        ByteBuffer found = ByteBuffer.allocate(BYTES);
        while (found.hasRemaining() && channel.read(found, found.position()) >= 0) {
            // Until it is full, or the file ends.
        }
        if (found.hasRemaining()) {
            return 0;
        }
        long index = found.getLong(0);
        return found.getInt(Long.BYTES) == checksum(index) ? index : 0;
    }

    private int checksum(long index) {
        CRC32C crc = new CRC32C();
        crc.update(owner);
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, index));
        return (int) crc.getValue();
    }

    /** 0 when none is known. */
    long value() {
        return value;
    }

    /** Nothing happens when it is as high already. */
    void raise(long index) throws IOException {
        if (index <= value) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(0, index).putInt(Long.BYTES, checksum(index));
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
        value = index;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("why", Plain.reason(file, e)).log("a file did not close in order");
        }
    }
}
