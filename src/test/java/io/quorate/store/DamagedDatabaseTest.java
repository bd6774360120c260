package io.quorate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.runtime.Disk;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.h2.store.fs.FileBaseDefault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database file is damaged at one place after the other: its answers stay right, or it is rebuilt, and never is it met twice. */
class DamagedDatabaseTest {
    private static final StoreIdentity ME =
            new StoreIdentity(ClusterRef.founded(new ClusterId(new UUID(1, 2))), "token");
    private static final int ENTRIES = 300;
    private static final int HOLE = 700;

    @TempDir
    Path root;

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final List<StateStore<String>> open = new ArrayList<>();
    private final Map<String, String> right = new TreeMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private int metAtOpening;
    private int metWhileRunning;

    /** Entries are {@code name=value}. */
    private static final class Texts implements TableOwner<String> {
        @Override
        public List<String> schema() {
            return List.of("CREATE TABLE IF NOT EXISTS texts (name VARCHAR PRIMARY KEY, text VARCHAR)");
        }

        @Override
        public List<String> tables() {
            return List.of("texts");
        }

        @Override
        public String apply(byte[] entry, long index, Connection transaction, Set<Topic> changed) throws SQLException {
            String[] words = new String(entry, StandardCharsets.UTF_8).split("=", 2);
            try (PreparedStatement merge =
                    transaction.prepareStatement("MERGE INTO texts (name, text) KEY (name) VALUES (?, ?)")) {
                merge.setString(1, words[0]);
                merge.setString(2, words[1]);
                merge.executeUpdate();
            }
            return "did";
        }

        @Override
        public void loaded(Connection transaction) {}
    }

    private static final LogView LOG = new LogView() {
        @Override
        public long lastIndex() {
            return ENTRIES;
        }

        @Override
        public long termAt(long index) {
            return 1;
        }
    };

    @BeforeEach
    void fill() {
        Random random = new Random(5);
        for (int i = 1; i <= ENTRIES; i++) {
            // Some are longer than a block: damage in the middle of such a value breaks no page of H2's.
            String value = Integer.toString(random.nextInt()).repeat(i % 25 == 0 ? 1500 : 20);
            right.put("name-" + i, value);
            entries.add(new Entry(i, 1, ("name-" + i + "=" + value).getBytes(StandardCharsets.UTF_8)));
        }
    }

    @AfterEach
    void close() {
        open.forEach(StateStore::close);
        timers.shutdownNow();
    }

    private StateStore<String> open(Path folder) {
        StateStore<String> store = new StateStore<>(new Texts(), timers);
        open.add(store);
        store.open(folder, ME, LOG);
        return store;
    }

    private static Map<String, String> content(StateReader store) {
        return store.read(connection -> {
                    Map<String, String> all = new TreeMap<>();
                    try (Statement statement = connection.createStatement();
                            ResultSet rows = statement.executeQuery("SELECT name, text FROM texts")) {
                        while (rows.next()) {
                            all.put(rows.getString(1), rows.getString(2));
                        }
                    }
                    return all;
                })
                .value();
    }

    private static Path database(Path folder) {
        return Generation.file(
                folder, Mark.read(Disk.real(), folder).orElseThrow().generation());
    }

