package io.quorate.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;

/**
 * A small file that is either wholly the old or wholly the new, also after a power failure: written beside, fsynced, renamed,
 * and its folder fsynced. Not safe for several writers.
 */
public final class DurableFile {
    private final Path path;
    private final Path folder;
    private final int maxBytes;

    public DurableFile(Path path, int maxBytes) {
        this.path = path;
        this.folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a folder");
        this.maxBytes = maxBytes;
    }

    public Path path() {
        return path;
    }

    /**
     * Empty when there is no such file.
     *
     * @throws IOException when it cannot be read or is larger than allowed
     */
    public Optional<byte[]> read() throws IOException {
        try {
            if (Files.size(path) > maxBytes) {
                throw new IOException(path + " has more than " + maxBytes + " bytes");
            }
            return Optional.of(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Returns once the content would survive a power failure. */
    public void write(byte[] content) throws IOException {
        if (content.length > maxBytes) {
            throw new IOException(path + " would have more than " + maxBytes + " bytes");
        }
        Path beside = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(folder);
    }

    /** Makes names made, renamed or removed in the folder durable. */
    public static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
