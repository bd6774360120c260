package io.quorate.consensus.jraft;

import io.quorate.kernel.Plain;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native library, laid out in a folder of the agent's own: RocksDB itself would unpack it into the temporary folder at each
 * start, under a new name, and a process that is killed or halted leaves it there. What an earlier start left, and the library of
 * another version, is removed. Where {@code java.library.path} has the library, as in the image, nothing is unpacked.
 */
public final class RaftLibrary {
    /** In RocksDB's jar, and where it is unpacked; RocksDB finds it by this name in {@code java.library.path}, too. */
    static final String FILE = Environment.getJniLibraryFileName("rocksdb");

    private static final Pattern VERSION = Pattern.compile("rocksdbjni-([\\w.]+)\\.jar");

    private final Path folder;
    private final Consumer<Path> loader;

    /** @param loader loads the file, or throws {@link UnsatisfiedLinkError} */
    RaftLibrary(Path folder, Consumer<Path> loader) {
        this.folder = folder;
        this.loader = loader;
    }

    /**
     * Loads it for this process, once.
     *
     * @param folder for what is unpacked; made where it is needed
     * @throws IOException with one sentence that says what to do, when it cannot be written, or not be loaded from there
     */
    public static void load(Path folder) throws IOException {
        Path given = given(System.getProperty("java.library.path", ""));
        if (given != null) {
            loadGiven(given);
        } else {
            new RaftLibrary(folder, file -> System.load(file.toString())).unpackAndLoad();
            tellRocks();
        }
    }

    /** RocksDB's loader unpacks the library as soon as any class of RocksDB is touched, unless it takes it for loaded. */
    private static void tellRocks() throws IOException {
        try {
            Field loaded = NativeLibraryLoader.class.getDeclaredField("initialized");
            loaded.setAccessible(true);
            loaded.setBoolean(null, true);
        } catch (ReflectiveOperationException e) {
            throw new IOException("RocksDB's loader is not the one that this version knows: " + Plain.reason(e), e);
        }
        RocksDB.loadLibrary();
    }

    private static @Nullable Path given(String libraryPath) {
        return Stream.of(libraryPath.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry ->
                        Stream.of(System.mapLibraryName("rocksdbjni"), FILE).map(name -> Path.of(entry, name)))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }

    private static void loadGiven(Path given) throws IOException {
        try {
            // Beforehand: where it does not load, RocksDB would go on to the temporary folder without a word.
            System.load(given.toAbsolutePath().toString());
            RocksDB.loadLibrary();
        } catch (UnsatisfiedLinkError e) {
            throw new IOException(
                    "RocksDB's native library " + given + ", which java.library.path names, cannot be loaded: "
                            + Plain.reason(e) + ". Repair it, or take its directory out of -Djava.library.path",
                    e);
        }
    }

    void unpackAndLoad() throws IOException {
        Path own = folder.resolve("rocksdb-" + version());
        Path library = own.resolve(FILE);
        try {
            Files.createDirectories(own);
            removeAllBut(folder, own);
            removeAllBut(own, library);
            if (!isWhole(library)) {
                unpack(library);
            }
        } catch (IOException e) {
            throw new IOException(
                    "RocksDB's native library cannot be unpacked to " + library + ": " + reason(e)
                            + ". Make room there, or make it writable for this agent",
                    e);
        }
        try {
            loader.accept(library.toAbsolutePath());
        } catch (UnsatisfiedLinkError e) {
            throw new IOException(
                    "RocksDB's native library cannot be loaded from " + library + ": " + Plain.reason(e)
                            + ". If the file system is mounted noexec, mount it without, or copy this file to a directory"
                            + " from which programs may run and start Java with -Djava.library.path=<that directory>",
                    e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.FileAlreadyExistsException
                ? "there is a file in the place of a directory"
                : Plain.reason(e);
    }

    private static String version() {
        String jar = RocksDB.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString();
        Matcher version = VERSION.matcher(jar);
        return version.find() ? version.group(1) : "unknown";
    }

    private InputStream packed() throws IOException {
        InputStream resource = RocksDB.class.getClassLoader().getResourceAsStream(FILE);
        if (resource == null) {
            throw new IOException("RocksDB's jar has no library for this machine (" + FILE + ")");
        }
        return new BufferedInputStream(resource, 1 << 16);
    }

    /** The content is compared: a start that was killed, or a disk that failed, may have left a part of it. */
    private boolean isWhole(Path library) throws IOException {
        if (!Files.isRegularFile(library)) {
            return false;
        }
        try (InputStream wanted = packed();
                InputStream there = Files.newInputStream(library)) {
            byte[] one;
            byte[] other;
            do {
                one = wanted.readNBytes(1 << 16);
                other = there.readNBytes(1 << 16);
                if (!java.util.Arrays.equals(one, other)) {
                    return false;
                }
            } while (one.length > 0);
            return true;
        }
    }

    private void unpack(Path library) throws IOException {
        Path beside = library.resolveSibling(FILE + ".new");
        try (InputStream packed = packed()) {
            Files.copy(packed, beside, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(beside, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void removeAllBut(Path folder, Path kept) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (!entry.equals(kept)) {
                    remove(entry);
                }
            }
        }
    }

    /** A file, or a folder of files. */
    private static void remove(Path entry) throws IOException {
        if (Files.isDirectory(entry, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            removeAllBut(entry, entry);
        }
        Files.delete(entry);
    }
}
