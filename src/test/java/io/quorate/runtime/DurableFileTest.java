package io.quorate.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
    @TempDir
    Path folder;

    @Test
    void itNamesItselfAndSaysWhyItCannotBeWritten() throws IOException {
        Path file = Files.createFile(folder.resolve("no-folder")).resolve("record");
        assertThatThrownBy(() -> new DurableFile(file, 100).write(new byte[] {1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageEndingWith("Not a directory");
    }

    @Test
    void itNamesItselfAndSaysWhyItCannotBeRead() throws IOException {
        Path file = Files.createDirectory(folder.resolve("record"));
        assertThatThrownBy(() -> new DurableFile(file, 100).read())
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": Is a directory");
    }
}
