package io.quorate.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Names a database whose file has checksums, in H2's own way: {@code quorate:/path}. H2 keeps none of what is in a page, so that
 * a damaged one may be read as another value.
 */
public final class CheckedPath extends FilePathWrapper {
    /** Before a path in a database's URL. */
    static final String PREFIX = "quorate:";

    private static final String DATABASE = ".mv.db";
    private static final String SUMS = ".sums";
    private static final Map<Path, String> DAMAGED = new ConcurrentHashMap<>();
    private static final Map<Path, Consumer<IOException>> WATCHERS = new ConcurrentHashMap<>();

    /** Once before the first database; again does no harm. */
    static void register() {
        FilePath.register(new CheckedPath());
    }

    /**
     * What was found damaged since {@link #forget}; absent when nothing was. H2 does not always say: a chunk that it cannot read
     * it may take for one that was never written, and go on with what was there before.
     */
    static @Nullable String damage(Path database) {
        return DAMAGED.get(database.toAbsolutePath());
    }

    static void note(Path database, String damage) {
        DAMAGED.putIfAbsent(database.toAbsolutePath(), damage);
    }

    static void forget(Path database) {
        DAMAGED.remove(database.toAbsolutePath());
        WATCHERS.remove(database.toAbsolutePath());
    }

    /**
     * @param watcher told until {@link #forget} when the system cannot read or write the file, on the thread that met it, which is one
     *     of H2's own as a rule: H2 writes behind, and keeps a failure to itself until somebody asks. Must not block
     */
    static void watch(Path database, Consumer<IOException> watcher) {
        WATCHERS.put(database.toAbsolutePath(), watcher);
    }

    static void failed(Path database, IOException failure) {
        Consumer<IOException> watcher = WATCHERS.get(database.toAbsolutePath());
        if (watcher != null) {
            watcher.accept(failure);
        }
    }

    /** Where the checksums of a database file are. */
    static Path sums(Path database) {
        return database.resolveSibling(database.getFileName() + SUMS);
    }

    @Override
    public String getScheme() {
        return PREFIX.substring(0, PREFIX.length() - 1);
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        String base = getBase().toString();
        if (!base.endsWith(DATABASE)) {
            return super.open(mode);
        }
        Path file = Path.of(base);
        Set<StandardOpenOption> options = mode.equals("r")
                ? Set.of(StandardOpenOption.READ)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        FileChannel content = FileChannel.open(file, options);
        try {
            FileChannel sums = FileChannel.open(sums(file), options);
            try {
                return new CheckedFile(file, content, sums);
            } catch (IOException | RuntimeException e) {
                sums.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            content.close();
            throw e;
        }
    }
}
