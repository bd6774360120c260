package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.store.StateUnavailableException;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose database is damaged while it runs stops taking part, and has every entry again after a restart. */
class DamagedStateTest {
    private static final int NOTES = 300;

    @TempDir
    Path root;

    @SuppressWarnings("NullAway.Init")
    private RaftCluster cluster;

    @BeforeEach
    void newCluster() {
        cluster = new RaftCluster(root);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** So long that all of them take more than one page. */
    private static String text(int number) {
        return "text-" + number + "-" + "x".repeat(200);
    }

    private static void damage(Path state) throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".mv.db")).toList()) {
                try (RandomAccessFile damage = new RandomAccessFile(file.toFile(), "rw")) {
                    byte[] noise = new byte[(int) damage.length()];
                    new Random(1).nextBytes(noise);
                    damage.write(noise);
                }
            }
        }
    }

    @Fault(
            line = "B3",
            fault = "the file of the local database is overwritten while the server runs",
            seen =
                    "no read gives a wrong answer, raft stops on that server and says why, and when raft starts again, in the same process too, the database is rebuilt")
    @Test
    void aDatabaseThatIsDamagedWhileItRunsIsRebuiltAtTheNextStart() throws Exception {
        cluster.found(3);
        RaftCluster.Server leader = cluster.leader();
        for (int i = 0; i < NOTES; i++) {
            leader.write("note-" + i, text(i));
        }
        RaftCluster.Server follower = cluster.servers.values().stream()
                .filter(s -> s != leader)
                .findFirst()
                .orElseThrow();
        cluster.awaitNote(follower, "note-" + (NOTES - 1), text(NOTES - 1));
        cluster.drop(follower);
        // Opened anew it has nothing of the notes in memory.
        RaftCluster.Server hurt = cluster.open(follower.id);
        cluster.start(hurt, List.of(), true);
        damage(hurt.folder.resolve("state"));
        assertThatThrownBy(() -> hurt.note("note-7")).isInstanceOf(StateUnavailableException.class);
        Await.until(
                "raft stopped",
                RaftCluster.SOON,
                () -> hurt.status().role() == RaftStatus.Role.ERROR,
                () -> hurt.status());
        assertThat(hurt.status().toString()).contains("damaged");
        assertThat(hurt.status().disk())
                .isNotNull()
                .matches(RaftStatus.Disk::stopped, "raft may start again when a probe of the disk succeeds");
        leader.write("later", "yes");
        // In the same process, as it is done after the probe.
        hurt.consensus.stop();
        cluster.start(hurt, List.of(), true);
        cluster.awaitNote(hurt, "later", "yes");
        for (int i = 0; i < NOTES; i++) {
            assertThat(hurt.note("note-" + i)).isEqualTo(text(i));
        }
    }
}
