package io.quorate.operator.health;

import io.quorate.consensus.JraftConsensus;
import io.quorate.consensus.RaftPart;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one look at the data directory showed. Sizes are those of the files, without what the file system adds.
 *
 * @param free bytes that this process may still write
 * @param capacity bytes of the file system
 * @param sizes bytes of each part, complete
 * @param snapshotAt when the newest raft snapshot was written; absent without one
 */
record DataFolderLook(
        long free,
        long capacity,
        Map<RaftPart, Long> sizes,
        @Nullable Instant snapshotAt) {
    /** More files than this are not counted: the look must end, whatever somebody put there. */
    private static final int MAX_FILES = 100_000;

    long size(RaftPart part) {
        return sizes.getOrDefault(part, 0L);
    }

    /** Blocks as long as the disk does. */
    static DataFolderLook at(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        long free = store.getUsableSpace();
        long capacity = store.getTotalSpace();
        Counting counting = new Counting(folder);
        Files.walkFileTree(folder, counting);
        Instant snapshotAt = JraftConsensus.newestSnapshot(folder).orElse(null);
        return new DataFolderLook(free, capacity, Map.copyOf(counting.sizes), snapshotAt);
    }

    private static final class Counting extends SimpleFileVisitor<Path> {
        private final Path folder;
        private final Map<RaftPart, Long> sizes = new EnumMap<>(RaftPart.class);
        private int files;

        Counting(Path folder) {
            this.folder = folder;
            for (RaftPart part : RaftPart.values()) {
                sizes.put(part, 0L);
            }
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sizes.merge(JraftConsensus.part(folder.relativize(file)), attributes.size(), Long::sum);
            files++;
            return files < MAX_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (file.equals(folder)) {
                throw failure;
            }
            // RocksDB and the database remove files while we look.
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) {
            return FileVisitResult.CONTINUE;
        }
    }
}
