package io.quorate.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The small durable file beside the database: which generation is current, and how it was left. The database's own writes are
 * not synced, so after a power failure a torn file may open well: only this mark tells.
 *
 * @param generation number in the database's file name
 * @param clean closed in order and synced
 * @param bootId of the run of the operating system in which it was opened
 */
record Mark(long generation, boolean clean, String bootId) {
    private static final String FILE = "current";
    private static final String VERSION = "quorate-state-1";

    static Optional<Mark> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String[] words = Files.readString(file).strip().split(" ", -1);
        if (words.length != 4 || !words[0].equals(VERSION)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Mark(Long.parseLong(words[1]), words[2].equals("clean"), words[3]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Returns once it would survive a power failure. */
    void write(Path folder) throws IOException {
        String text = VERSION + " " + generation + " " + (clean ? "clean" : "open") + " " + bootId + "\n";
        Path beside = folder.resolve(FILE + ".new");
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(beside, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(folder);
    }

    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
