package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReloadingTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    @Fault(
            line = "E1",
            fault = "the settings are to be read again, and a file system hangs",
            seen = "whoever asks is told so after ten seconds; nobody waits for ever")
    void whoeverAsksHearsThatAReloadHangs() {
        CompletableFuture<String> hangs = new CompletableFuture<>();
        assertThatThrownBy(() -> Reloading.bounded(hangs, SHORT).get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("may hang");
        assertThat(hangs).as("it goes on alone").isNotDone();
    }

    @Test
    void whatItComesToIsHandedOnAsItIs() throws Exception {
        assertThat(Reloading.bounded(CompletableFuture.completedFuture("changed"), SHORT)
                        .get(20, TimeUnit.SECONDS))
                .isEqualTo("changed");
        IllegalStateException refused = new IllegalStateException("refused");
        assertThatThrownBy(() -> Reloading.bounded(CompletableFuture.failedFuture(refused), SHORT)
                        .get(20, TimeUnit.SECONDS))
                .cause()
                .isSameAs(refused);
    }
}
