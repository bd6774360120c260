package io.quorate.agent.settings;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that holds an agent's state, held by one agent at a time. The lock is the operating system's: it goes with the
 * process, however that ends, so no stale lock ever keeps an agent from starting.
 */
public final class DataFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);
    private static final String LOCK_FILE = "agent.lock";
    /** How the folder of an agent in development mode is named. */
    private static final String TEMPORARY = "quorate-dev-";

    private final Path path;
    private final boolean temporary;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path path, boolean temporary, FileChannel channel, FileLock lock) {
        this.path = path;
        this.temporary = temporary;
        this.channel = channel;
        this.lock = lock;
    }

    /** As {@link #lock(AgentSettings.Data)}, for a folder that stays. */
    public static DataFolder lock(Path path) {
        return lock(new AgentSettings.Data(path, false));
    }

    /**
     * Makes the folder where it is missing, and takes it.
     *
     * @throws SettingsException when it cannot be made or written, or another agent holds it
     */
    public static DataFolder lock(AgentSettings.Data data) {
        Path path = data.folder();
        if (data.temporary()) {
            sweepBeside(path);
        }
        FileChannel channel = open(path);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
                return new DataFolder(path, data.temporary(), channel, lock);
            }
            SettingsException held = new SettingsException("data_dir: another agent holds " + path + holder(channel));
            closeQuietly(channel, held);
            throw held;
        } catch (OverlappingFileLockException e) {
            SettingsException held =
                    new SettingsException("data_dir: another agent holds " + path + " (in this process)");
            closeQuietly(channel, held);
            throw held;
        } catch (IOException e) {
            SettingsException unusable =
                    new SettingsException("data_dir: " + path + " cannot be locked: " + Plain.reasonBeside(path, e));
            closeQuietly(channel, unusable);
            throw unusable;
        }
    }

    /** Removes the temporary folders of agents that were killed: nobody holds those, and their lock names a process. */
    private static void sweepBeside(Path own) {
        Path temporary = own.toAbsolutePath().getParent();
        if (temporary == null) {
            return;
        }
        try (DirectoryStream<Path> others = Files.newDirectoryStream(temporary, TEMPORARY + "*")) {
            for (Path other : others) {
                if (!other.equals(own) && Files.isRegularFile(other.resolve(LOCK_FILE))) {
                    sweep(other);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.atDebug().addKeyValue("folder", temporary).setCause(e).log("temporary folders not looked at");
        }
    }

    private static void sweep(Path folder) {
        try (FileChannel channel =
                FileChannel.open(folder.resolve(LOCK_FILE), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // An empty lock is that of an agent that begins.
            if (channel.size() > 0 && channel.tryLock() != null) {
                removeTree(folder);
            }
        } catch (IOException | OverlappingFileLockException e) {
            LOG.atDebug().addKeyValue("folder", folder).setCause(e).log("a temporary folder is left as it is");
        }
    }

    public Path path() {
        return path;
    }

    /** Lets go of it; a temporary one is removed with all in it. */
    @Override
    public void close() throws IOException {
        try (channel) {
            if (temporary) {
                removeTree(path);
            }
            lock.release();
        }
    }

    private static FileChannel open(Path path) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new SettingsException("data_dir: " + path + " is not a directory");
        }
        try {
            Files.createDirectories(path);
            return FileChannel.open(
                    path.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new SettingsException("data_dir: " + path + " cannot be written: " + Plain.reasonBeside(path, e));
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
        return text.isEmpty() ? "" : " (process " + text + ")";
    }

    private static void closeQuietly(FileChannel channel, SettingsException reason) {
        try {
            channel.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private static void removeTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
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
