package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchedLogFaultsTest {
    @TempDir
    Path folder;

    @Test
    void withoutThePropertyThereAreNone() {
        assertThat(System.getProperty(SwitchedLogFaults.PROPERTY)).isNull();
        assertThat(LogFaults.ofProcess()).isSameAs(LogFaults.NONE);
    }

    @Test
    void theFileSaysWhatFailsAndWhenItEnds() throws Exception {
        Path file = folder.resolve("faults");
        SwitchedLogFaults faults = new SwitchedLogFaults(file);
        assertThatCode(() -> faults.beforeWrite(folder)).doesNotThrowAnyException();
        Files.writeString(file, "error\n");
        assertThatThrownBy(() -> faults.beforeWrite(folder))
                .isInstanceOf(IOException.class)
                .hasMessage("Input/output error");
        Files.writeString(file, "full");
        assertThatThrownBy(() -> faults.beforeWrite(folder)).hasMessage("No space left on device");
        assertThat(faults.lostAtOpening(folder)).isZero();
        Files.writeString(file, "torn 7");
        assertThat(faults.lostAtOpening(folder)).isEqualTo(7);
        assertThatCode(() -> faults.beforeWrite(folder)).doesNotThrowAnyException();

        Files.writeString(file, "stall");
        CompletableFuture<Thread> begun = new CompletableFuture<>();
        CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
            begun.complete(Thread.currentThread());
            try {
                faults.beforeWrite(folder);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread writer = begun.get(20, TimeUnit.SECONDS);
        Await.until(
                "it waits",
                Duration.ofSeconds(20),
                () -> writer.getState() == Thread.State.TIMED_WAITING || written.isDone());
        assertThat(written).isNotDone();
        Files.delete(file);
        written.get(20, TimeUnit.SECONDS);
    }
}
