package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One agent at a time holds a data directory. */
class DataFolderTest {
    @TempDir
    Path temp;

    @Test
    void theFolderIsMadeHeldAndLetGo() throws IOException {
        Path path = temp.resolve("a/b");
        try (DataFolder held = DataFolder.lock(path)) {
            assertThat(held.path()).isEqualTo(path).isDirectory();
            assertThatThrownBy(() -> DataFolder.lock(path))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("another agent holds " + path);
        }
        DataFolder.lock(path).close();
        assertThat(path).isDirectory();
    }

    @Test
    void whatCannotBeAFolderIsRefused() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "x");
        assertThatThrownBy(() -> DataFolder.lock(file))
                .isInstanceOf(SettingsException.class)
                .hasMessage("data_dir: " + file + " is not a directory");
        assertThatThrownBy(() -> DataFolder.lock(file.resolve("below")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    @Fault(
            line = "E6",
            fault = "an agent in development mode is killed, and another one is started",
            seen = "its temporary directory is removed; those of agents that run or begin stay")
    void whatAKilledAgentLeftIsRemovedByTheNext() throws IOException {
        Path killed = temp.resolve("quorate-dev-1");
        Files.createDirectories(killed.resolve("raft"));
        Files.writeString(killed.resolve("agent.lock"), "4711");
        Path begins = Files.createDirectories(temp.resolve("quorate-dev-2"));
        Files.writeString(begins.resolve("agent.lock"), "");
        Path other = Files.createDirectories(temp.resolve("quorate-dev-3"));
        Path runs = temp.resolve("quorate-dev-4");
        try (DataFolder held = DataFolder.lock(new AgentSettings.Data(runs, true))) {
            assertThat(killed).doesNotExist();
            DataFolder.lock(new AgentSettings.Data(temp.resolve("quorate-dev-5"), true))
                    .close();
            assertThat(held.path()).isDirectory();
        }
        assertThat(runs).doesNotExist();
        assertThat(List.of(begins, other)).allMatch(Files::isDirectory);
    }

    @Test
    void anotherProcessThatHoldsItIsNamed() throws Exception {
        Path path = temp.resolve("held");
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            assertThatThrownBy(() -> DataFolder.lock(path))
                    .isInstanceOf(SettingsException.class)
                    .hasMessage("data_dir: another agent holds " + path + " (process " + holder.pid() + ")");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        DataFolder.lock(path).close();
    }

    /** Holds the folder named until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (DataFolder held = DataFolder.lock(Path.of(arguments[0]))) {
                System.out.println(held.path().endsWith("held") ? "held" : "odd");
                while (System.in.read() >= 0) {
                    // Until the test lets go.
                }
            }
        }
    }
}
