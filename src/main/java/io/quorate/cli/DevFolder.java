package io.quorate.cli;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the agents of one run keep their data and logs.
 *
 * @param kept whether it stays when the run ends
 */
record DevFolder(Path path, boolean kept) {
    private static final String PREFIX = "quorate-dev-";
    private static final String LOCK_FILE = "dev.lock";
    /** The lock of one of its agents, two folders below. */
    private static final String AGENT_LOCK = "agent.lock";

    private static final int AGENT_LOCK_DEPTH = 3;

    /**
     * @param dataDir absent: a fresh folder, under {@code target} when the working folder is a Maven build
     * @param working the working folder
     */
    static DevFolder open(@Nullable String dataDir, Path working) {
        try {
            if (dataDir != null) {
                return new DevFolder(
                        Files.createDirectories(working.resolve(dataDir)).toAbsolutePath(), true);
            }
            Path target = working.resolve("target");
            boolean isBuild = Files.isRegularFile(working.resolve("pom.xml")) && Files.isDirectory(target);
            Path made = isBuild ? Files.createTempDirectory(target, PREFIX) : Files.createTempDirectory(PREFIX);
            DevFolder folder = new DevFolder(made.toAbsolutePath(), false);
            folder.hold();
            folder.sweepBeside();
            return folder;
        } catch (IOException e) {
            throw new CommandException("The directory for the agents cannot be created: " + Plain.reason(e));
        }
    }

    /** For as long as this process lives, however it ends: nothing closes the channel. */
    private void hold() throws IOException {
        FileChannel channel = FileChannel.open(
                path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            throw new IOException(path + " is held by another process");
        }
        // Whoever finds it empty finds one that begins.
        channel.write(ByteBuffer.wrap(new byte[] {'1'}));
    }

    /** Removes what launchers that were killed have left. */
    private void sweepBeside() {
        try (DirectoryStream<Path> others = Files.newDirectoryStream(path.resolveSibling("."), PREFIX + "*")) {
            for (Path other : others) {
                if (!other.getFileName().equals(path.getFileName())
                        && Files.isRegularFile(other.resolve(LOCK_FILE))
                        && isFree(other)) {
                    remove(other);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Somebody else's, or being removed by another one: the next run looks again.
            return;
        }
    }

    /** Neither its launcher nor an agent in it lives. */
    private static boolean isFree(Path folder) throws IOException {
        List<Path> locks;
        try (Stream<Path> files =
                Files.find(folder, AGENT_LOCK_DEPTH, (file, a) -> a.isRegularFile() && file.endsWith(AGENT_LOCK))) {
            locks = Stream.concat(Stream.of(folder.resolve(LOCK_FILE)), files).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path lock : locks) {
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                if (channel.size() == 0 || channel.tryLock() == null) {
                    return false;
                }
            } catch (OverlappingFileLockException e) {
                return false;
            }
        }
        return true;
    }

    /** Removes it unless it is kept. */
    void close() throws IOException {
        if (!kept) {
            remove(path);
        }
    }

    private static void remove(Path path) throws IOException {
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // An agent that was just killed may have removed it meanwhile.
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
