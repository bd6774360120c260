package io.quorate.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What durable files and folders do to the file system, one step at a time. The machine may go down between any two steps, and
 * only what was forced is there for certain afterwards: the content of a file by {@link #force} of it, names made, renamed or
 * deleted in a folder by {@link #force} of the folder. A step that fails may have happened in part.
 *
 * <p>Tests put a disk of their own here, which records every step, lets any of them fail and simulates such crashes.
 */
public interface Disk {
    /** The file system of this machine; for any thread. */
    static Disk real() {
        return RealDisk.ONLY;
    }

    default boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    default boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** What is in the folder, sorted. */
    List<Path> list(Path folder) throws IOException;

    /**
     * @throws NoSuchFileException when there is none
     * @throws IOException when it cannot be read, or is larger than that
     */
    byte[] read(Path file, int maxBytes) throws IOException;

    /** Its parent is there, the folder is not. */
    void makeFolder(Path folder) throws IOException;

    /** In place of what the file held before. */
    void write(Path file, byte[] content) throws IOException;

    /** Of a file: its content. Of a folder: the names in it. */
    void force(Path path) throws IOException;

    /** Atomically, in place of a file that bears that name; within one folder. */
    void rename(Path from, Path to) throws IOException;

    /** A file or an empty folder; nothing happens when there is none. */
    void delete(Path path) throws IOException;

    /** With all that is in it; nothing happens when there is none. Links are deleted, not followed. */
    default void deleteTree(Path path) throws IOException {
        if (isFolder(path)) {
            for (Path inside : list(path)) {
                deleteTree(inside);
            }
        }
        delete(path);
    }
}
