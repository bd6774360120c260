package io.quorate.cli;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Where the agents of one run keep their data and logs.
 *
 * @param kept whether it stays when the run ends
 */
record DevFolder(Path path, boolean kept) {
    private static final String PREFIX = "quorate-dev-";

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
            return new DevFolder(
                    (isBuild ? Files.createTempDirectory(target, PREFIX) : Files.createTempDirectory(PREFIX))
                            .toAbsolutePath(),
                    false);
        } catch (IOException e) {
            throw new CommandException("The folder for the agents cannot be made: " + Plain.reason(e));
        }
    }

    /** Removes it unless it is kept. */
    void close() throws IOException {
        if (kept) {
            return;
        }
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
