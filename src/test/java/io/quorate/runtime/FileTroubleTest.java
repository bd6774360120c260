package io.quorate.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTroubleTest {
    @TempDir
    Path folder;

    @Fault(
            line = "D4",
            fault = "a file system refuses in each of the ways in which Java tells it: by class, by reason, by message",
            seen = "what is shown has the file and the system's own words: permission denied, no space left on device")
    @Test
    void theFileAndTheSystemsWordsAreThereWhateverTheExceptionHas() {
        assertThat(FileTrouble.words(new AccessDeniedException("/data/founding")))
                .isEqualTo("/data/founding: permission denied");
        assertThat(FileTrouble.words(new NoSuchFileException("/data/raft", null, null)))
                .isEqualTo("/data/raft: no such file or directory");
        assertThat(FileTrouble.words(new FileSystemException("/data/raft", null, "No space left on device")))
                .isEqualTo("/data/raft: no space left on device");
        assertThat(FileTrouble.words(new FileSystemException("/data/raft", null, "Read-only file system")))
                .isEqualTo("/data/raft: read-only file system");
        assertThat(FileTrouble.words(Path.of("/data/founding"), new IOException("No space left on device")))
                .isEqualTo("/data/founding: no space left on device");
        assertThat(FileTrouble.words(Path.of("/data/founding"), new ClosedChannelException()))
                .isEqualTo("/data/founding: closed channel");
        assertThat(FileTrouble.words(Path.of("/data/a"), new IOException("/data/a has 70 bytes")))
                .isEqualTo("/data/a has 70 bytes");
    }

    @Test
    void itIsFoundUnderWhatWrapsIt() {
        assertThat(FileTrouble.words(new IllegalStateException(
                        "the state", new UncheckedIOException(new AccessDeniedException("/data/state")))))
                .isEqualTo("/data/state: permission denied");
        assertThat(FileTrouble.words(new IllegalStateException("nothing to do with files")))
                .isEqualTo("nothing to do with files");
    }

    @Test
    void aDurableFileNamesItselfAndSaysWhy() throws IOException {
        Path file = Files.createFile(folder.resolve("no-folder")).resolve("record");
        assertThatThrownBy(() -> new DurableFile(file, 100).write(new byte[] {1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageEndingWith("ot a directory");
    }
}
