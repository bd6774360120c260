package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftLibraryTest {
    private static final String FILE = RaftLibrary.FILE;

    @TempDir
    Path temp;

    private final List<Path> loaded = new ArrayList<>();

    private RaftLibrary library() {
        return new RaftLibrary(temp.resolve("lib"), loaded::add);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(temp)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    @Fault(
            line = "E6",
            fault = "a start that was killed left half a library, and an older version left its own",
            seen = "the library is replaced by a whole one, and the rest is removed")
    void whatEarlierStartsLeftIsRemovedOrMadeWhole() throws IOException {
        library().unpackAndLoad();
        Path file = loaded.get(0);
        long size = Files.size(file);
        assertThat(size).isGreaterThan(1 << 20);
        Files.writeString(file, "half");
        Files.writeString(file.resolveSibling(FILE + ".new"), "half");
        Path older = Files.createDirectories(temp.resolve("lib/rocksdb-1.0"));
        Files.writeString(older.resolve(FILE), "old");
        library().unpackAndLoad();
        assertThat(files()).containsExactly(file);
        assertThat(Files.size(file)).isEqualTo(size);
    }

    @Test
    void aWholeOneIsLeftAsItIs() throws IOException {
        library().unpackAndLoad();
        Path file = loaded.get(0);
        Object before = Files.readAttributes(file, "unix:ino,ctime");
        library().unpackAndLoad();
        assertThat((Object) Files.readAttributes(file, "unix:ino,ctime")).isEqualTo(before);
    }

    @Test
    @Fault(
            line = "E6",
            fault = "the data directory is on a file system that is mounted noexec",
            seen = "the start is refused in one line that names the file and the flag that helps")
    void oneThatMayNotBeExecutedIsNamedWithTheWayOut() {
        RaftLibrary refused = new RaftLibrary(temp, file -> {
            throw new UnsatisfiedLinkError(file + ": failed to map segment from shared object");
        });
        assertThatThrownBy(refused::unpackAndLoad)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be loaded from " + temp)
                .hasMessageContaining("failed to map segment")
                .hasMessageContaining("noexec")
                .hasMessageContaining("-Djava.library.path=")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Files.writeString(temp.resolve("lib"), "a file");
        assertThatThrownBy(library()::unpackAndLoad)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be unpacked to " + temp.resolve("lib"));
    }
}