    private void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : Disk.real().list(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static void damage(Path file, long offset) throws IOException {
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] noise = new byte[(int) Math.min(HOLE, damaged.length() - offset)];
            new Random(offset).nextBytes(noise);
            damaged.seek(offset);
            damaged.write(noise);
        }
    }

    @Fault(
            line = "A1b",
            fault = "the system cannot write the file of the local database, which H2 does behind everybody's back",
            seen =
                    "the store says so once with the file and the system's words, gives no answer, and is whole when opened again")
    @Test
    void aFileThatCannotBeWrittenIsHeardAtOnceAndOpenedAgainIsWhole() throws IOException {
        StateStore<String> store = open(root);
        List<String> told = new ArrayList<>();
        store.onDamage(told::add);
        store.apply(entries);
        Path file = database(root);
        String words = file + ": No space left on device";
        try (CheckedFile full = new CheckedFile(
                file, new FullChannel(FileChannel.open(file)), FileChannel.open(CheckedPath.sums(file)))) {
            assertThatThrownBy(() -> full.write(ByteBuffer.allocate(CheckedFile.BLOCK), 0))
                    .hasMessage("No space left on device");
            assertThatThrownBy(() -> full.force(true)).hasMessage("No space left on device");
        }
        assertThat(told).singleElement().asString().contains(words);
        assertThatThrownBy(() -> content(store))
                .isInstanceOf(StateUnavailableException.class)
                .hasMessageContaining(words)
                .matches(e -> ((StateUnavailableException) e).isOfDisk());
        assertThatThrownBy(() -> store.apply(List.of(new Entry(ENTRIES + 1, 1, new byte[0]))))
                .hasMessageContaining(words);
        store.close();
        store.open(root, ME, LOG);
        // Nobody closed it in order: what of it was written is not looked at.
        assertThat(store.appliedIndex()).isZero();
        store.apply(entries);
        assertThat(content(store)).isEqualTo(right);
    }

    /** Of a disk without room; reads work. */
    private static final class FullChannel extends FileBaseDefault {
        private final FileChannel file;

        FullChannel(FileChannel file) {
            this.file = file;
        }

        @Override
        public synchronized int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public synchronized int write(ByteBuffer from, long position) throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        public void force(boolean metaData) throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        protected void implTruncate(long size) throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }

    @Fault(
            line = "B3",
            fault =
                    "the file of the local database is overwritten at one place after the other while the server is stopped",
            seen = "each time its answers are right, or it is rebuilt from the log at that start or at the next one")
    @Test
    void damagedWhileItWasClosed() throws Exception {
        Path whole = root.resolve("whole");
        StateStore<String> store = open(whole);
        store.apply(entries);
        store.close();
        everywhere(whole);
        assertThat(metAtOpening).isPositive();
        assertThat(metWhileRunning).isPositive();
    }

    @Fault(
            line = "B3",
            fault =
                    "the server is killed, and the file of its database is as the last transaction left it, or with a hole in it",
            seen = "it is rebuilt from snapshot and log either way")
    @Test
    void afterAKillItIsRebuiltWhateverItsFileHolds() throws Exception {
        Path running = root.resolve("running");
        StateStore<String> store = open(running);
        store.apply(entries);
        Path whole = root.resolve("whole");
        // A kill leaves the file as the operating system has it.
        store.read(connection -> {
            try (Statement flush = connection.createStatement()) {
                return flush.execute("CHECKPOINT SYNC");
            }
        });
        copy(running, whole);
        Path damaged = root.resolve("damaged");
        copy(running, damaged);
        damage(database(damaged), Files.size(database(damaged)) / 2);
        for (Path killed : List.of(whole, damaged)) {
            StateStore<String> next = open(killed);
            assertThat(next.appliedIndex()).as("%s", killed).isZero();
            next.apply(entries);
            assertThat(content(next)).as("%s", killed).isEqualTo(right);
        }
    }

    private void everywhere(Path whole) throws Exception {
        Path database = database(whole);
        long size = Files.size(database);
        assertThat(size).isGreaterThan(50 * HOLE);
        for (long offset = 0; offset < size; offset += Math.max(HOLE, size / 60)) {
            Path folder = root.resolve(whole.getFileName() + "-" + offset);
            copy(whole, folder);
            damage(folder.resolve(database.getFileName()), offset);
            isRightOrRebuilt(folder, "damaged at " + offset + " of " + size);
        }
        Path folder = root.resolve(whole.getFileName() + "-sums");
        copy(whole, folder);
        damage(CheckedPath.sums(folder.resolve(database.getFileName())), 5);
        isRightOrRebuilt(folder, "damaged checksums");
        Path cut = root.resolve(whole.getFileName() + "-cut");
        copy(whole, cut);
        Files.delete(CheckedPath.sums(cut.resolve(database.getFileName())));
        isRightOrRebuilt(cut, "no checksums");
    }

    private void isRightOrRebuilt(Path folder, String what) {
        StateStore<String> store = open(folder);
        List<String> damage = new ArrayList<>();
        store.onDamage(damage::add);
        if (store.appliedIndex() == 0) {
            metAtOpening++;
        } else {
            try {
                assertThat(content(store)).as(what).isEqualTo(right);
            } catch (StateUnavailableException e) {
                metWhileRunning++;
                assertThat(damage).as(what).hasSize(1);
                assertThatThrownBy(() ->
                                store.apply(List.of(new Entry(ENTRIES + 1, 1, "x=1".getBytes(StandardCharsets.UTF_8)))))
                        .as(what)
                        .isInstanceOf(StateUnavailableException.class)
                        .hasMessageContaining("rebuilt");
                store.close();
                store.open(folder, ME, LOG);
                assertThat(store.appliedIndex()).as(what).isZero();
            }
        }
        store.apply(entries);
        assertThat(content(store)).as(what).isEqualTo(right);
        store.close();
        store.open(folder, ME, LOG);
        assertThat(store.appliedIndex()).as(what).isEqualTo(ENTRIES);
        assertThat(content(store)).as(what).isEqualTo(right);
        store.close();
    }

    @Fault(
            line = "B3",
            fault = "the small file that says how the database was left is damaged or cut",
            seen = "the database is rebuilt, and the start is not refused")
    @Test
    void aDamagedMarkMeansARebuild() throws Exception {
        Path folder = root.resolve("mark");
        StateStore<String> store = open(folder);
        store.apply(entries);
        store.close();
        for (byte[] mark :
                List.of(new byte[0], new byte[5000], "quorate-state-3 x clean b".getBytes(StandardCharsets.UTF_8))) {
            Files.write(folder.resolve("current"), mark);
            store.open(folder, ME, LOG);
            assertThat(store.appliedIndex()).isZero();
            store.apply(entries);
            store.close();
        }
        store.open(folder, ME, LOG);
        assertThat(content(store)).isEqualTo(right);
    }

    @Fault(
            line = "B3",
            fault = "the checksums of the local database are missing, or the database is cut to nothing beside them",
            seen = "it is rebuilt, and the reason names the file and what is wrong, in none of the database's words")
    @Test
    void whatIsWrongWithTheFileIsSaidInOurWords() throws Exception {
        Path whole = root.resolve("words");
        StateStore<String> store = open(whole);
        store.apply(entries);
        store.close();
        Path database = database(whole);
        Files.delete(CheckedPath.sums(database));
        assertThat(whyItDoesNotOpen(whole))
                .startsWith(database + " has ")
                .endsWith(" blocks, but the checksums in " + database.getFileName() + ".sums are missing");
        store.open(whole, ME, LOG);
        store.apply(entries);
        store.close();
        database = database(whole);
        Files.write(database, new byte[0]);
        assertThat(whyItDoesNotOpen(whole))
                .startsWith(database + " has 0 blocks, but the checksums in " + database.getFileName() + ".sums are ")
                .doesNotContain("quorate:", "IO Exception");
    }

    private static String whyItDoesNotOpen(Path folder) throws IOException {
        String name = String.valueOf(database(folder).getFileName());
        long number = Long.parseLong(name.replaceAll("\\D", ""));
        try {
            Generation.open(folder, number, new Texts().schema()).close();
            return "it opens";
        } catch (SQLException | RuntimeException e) {
            return Damage.reason(e);
        }
    }
}
