package io.quorate.runtime;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A small file that is either wholly the old or wholly the new, also after a power failure: written beside, fsynced, renamed,
 * and its folder fsynced. Not safe for several writers.
 */
public final class DurableFile {
    private final Disk disk;
    private final Path path;
    private final Path folder;
    private final int maxBytes;

    /** On the file system of this machine. */
    public DurableFile(Path path, int maxBytes) {
        this(Disk.real(), path, maxBytes);
    }

    /** @param maxBytes for writing as for reading */
    public DurableFile(Disk disk, Path path, int maxBytes) {
        this.disk = disk;
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
     * @throws IOException when it cannot be read or is larger than allowed; its message names the file and says why
     */
    public Optional<byte[]> read() throws IOException {
        try {
            return Optional.of(disk.read(path, maxBytes));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw named(e);
        }
    }

    /**
     * Returns once the content would survive a power failure.
     *
     * @throws IOException when the content is larger than allowed, and nothing was touched; or when the disk fails, and the file
     *     is the old or the new
     */
    public void write(byte[] content) throws IOException {
        if (content.length > maxBytes) {
            throw new IOException(path + " would have more than " + maxBytes + " bytes");
        }
        Path beside = path.resolveSibling(path.getFileName() + ".new");
        try {
            disk.write(beside, content);
            disk.force(beside);
            disk.rename(beside, path);
            disk.force(folder);
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** What reaches an operator has the file and the system's words, whichever of the two the failure itself has. */
    private IOException named(IOException failure) {
        return new IOException(Plain.reason(path, failure), failure);
    }
}
