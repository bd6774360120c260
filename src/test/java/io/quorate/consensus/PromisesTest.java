package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.consensus.RaftCluster.Server;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file of a raft directory that holds a promise: missing, emptied, overwritten, or put back from an older copy. */
class PromisesTest {
    private static final ConsensusSettings.Timing SNAPSHOTS =
            new ConsensusSettings.Timing(300, 100, ConsensusSettings.Snapshots.ONLY_WHEN_ASKED);

    @TempDir
    Path root;

    private RaftCluster cluster;
    private ServerId id;
    private Path folder;
    private Path older;

    /** One server that was started twice, so that its log holds two terms, and saved two snapshots, so that its log is cut. */
    @BeforeEach
    void prepare() throws Exception {
        cluster = new RaftCluster(root.resolve("live"));
        id = RaftCluster.ids(1).get(0);
        older = root.resolve("older");
        folder = live("first");
        copy(folder, older);
        assertThat(live("second")).isEqualTo(folder);
    }

    /** @return its folder */
    private Path live(String text) throws Exception {
        Server server = open();
        cluster.start(server, List.of(id), false);
        Await.until("leader", RaftCluster.SOON, () -> server.status().isLeader());
        for (int i = 0; i < 20; i++) {
            server.write("note" + i, text);
        }
        server.consensus.snapshot().get(20, TimeUnit.SECONDS);
        server.write("after", text);
        server.stop();
        return server.folder;
    }

    private Server open() {
        return cluster.open(id, new NoteCommand.Family(), SNAPSHOTS);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private enum Harm {
        DELETED,
        EMPTIED,
        GARBAGE,
        CUT
    }

    private record Case(String file, Harm harm) {
        @Override
        public String toString() {
            return file + " " + harm;
        }
    }

    static Stream<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (String file : List.of("promises", "meta/raft_meta", "log/CURRENT", "log/MANIFEST-*")) {
            for (Harm harm : Harm.values()) {
                all.add(new Case(file, harm));
            }
        }
        all.add(new Case("meta", Harm.DELETED));
        all.add(new Case("log", Harm.DELETED));
        all.add(new Case("log", Harm.EMPTIED));
        all.add(new Case("log/*.sst", Harm.DELETED));
        all.add(new Case("log/*.log", Harm.DELETED));
        all.add(new Case("log/*.log", Harm.EMPTIED));
        all.add(new Case("snapshot", Harm.DELETED));
        all.add(new Case("snapshot", Harm.EMPTIED));
        all.add(new Case("snapshot/snapshot_*/__raft_snapshot_meta", Harm.DELETED));
        all.add(new Case("snapshot/snapshot_*/__raft_snapshot_meta", Harm.EMPTIED));
        all.add(new Case("snapshot/snapshot_*/__raft_snapshot_meta", Harm.GARBAGE));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Fault(
            line = "A8",
            fault = "a file that holds a promise is deleted, emptied, overwritten or cut while the server is stopped",
            seen = "lost data, and the file is named; raft does not start")
    void whatIsMissingOrDamagedIsLostDataAndNamed(Case harmed) throws IOException {
        harm(find(harmed.file()), harmed.harm());
        Server server = open();
        assertThatThrownBy(() -> cluster.start(server, List.of(id), true))
                .isInstanceOfSatisfying(ConsensusException.class, e -> {
                    assertThat(e.isDataLost()).as(e.getMessage()).isTrue();
                    assertThat(e).hasMessageContaining("raft/" + harmed.file().split("/", 2)[0]);
                });
        server.stop();
    }

    @Test
    @Fault(
            line = "A8",
            fault = "term and vote are lost before this server ever knew an entry committed",
            seen = "lost data, too: the file was there from the moment the directory was made")
    void alsoBeforeAnythingWasCommitted() throws IOException {
        Server server = open();
        deleteTree(folder);
        Files.createDirectories(folder);
        server.consensus.layOut(folder, "token-" + id);
        Files.delete(folder.resolve("meta/raft_meta"));
        assertThatThrownBy(() -> cluster.start(server, List.of(id), false)).hasMessageContaining("raft_meta");
        Files.delete(folder.resolve("promises"));
        assertThatThrownBy(() -> cluster.start(server, List.of(id), false)).hasMessageContaining("promises");
        server.stop();
    }

    @Test
    @Fault(
            line = "A8",
            fault = "term and vote of another directory, or one of the two files from an older copy of this one",
            seen =
                    "another directory's are lost data; of one directory's two the later counts, so no term is begun twice")
    void oneOfTheTwoFilesFromAnOlderCopyTakesNothingBack() throws Exception {
        for (String file : List.of("meta/raft_meta", "promises")) {
            Server server = open();
            cluster.start(server, List.of(id), true);
            Await.until("leader", RaftCluster.SOON, () -> server.status().isLeader());
            long term = server.status().term();
            server.stop();
            Files.copy(older.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            Server again = open();
            cluster.start(again, List.of(id), true);
            Await.until("leader", RaftCluster.SOON, () -> again.status().isLeader());
            assertThat(again.status().term()).isGreaterThan(term);
            again.stop();
        }
        Server foreign = open();
        Consensus.GroupStart start = new Consensus.GroupStart(cluster.ref, id, folder, "other", List.of(id), true);
        assertThatThrownBy(() -> foreign.consensus.start(start)).hasMessageContaining("another raft directory");
        foreign.stop();
    }

    @Test
    @Fault(
            line = "A8",
            fault = "both files of term and vote are put back from an older copy",
            seen = "lost data when the log knows a later term")
    void bothFilesFromAnOlderCopyAreLostData() throws IOException {
        for (String file : List.of("meta/raft_meta", "promises")) {
            Files.copy(older.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Server server = open();
        assertThatThrownBy(() -> cluster.start(server, List.of(id), true))
                .isInstanceOfSatisfying(
                        ConsensusException.class,
                        e -> assertThat(e.isDataLost()).isTrue())
                .hasMessageContaining("older than the log");
        server.stop();
    }

    @Test
    void aWholeFolderStarts() {
        Server server = open();
        cluster.start(server, List.of(id), true);
        Await.until("leader", RaftCluster.SOON, () -> server.status().isLeader());
        assertThat(server.note("after")).isEqualTo("second");
        server.stop();
    }

    private List<Path> find(String pattern) throws IOException {
        var matcher = folder.getFileSystem().getPathMatcher("glob:" + pattern);
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> found =
                    files.filter(p -> matcher.matches(folder.relativize(p))).toList();
            assertThat(found).as(pattern).isNotEmpty();
            return found;
        }
    }

    private static void harm(List<Path> files, Harm harm) throws IOException {
        for (Path file : files) {
            switch (harm) {
                case DELETED -> deleteTree(file);
                case EMPTIED -> {
                    if (Files.isDirectory(file)) {
                        deleteTree(file);
                        Files.createDirectory(file);
                    } else {
                        Files.write(file, new byte[0]);
                    }
                }
                case GARBAGE -> {
                    byte[] garbage = new byte[(int) Files.size(file)];
                    Arrays.fill(garbage, (byte) 0x5A);
                    Files.write(file, garbage);
                }
                case CUT -> {
                    byte[] bytes = Files.readAllBytes(file);
                    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
                }
            }
        }
    }

    private static void deleteTree(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        } catch (FileSystemException e) {
            throw new AssertionError("the server still wrote", e);
        }
    }
}
