package io.quorate.operator;

import io.quorate.answer.Source;
import io.quorate.store.PendingArchive;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state as Consul's archives are: a tar that is compressed with gzip, in it {@code meta.json}, the store's own archive as
 * {@code state.bin}, and the checksums of both in {@code SHA256SUMS}.
 *
 * <p>Source: what {@code consul snapshot save} writes, and POSIX.1-1988 (ustar) for the tar.
 */
final class SnapshotArchive implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotArchive.class);
    private static final int BUFFER = 32 << 10;
    /** A piece that has so much is given out: one more buffer, however badly it is compressed, still fits. */
    private static final int ENOUGH = PIECE / 2;

    private static final int BLOCK = 512;
    /** Eleven octal digits. */
    private static final long LARGEST = (1L << 33) - 1;

    private final PendingArchive state;
    private final Path file;
    private final LongFunction<byte[]> meta;
    private final Instant now;
    private final ByteArrayOutputStream made = new ByteArrayOutputStream(PIECE);
    private final MessageDigest digest = sha256();
    private @Nullable OutputStream tar;
    private @Nullable InputStream content;
    private String sums = "";
    private long size;
    private long read;
    private boolean whole;
    private boolean stateClosed;

    /**
     * @param file is made, and deleted when this is closed
     * @param meta the content of {@code meta.json}, from the length of the state
     */
    SnapshotArchive(PendingArchive state, Path file, LongFunction<byte[]> meta, Instant now) {
        this.state = state;
        this.file = file;
        this.meta = meta;
        this.now = now;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        if (whole) {
            return null;
        }
        if (content == null) {
            begin();
        }
        while (!whole && made.size() < ENOUGH) {
            step();
        }
        byte[] piece = made.toByteArray();
        made.reset();
        return piece;
    }

    private void begin() throws IOException {
        state.write(file);
        // From here on only the file is needed.
        closeState();
        size = Files.size(file);
        if (size > LARGEST) {
            throw new IOException("the state has " + size + " bytes, more than a tar of this kind can hold");
        }
        byte[] about = meta.apply(size);
        sums = sum(about, "meta.json");
        tar = new GZIPOutputStream(made, BUFFER);
        entry("meta.json", about);
        tar.write(header("state.bin", size));
        content = Files.newInputStream(file);
    }

    private void step() throws IOException {
        byte[] bytes = Objects.requireNonNull(content).readNBytes(BUFFER);
        if (bytes.length > 0) {
            read += bytes.length;
            digest.update(bytes);
            Objects.requireNonNull(tar).write(bytes);
        } else {
            end();
        }
    }

    private void end() throws IOException {
        if (read != size) {
            throw new IOException("the state had " + size + " bytes, and " + read + " could be read back");
        }
        OutputStream out = Objects.requireNonNull(tar);
        pad(size);
        sums += line(digest.digest(), "state.bin");
        entry("SHA256SUMS", sums.getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[2 * BLOCK]);
        out.close();
        whole = true;
    }

    private void entry(String name, byte[] bytes) throws IOException {
        OutputStream out = Objects.requireNonNull(tar);
        out.write(header(name, bytes.length));
        out.write(bytes);
        pad(bytes.length);
    }

    private void pad(long length) throws IOException {
        int over = (int) (length % BLOCK);
        if (over > 0) {
            Objects.requireNonNull(tar).write(new byte[BLOCK - over]);
        }
    }

    private byte[] header(String name, long length) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000600");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format("%011o", length));
        put(header, 136, String.format("%011o", now.getEpochSecond()));
        // The checksum counts its own field as blanks.
        Arrays.fill(header, 148, 156, (byte) ' ');
        header[156] = '0';
        put(header, 257, "ustar");
        put(header, 263, "00");
        int checksum = 0;
        for (byte each : header) {
            checksum += each & 0xff;
        }
        put(header, 148, String.format("%06o", checksum));
        header[154] = 0;
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static String sum(byte[] bytes, String name) {
        return line(sha256().digest(bytes), name);
    }

    private static String line(byte[] sum, String name) {
        return HexFormat.of().formatHex(sum) + "  " + name + "\n";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private void closeState() {
        if (!stateClosed) {
            stateClosed = true;
            state.close();
        }
    }

    @Override
    public void close() {
        closeState();
        try {
            Files.deleteIfExists(file);
            if (content != null) {
                content.close();
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("a snapshot that was read could not be deleted");
        }
    }
}
