package io.quorate.consensus.jraft;

import io.quorate.consensus.RaftPart;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What of raft lies in a server's data directory, for those who only look at it while raft works there. */
public final class RaftFiles {
    /** The raft directory. */
    public static final String FOLDER = "raft";
    /** Beginning of the names of raft directories that were put aside. */
    public static final String LOST = "lost-";

    private static final Path HERE = Path.of("");

    private RaftFiles() {}

    /** @param file from the data directory on */
    public static RaftPart part(Path file) {
        String folder = file.getName(0).toString();
        if (folder.startsWith(LOST)) {
            return RaftPart.LOST;
        }
        if (!folder.equals(FOLDER) || file.getNameCount() < 2) {
            return RaftPart.OTHER;
        }
        Path first = file.getName(1);
        if (first.equals(RaftStorage.log(HERE)) || first.equals(RaftStorage.meta(HERE))) {
            return RaftPart.LOG;
        } else if (first.equals(RaftStorage.snapshot(HERE))) {
            return RaftPart.SNAPSHOT;
        }
        return first.equals(RaftStorage.state(HERE)) ? RaftPart.STATE : RaftPart.OTHER;
    }

    /** When the newest snapshot was written; empty without one. */
    public static Optional<Instant> newestSnapshot(Path data) throws IOException {
        Path raft = data.resolve(FOLDER);
        Instant newest = null;
        try (DirectoryStream<Path> snapshots =
                Files.newDirectoryStream(RaftStorage.snapshot(raft), RaftStorage.SNAPSHOT_PREFIX + "*")) {
            for (Path snapshot : snapshots) {
                Instant at = writtenAt(snapshot);
                if (at != null && (newest == null || at.isAfter(newest))) {
                    newest = at;
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
        return Optional.ofNullable(newest);
    }

    /** Absent when it is gone: raft removes an older one while we look. */
    private static @Nullable Instant writtenAt(Path snapshot) throws IOException {
        try {
            return Files.getLastModifiedTime(snapshot).toInstant();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
