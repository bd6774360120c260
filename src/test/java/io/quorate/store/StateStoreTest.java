package io.quorate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Incarnation;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Ticker;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateStoreTest {
    private static final ClusterRef CLUSTER = ClusterRef.founded(new ClusterId(new UUID(1, 2)));
    private static final StoreIdentity ME = new StoreIdentity(CLUSTER, "token");
    private static final Duration LONG = Duration.ofSeconds(20);

    private static final Topic.Whole ALL = Topic.whole("pairs");

    @TempDir
    Path root;

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final List<StateStore<String>> stores = new ArrayList<>();

    @AfterEach
    void close() {
        stores.forEach(StateStore::close);
        timers.shutdownNow();
    }

    /** Entries are {@code key=value}; {@code !} breaks. */
    private static final class Pairs implements TableOwner<String> {
        @Override
        public List<String> schema() {
            return List.of("CREATE TABLE IF NOT EXISTS pairs (name VARCHAR(200) PRIMARY KEY, data VARBINARY, at BIGINT,"
                    + " flag BOOLEAN, ratio DOUBLE, id UUID, small INT)");
        }

        @Override
        public List<String> tables() {
            return List.of("pairs");
        }

        @Override
        public String apply(byte[] entry, long index, Connection transaction, Set<Topic> changed) throws SQLException {
            String text = new String(entry, StandardCharsets.UTF_8);
            if (text.equals("!")) {
                throw new SQLException("broken");
            }
            String name = text.substring(0, text.indexOf('='));
            String value = text.substring(name.length() + 1);
            try (PreparedStatement merge = transaction.prepareStatement(
                    "MERGE INTO pairs (name, data, at, flag, ratio, id, small) KEY (name) VALUES (?, ?, ?, ?, ?, ?, ?)")) {
                merge.setString(1, name);
                merge.setBytes(2, value.isEmpty() ? null : value.getBytes(StandardCharsets.UTF_8));
                merge.setLong(3, index);
                merge.setBoolean(4, index % 2 == 0);
                merge.setDouble(5, index / 4.0);
                merge.setObject(6, new UUID(index, 7));
                merge.setInt(7, (int) index);
                merge.executeUpdate();
            }
            changed.add(Topic.key("pairs", name));
            if (!name.startsWith("quiet")) {
                changed.add(ALL);
            }
            return "did " + index;
        }

        @Override
        public void loaded(Connection transaction) {}
    }

    /** A log whose entries all have the term given, up to the last. */
    private record Log(long lastIndex, long term) implements LogView {
        @Override
        public long termAt(long index) {
            return index <= lastIndex ? term : -1;
        }
    }

    private static Set<Topic> on(String... names) {
        return Arrays.stream(names).map(name -> Topic.key("pairs", name)).collect(Collectors.toSet());
    }

    private static Entry entry(long index, String text) {
        return new Entry(index, 1, text.getBytes(StandardCharsets.UTF_8));
    }

    private StateStore<String> store() {
        StateStore<String> store = new StateStore<>(new Pairs(), timers);
        stores.add(store);
        return store;
    }

    private StateStore<String> store(LongSupplier onDisk) {
        StateStore<String> store = new StateStore<>(new Pairs(), timers, Disk.real(), onDisk, Ticker.system());
        stores.add(store);
        return store;
    }

    private StateStore<String> open(String folder, StoreIdentity identity, LogView log) {
        StateStore<String> store = store();
        store.open(root.resolve(folder), identity, log);
        return store;
    }

    private StateStore<String> fresh(String folder) {
        return open(folder, ME, new Log(0, 0));
    }

    private long generation(String folder) throws IOException {
        return Mark.read(Disk.real(), root.resolve(folder)).orElseThrow().generation();
    }

    /** As a crash leaves it. */
    private void markAsOpen(String folder) throws IOException {
        Mark left = Mark.read(Disk.real(), root.resolve(folder)).orElseThrow();
        new Mark(left.generation(), Mark.Left.OPEN, left.synced(), left.owner())
                .write(Disk.real(), root.resolve(folder));
    }

    /** Everything, as text. */
    private static Map<String, String> content(StateReader store) {
        return store.read(connection -> {
                    Map<String, String> all = new HashMap<>();
                    try (Statement statement = connection.createStatement();
                            ResultSet rows = statement.executeQuery("SELECT * FROM pairs")) {
                        while (rows.next()) {
                            byte[] data = rows.getBytes(2);
                            all.put(
                                    rows.getString(1),
                                    (data == null ? "-" : new String(data, StandardCharsets.UTF_8)) + " "
                                            + rows.getLong(3) + " " + rows.getBoolean(4) + " " + rows.getDouble(5)
                                            + " " + rows.getObject(6, UUID.class) + " " + rows.getInt(7));
                        }
                    }
                    return all;
                })
                .value();
    }

    private static String name(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT MAX(name) FROM pairs")) {
            row.next();
            return row.getString(1);
        }
    }

    /** A read that goes on until told. */
    private CompletableFuture<StateReader.Snapshot<String>> slowRead(
            StateReader store, CountDownLatch reading, CountDownLatch end) {
        return CompletableFuture.supplyAsync(
                () -> store.read(connection -> {
                    reading.countDown();
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        throw new SQLException(e);
                    }
                    return name(connection);
                }),
                task -> new Thread(task).start());
    }

    @Test
    void resultsComeInOrderAndEntriesAppliedBeforeAreSkipped() {
        StateStore<String> store = fresh("a");
        assertThat(store.apply(List.of(entry(1, "a=1"), entry(3, "b=2")))).containsExactly("did 1", "did 3");
        assertThat(store.apply(List.of(entry(3, "b=other"), entry(4, "c=3")))).containsExactly(null, "did 4");
        assertThat(store.appliedIndex()).isEqualTo(4);
        assertThat(content(store).get("b")).startsWith("2 3 ");
    }

    @Test
    void aReadSeesValueAndIndexOfOneMoment() throws Exception {
        StateStore<String> store = fresh("a");
        store.apply(List.of(entry(1, "a=1")));
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<StateReader.Snapshot<String>> read = slowRead(store, reading, end);
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        store.apply(List.of(entry(2, "b=2")));
        end.countDown();
        assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(new StateReader.Snapshot<>("a", 1));
    }

    @Test
    void anEntryThatFailsLeavesNothingOfItsBatchAndStopsTheStore() {
        StateStore<String> store = fresh("a");
        store.apply(List.of(entry(1, "a=1")));
        assertThatThrownBy(() -> store.apply(List.of(entry(2, "b=2"), entry(3, "!"))))
                .isInstanceOf(StateUnavailableException.class)
                .hasMessageContaining("broken");
        assertThat(content(store)).containsOnlyKeys("a");
        assertThat(store.appliedIndex()).isEqualTo(1);
        assertThatThrownBy(() -> store.apply(List.of(entry(2, "b=2")))).isInstanceOf(StateUnavailableException.class);
    }

    @Test
    void afterACleanStopTheStateIsThere() {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(1, "a=1")));
        first.close();
        StateStore<String> second = open("a", ME, new Log(9, 1));
        assertThat(second.appliedIndex()).isEqualTo(1);
        assertThat(content(second)).containsOnlyKeys("a");
    }

    @Test
    void leftOpenItIsRebuilt() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(1, "a=1")));
        first.close();
        markAsOpen("a");
        StateStore<String> second = open("a", ME, new Log(9, 1));
        assertThat(second.appliedIndex()).isZero();
        assertThat(content(second)).isEmpty();
    }

    /** A kill leaves the files as the operating system has them. */
    private void copyAsKilled(String folder, String to) throws IOException {
        Files.createDirectory(root.resolve(to));
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
            for (Path file : files.toList()) {
                Files.copy(file, root.resolve(to).resolve(file.getFileName()));
            }
        }
    }

    @Test
    @Fault(
            line = "A9",
            fault =
                    "the process is killed before its database has written the last transaction, and the log loses its end",
            seen = "lost data: what was on this disk is known at once, whatever the database has written")
    void whatWasOnThisDiskIsKnownAfterAKill() throws Exception {
        AtomicLong onDisk = new AtomicLong(5);
        StateStore<String> first = store(onDisk::get);
        first.open(root.resolve("a"), ME, new Log(0, 0));
        first.apply(List.of(entry(5, "a=1")));
        copyAsKilled("a", "killed at 5");
        first.apply(List.of(entry(6, "b=1")));
        copyAsKilled("a", "killed at 6");
        onDisk.set(6);
        first.apply(List.of(entry(7, "b=2")));
        copyAsKilled("a", "killed at 7");

        assertLost("killed at 5", 5, 4);
        // The sixth was applied before it was on this disk.
        assertLost("killed at 6", 5, 4);
        assertLost("killed at 7", 6, 5);
        for (String killed : List.of("killed at 5", "killed at 6", "killed at 7")) {
            long end = killed.endsWith("7") ? 6 : 5;
            StateStore<String> second = open(killed, ME, new Log(end, 1));
            assertThat(second.appliedIndex()).as(killed).isZero();
            second.close();
            assertLost(killed, end, end - 1);
        }
    }

    @Test
    void aNumberThatIsTornOrOfAnotherFolderIsNone() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(5, "a=1")));
        first.close();
        Path file = root.resolve("a").resolve("synced");
        byte[] whole = Files.readAllBytes(file);
        byte[] damaged = whole.clone();
        damaged[7] ^= 1;
        for (byte[] content : List.of(new byte[0], Arrays.copyOf(whole, 7), damaged)) {
            Files.write(file, content);
            try (SyncedIndex index = SyncedIndex.open(root.resolve("a"), ME.owner())) {
                assertThat(index.value()).isZero();
                index.raise(3);
                index.raise(2);
            }
            try (SyncedIndex index = SyncedIndex.open(root.resolve("a"), ME.owner())) {
                assertThat(index.value()).isEqualTo(3);
            }
        }
        try (SyncedIndex other = SyncedIndex.open(root.resolve("a"), "of another")) {
            assertThat(other.value()).isZero();
        }
    }

    @Test
    void aDatabaseOfAnotherClusterIncarnationTokenOrTermIsRebuilt() {
        ClusterRef recovered = new ClusterRef(CLUSTER.id(), new Incarnation(2, new UUID(5, 6)));
        ClusterRef foreign = ClusterRef.founded(new ClusterId(new UUID(9, 9)));
        List<StoreIdentity> others = List.of(
                new StoreIdentity(foreign, "token"),
                new StoreIdentity(recovered, "token"),
                new StoreIdentity(CLUSTER, "other token"));
        for (StoreIdentity other : others) {
            String folder = "x" + others.indexOf(other);
            StateStore<String> first = fresh(folder);
            first.apply(List.of(entry(1, "a=1")));
            first.close();
            StateStore<String> second = open(folder, other, new Log(9, 1));
            assertThat(second.appliedIndex()).as(other.toString()).isZero();
            assertThat(content(second)).isEmpty();
        }
        StateStore<String> first = fresh("term");
        first.apply(List.of(entry(1, "a=1")));
        first.close();
        assertThat(open("term", ME, new Log(9, 2)).appliedIndex()).isZero();
    }

    @Test
    void aDamagedFileIsRebuilt() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(1, "a=1")));
        Path file = Generation.file(root.resolve("a"), generation("a"));
        first.close();
        try (RandomAccessFile damage = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] noise = new byte[(int) damage.length()];
            Arrays.fill(noise, (byte) 0x5a);
            damage.write(noise);
        }
        StateStore<String> second = open("a", ME, new Log(9, 1));
        assertThat(second.appliedIndex()).isZero();
        second.apply(List.of(entry(1, "a=1")));
        assertThat(content(second)).containsOnlyKeys("a");
        assertThat(file).doesNotExist();
    }

    @Test
    void aLogThatEndsBeforeWhatWasOnThisDiskIsLostData() {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(5, "a=1")));
        first.close();
        StateStore<String> second = store();
        assertThatThrownBy(() -> second.open(root.resolve("a"), ME, new Log(4, 1)))
                .isInstanceOf(StateAheadException.class)
                .hasMessageContaining("5")
                .hasMessageContaining("4");
        second.open(root.resolve("a"), ME, new Log(5, 1));
        assertThat(second.appliedIndex()).isEqualTo(5);
    }

    /** A leader applies what a majority stored, though its own disk may take its time. */
    @Test
    @Fault(
            line = "A9",
            fault =
                    "the database has applied entries that this server's log had not yet on disk, and the process is killed",
            seen = "the database is rebuilt; only a log that ends below what was on this disk is lost data")
    void anAppliedEntryThatTheOwnLogHadNotYetOnDiskOnlyMeansARebuild() {
        AtomicLong onDisk = new AtomicLong(3);
        StateStore<String> first = store(onDisk::get);
        first.open(root.resolve("a"), ME, new Log(0, 0));
        first.apply(List.of(entry(2, "a=1"), entry(3, "b=1")));
        first.apply(List.of(entry(4, "c=1"), entry(5, "d=1")));
        first.close();
        for (long lost : List.of(2L, 0L)) {
            StateStore<String> lacking = store(onDisk::get);
            assertThatThrownBy(() -> lacking.open(root.resolve("a"), ME, new Log(lost, 1)))
                    .isInstanceOf(StateAheadException.class)
                    .hasMessageContaining("entry 3")
                    .hasMessageContaining("end at " + lost);
        }
        StateStore<String> second = store(onDisk::get);
        second.open(root.resolve("a"), ME, new Log(4, 1));
        assertThat(second.appliedIndex()).isZero();
        assertThat(content(second)).isEmpty();
    }

    @Test
    void whatWasOnThisDiskIsNotForgottenWhenTheLogIsCutOffBehindIt() {
        AtomicLong onDisk = new AtomicLong(3);
        StateStore<String> first = store(onDisk::get);
        first.open(root.resolve("a"), ME, new Log(0, 0));
        first.apply(List.of(entry(3, "a=1")));
        onDisk.set(0);
        first.apply(List.of(entry(4, "b=1")));
        first.close();
        StateStore<String> second = store(onDisk::get);
        assertThatThrownBy(() -> second.open(root.resolve("a"), ME, new Log(2, 1)))
                .isInstanceOf(StateAheadException.class)
                .hasMessageContaining("entry 3");
    }

    private void overwrite(String folder) throws IOException {
        try (RandomAccessFile damage = new RandomAccessFile(
                Generation.file(root.resolve(folder), generation(folder)).toFile(), "rw")) {
            byte[] noise = new byte[(int) damage.length()];
            Arrays.fill(noise, (byte) 0x5a);
            damage.write(noise);
        }
    }

    private void assertLost(String folder, long known, long end) {
        StateStore<String> lacking = store();
        assertThatThrownBy(() -> lacking.open(root.resolve(folder), ME, new Log(end, 1)))
                .isInstanceOf(StateAheadException.class)
                .hasMessageContaining("entry " + known)
                .hasMessageContaining("end at " + end);
    }

    @Test
    @Fault(
            line = "A9",
            fault = "the log loses its end while a database that was thrown away is filled again, or with the database",
            seen = "lost data all the same: what was on this disk is noted beside the database")
    void whatWasOnThisDiskIsKnownAlsoWhenTheDatabaseIsThrownAway() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(5, "a=1")));
        first.close();
        overwrite("a");
        // Both at once.
        assertLost("a", 5, 4);
        StateStore<String> rebuilt = open("a", ME, new Log(9, 1));
        assertThat(rebuilt.appliedIndex()).isZero();
        // In the middle of filling it.
        rebuilt.apply(List.of(entry(2, "a=0")));
        rebuilt.close();
        markAsOpen("a");
        assertLost("a", 5, 4);
        // The new one is gone before it has anything.
        Files.delete(Generation.file(root.resolve("a"), generation("a")));
        assertLost("a", 5, 4);
        StateStore<String> whole = open("a", ME, new Log(5, 1));
        whole.apply(List.of(entry(5, "a=1")));
        assertThat(content(whole)).containsOnlyKeys("a");
    }

    @Test
    void whatADatabaseKnewThatNobodyMarkedOutlivesItsRebuild() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(5, "a=1")));
        first.close();
        Mark left = Mark.read(Disk.real(), root.resolve("a")).orElseThrow();
        new Mark(left.generation(), Mark.Left.OPEN, 0, left.owner()).write(Disk.real(), root.resolve("a"));
        // Thrown away for its term, and read before that.
        StateStore<String> second = open("a", ME, new Log(9, 2));
        assertThat(second.appliedIndex()).isZero();
        second.close();
        assertLost("a", 5, 4);
    }

    @Test
    void whatAnotherFolderHadOnItsDiskSaysNothingOfThisOne() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(5, "a=1")));
        first.close();
        StoreIdentity other = new StoreIdentity(CLUSTER, "other token");
        assertThat(open("a", other, new Log(2, 1)).appliedIndex()).isZero();
    }

    /** Before the database knew how far the log was on disk. */
    @Test
    void aDatabaseOfAnOlderFormIsMadeAnew() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(5, "a=1")));
        first.close();
        Path mark = root.resolve("a").resolve("current");
        Files.writeString(mark, Files.readString(mark).replaceFirst("quorate-state-[0-9]+", "quorate-state-1"));
        Files.delete(mark.resolveSibling("synced"));
        StateStore<String> second = open("a", ME, new Log(4, 1));
        assertThat(second.appliedIndex()).isZero();
        second.apply(List.of(entry(1, "a=1")));
        assertThat(content(second)).containsOnlyKeys("a");
    }

    private Path archive(StateStore<String> store, String name) {
        Path file = root.resolve(name);
        try (PendingArchive pending = store.beginArchive()) {
            pending.write(file);
        }
        return file;
    }

    @Test
    void anArchiveCarriesEveryKindOfValueToAnotherServer() {
        StateStore<String> one = fresh("one");
        one.apply(List.of(entry(1, "a=1"), entry(2, "b="), entry(3, "\u00fc=\u00e4\u20ac")));
        Path file = archive(one, "archive");
        StateStore<String> two = fresh("two");
        two.apply(List.of(entry(1, "old=1")));
        assertThat(two.load(file)).isTrue();
        assertThat(content(two)).isEqualTo(content(one)).hasSize(3);
        assertThat(two.appliedIndex()).isEqualTo(3);
        assertThat(two.apply(List.of(entry(3, "x=1"), entry(4, "d=4")))).containsExactly(null, "did 4");
        two.close();
        assertThat(content(open("two", ME, new Log(4, 1)))).containsOnlyKeys("a", "b", "\u00fc", "d");
    }

    @Test
    void anArchiveThatIsNotNewerIsLeftAlone() {
        StateStore<String> one = fresh("one");
        one.apply(List.of(entry(1, "a=1")));
        Path file = archive(one, "archive");
        one.apply(List.of(entry(2, "b=1")));
        assertThat(one.load(file)).isFalse();
        assertThat(content(one)).containsOnlyKeys("a", "b");
    }

    @Test
    void aDamagedForeignOrCutArchiveIsRefusedAndTheStateStays() throws Exception {
        StateStore<String> one = fresh("one");
        one.apply(List.of(entry(1, "a=1"), entry(2, "b=2")));
        byte[] good = Files.readAllBytes(archive(one, "archive"));
        StateStore<String> two = fresh("two");
        two.apply(List.of(entry(1, "old=1")));
        for (int at = 0; at < good.length; at += Math.max(1, good.length / 40)) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            refuses(two, bad);
        }
        refuses(two, Arrays.copyOf(good, good.length - 1));
        refuses(two, Arrays.copyOf(good, 10));
        refuses(two, new byte[0]);
        ClusterRef other = ClusterRef.founded(new ClusterId(new UUID(8, 8)));
        StateStore<String> foreign = open("foreign", new StoreIdentity(other, "t"), new Log(0, 0));
        foreign.apply(List.of(entry(7, "f=1")));
        refuses(two, Files.readAllBytes(archive(foreign, "foreign-archive")));
        assertThat(content(two)).containsOnlyKeys("old");
        assertThat(two.load(root.resolve("archive"))).isTrue();
    }

    private void refuses(StateStore<String> store, byte[] archive) throws IOException {
        Path file = Files.write(root.resolve("bad"), archive);
        assertThatThrownBy(() -> store.load(file)).isInstanceOf(StateUnavailableException.class);
    }

    @Test
    void applyingGoesOnWhileAHundredThousandRowsAreArchived() throws Exception {
        StateStore<String> store = fresh("big");
        int rows = 100_000;
        for (int from = 1; from <= rows; from += 1000) {
            List<Entry> batch = new ArrayList<>();
            for (int i = from; i < from + 1000; i++) {
                batch.add(entry(i, "key-" + i + "=value " + i));
            }
            store.apply(batch);
        }
        Path file = root.resolve("archive");
        long next = rows + 1L;
        try (PendingArchive pending = store.beginArchive()) {
            CompletableFuture<Void> written =
                    CompletableFuture.runAsync(() -> pending.write(file), task -> new Thread(task).start());
            while (!written.isDone() && next < rows + 50_000) {
                store.apply(List.of(entry(next, "key-" + (next % 1000) + "=changed")));
                next++;
            }
            written.get(60, TimeUnit.SECONDS);
        }
        assertThat(next).as("entries applied meanwhile").isGreaterThan(rows + 10);
        StateStore<String> other = fresh("other");
        assertThat(other.load(file)).isTrue();
        assertThat(other.appliedIndex()).isEqualTo(rows);
        Map<String, String> loaded = content(other);
        assertThat(loaded).hasSize(rows);
        assertThat(loaded.values()).noneMatch(value -> value.startsWith("changed"));
    }

    /** As a snapshot that somebody asks for is begun: not on the thread that applies. */
    @Test
    void anArchiveThatAnotherThreadBeginsWhileEntriesAreAppliedIsOfOneMoment() throws Exception {
        StateStore<String> store = fresh("one");
        store.apply(List.of(entry(1, "key-1=1")));
        List<Path> archives = new ArrayList<>();
        CompletableFuture<Void> taken = CompletableFuture.runAsync(
                () -> {
                    for (int i = 0; i < 20; i++) {
                        archives.add(archive(store, "archive-" + i));
                    }
                },
                task -> new Thread(task).start());
        long last = 1;
        while (!taken.isDone()) {
            last++;
            store.apply(List.of(entry(last, "key-" + last + "=1")));
        }
        taken.get(60, TimeUnit.SECONDS);
        assertThat(last).as("entries applied meanwhile").isGreaterThan(20);
        long before = 0;
        for (int i = 0; i < archives.size(); i++) {
            StateStore<String> other = fresh("other-" + i);
            assertThat(other.load(archives.get(i))).isTrue();
            // Each entry adds one row.
            assertThat(content(other)).hasSize((int) other.appliedIndex());
            assertThat(other.appliedIndex()).isGreaterThanOrEqualTo(before);
            before = other.appliedIndex();
            other.close();
        }
        assertThat(before).isGreaterThan(1);
    }

    @Test
    void aWaitIsWokenByItsTopicOnlyAndAfterTheCommit() throws Exception {
        StateStore<String> store = fresh("a");
        store.apply(List.of(entry(1, "a=1")));
        CompletableFuture<Boolean> onA = store.await(on("a", "z"), 1, LONG);
        CompletableFuture<Boolean> onB = store.await(on("b"), 1, LONG);
        store.apply(List.of(entry(2, "b=2")));
        assertThat(onB.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(onA).isNotDone();
        store.apply(List.of(entry(3, "a=3")));
        assertThat(onA.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aChangeBetweenReadAndWaitIsNotMissed() {
        StateStore<String> store = fresh("a");
        store.apply(List.of(entry(1, "a=1")));
        long read = store.read(connection -> 0).index();
        store.apply(List.of(entry(2, "a=2"), entry(3, "b=2")));
        store.apply(List.of(entry(4, "c=2")));
        assertThat(store.await(on("a"), read, LONG)).isCompletedWithValue(true);
        assertThat(store.await(on("c"), 3, LONG)).isCompletedWithValue(true);
        assertThat(store.await(on("a"), 3, LONG)).isNotDone();
    }

    /** What a reader of keys does: it waits from what it read, reads again when it is woken, and waits from that. */
    @Test
    void whoIsToldAnIndexBeforeARestartIsNotWokenOverAndOver() {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(1, "a=1"), entry(2, "b=1"), entry(3, "c=1")));
        first.close();
        StateStore<String> second = open("a", ME, new Log(9, 1));
        assertThat(second.await(on("a"), 1, LONG))
                .as("nothing is known of keys")
                .isCompletedWithValue(true);
        long read = second.read(connection -> 0).index();
        assertThat(second.await(on("a"), read, LONG)).isNotDone();
    }

    @Test
    void whenAWholeTopicChangedLastSurvivesARestartAndStandsInASnapshot() throws Exception {
        StateStore<String> first = fresh("a");
        first.apply(List.of(entry(1, "a=1"), entry(2, "b=1")));
        first.apply(List.of(entry(3, "quiet=1")));
        assertThat(first.changed(Set.of(ALL))).isEqualTo(2);
        Path file = archive(first, "archive");
        first.close();
        StateStore<String> second = open("a", ME, new Log(9, 1));
        StateStore<String> third = fresh("b");
        assertThat(third.load(file)).isTrue();
        for (StateStore<String> store : List.of(second, third)) {
            assertThat(store.appliedIndex()).isEqualTo(3);
            assertThat(store.changed(Set.of(ALL))).isEqualTo(2);
            StateReader.Snapshot<Long> read = store.read(connection -> store.changed(Set.of(ALL), connection));
            assertThat(read).isEqualTo(new StateReader.Snapshot<>(2L, 3));
            assertThat(store.await(Set.of(ALL), 2, LONG)).as("told 2 before").isNotDone();
            assertThat(store.await(Set.of(ALL), 1, LONG)).isCompletedWithValue(true);
        }
    }

    /** As a follower that is upgraded later gets it from a leader that was upgraded. */
    @Test
    void aSnapshotHoldsNoEmptyTableSoThatAnOlderServerNeedNotKnowIt() throws Exception {
        TableOwner<String> newer = new TableOwner<>() {
            private final Pairs pairs = new Pairs();

            @Override
            public List<String> schema() {
                return List.of(pairs.schema().get(0), "CREATE TABLE IF NOT EXISTS later (one INT PRIMARY KEY)");
            }

            @Override
            public List<String> tables() {
                return List.of("later", "pairs");
            }

            @Override
            public String apply(byte[] entry, long index, Connection transaction, Set<Topic> changed)
                    throws SQLException {
                return pairs.apply(entry, index, transaction, changed);
            }

            @Override
            public void loaded(Connection transaction) {}
        };
        StateStore<String> leader = new StateStore<>(newer, timers);
        stores.add(leader);
        leader.open(root.resolve("leader"), ME, new Log(0, 0));
        leader.apply(List.of(entry(1, "a=1")));
        StateStore<String> older = fresh("older");
        assertThat(older.load(archive(leader, "archive"))).isTrue();
        assertThat(content(older)).containsOnlyKeys("a");
    }

    @Test
    void everyExchangeOfTheContentHasAnotherNumberAndAClosedStoreHoldsNothingForFresh() throws Exception {
        StateStore<String> one = fresh("one");
        one.apply(List.of(entry(1, "a=1"), entry(2, "b=1")));
        Path file = archive(one, "archive");
        StateStore<String> two = fresh("two");
        Set<Long> numbers = new HashSet<>(Set.of(two.generation()));
        two.apply(List.of(entry(1, "a=1")));
        assertThat(two.generation()).isIn(numbers);
        two.load(file);
        numbers.add(two.generation());
        two.close();
        numbers.add(two.generation());
        assertThat(two.changed(Set.of())).isEqualTo(Long.MAX_VALUE);
        two.open(root.resolve("two"), ME, new Log(9, 1));
        numbers.add(two.generation());
        assertThat(numbers).hasSize(4);
    }

    /** An answer that is held for fresh is not older than what anybody had read before. */
    @Test
    void anAnswerThatIsKeptIsNeverServedAfterANewerOneWasRead() throws Exception {
        StateStore<String> store = fresh("a");
        store.apply(List.of(entry(1, "a=1")));
        int writes = 800;
        CompletableFuture<Void> writing = CompletableFuture.runAsync(
                () -> {
                    for (int i = 2; i <= writes; i++) {
                        store.apply(List.of(entry(i, (i % 3 == 0 ? "quiet=" : "a=") + i)));
                    }
                },
                task -> new Thread(task).start());
        Set<Topic> topics = on("a");
        StateReader.Snapshot<String> kept = value(store);
        int hits = 0;
        while (!writing.isDone()) {
            StateReader.Snapshot<String> before = value(store);
            if (store.changed(topics) <= kept.index()) {
                assertThat(kept.value())
                        .as("kept at %d, read before at %d", kept.index(), before.index())
                        .isEqualTo(before.value());
                hits++;
            } else {
                kept = value(store);
            }
        }
        writing.get(20, TimeUnit.SECONDS);
        assertThat(store.appliedIndex()).isEqualTo(writes);
        assertThat(store.changed(topics)).isEqualTo(writes);
        assertThat(hits).as("answers served without a query").isPositive();
    }

    private static StateReader.Snapshot<String> value(StateReader store) {
        return store.read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT data FROM pairs WHERE name = 'a'")) {
                row.next();
                return new String(row.getBytes(1), StandardCharsets.UTF_8);
            }
        });
    }

    @Test
    void readsOneAfterTheOtherUseWhatWasPreparedAndSeeTheNewRows() {
        StateStore<String> store = fresh("a");
        Set<PreparedStatement> used = new HashSet<>();
        for (int i = 1; i <= 5; i++) {
            store.apply(List.of(entry(i, "key-" + i + "=1")));
            StateReader.Snapshot<Integer> read = store.read(connection -> {
                try (PreparedStatement statement = connection.prepareStatement("SELECT COUNT(*) FROM pairs");
                        ResultSet row = statement.executeQuery()) {
                    used.add(statement);
                    row.next();
                    return row.getInt(1);
                }
            });
            assertThat(read).isEqualTo(new StateReader.Snapshot<>(i, i));
        }
        assertThat(used).as("statements prepared").hasSize(1);
    }

    @Test
    void seventeenReadsAtOnceAreOneTooManyForAMomentAndNoneIsLost() throws Exception {
        StateStore<String> store = fresh("a");
        CountDownLatch end = new CountDownLatch(1);
        List<CompletableFuture<StateReader.Snapshot<String>>> reads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            CountDownLatch reading = new CountDownLatch(1);
            reads.add(slowRead(store, reading, end));
            assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThatThrownBy(() -> store.read(connection -> 1))
                .isInstanceOf(StateUnavailableException.class)
                .hasMessageContaining("each of the 16 connections is in use");
        end.countDown();
        for (CompletableFuture<StateReader.Snapshot<String>> read : reads) {
            read.get(20, TimeUnit.SECONDS);
        }
        assertThat(store.read(connection -> 1).value()).isEqualTo(1);
    }

    @Test
    void aWaitEndsWithFalseWhenItsTimeIsUp() throws Exception {
        StateStore<String> store = fresh("a");
        CompletableFuture<Boolean> wait = store.await(on("a"), 0, Duration.ofMillis(50));
        assertThat(wait.get(20, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void anExchangeOfTheContentWakesEverybodyAndRunningReadsEndOnTheOld() throws Exception {
        StateStore<String> one = fresh("one");
        one.apply(List.of(entry(1, "a=1"), entry(2, "b=2")));
        Path file = archive(one, "archive");
        StateStore<String> two = fresh("two");
        two.apply(List.of(entry(1, "old=1")));
        CompletableFuture<Boolean> waiting = two.await(on("never"), 1, LONG);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch loaded = new CountDownLatch(1);
        CompletableFuture<StateReader.Snapshot<String>> read = slowRead(two, reading, loaded);
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(two.load(file)).isTrue();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(content(two)).containsOnlyKeys("a", "b");
        loaded.countDown();
        assertThat(read.get(20, TimeUnit.SECONDS).value()).isEqualTo("old");
        Await.until("only one database file is left", LONG, () -> {
            try (var files = Files.list(root.resolve("two"))) {
                return files.filter(f -> f.toString().endsWith(".mv.db")).count() == 1;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void aClosedStoreRefusesReadsAndEndsWaits() throws Exception {
        StateStore<String> store = fresh("a");
        CompletableFuture<Boolean> waiting = store.await(on("a"), 0, LONG);
        store.close();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isFalse();
        assertThatThrownBy(() -> store.read(connection -> 1)).isInstanceOf(StateUnavailableException.class);
        assertThat(store.await(on("a"), 0, LONG)).isCompletedExceptionally();
    }

    @Test
    void aColumnThatNoArchiveCanHoldIsRefusedAtOpening() {
        StateStore<String> store = new StateStore<>(
                new TableOwner<>() {
                    @Override
                    public List<String> schema() {
                        return List.of("CREATE TABLE IF NOT EXISTS odd (t TIMESTAMP)");
                    }

                    @Override
                    public List<String> tables() {
                        return List.of("odd");
                    }

                    @Override
                    public String apply(byte[] entry, long index, Connection transaction, Set<Topic> changed) {
                        return "";
                    }

                    @Override
                    public void loaded(Connection transaction) {}
                },
                timers);
        assertThatThrownBy(() -> store.open(root.resolve("odd"), ME, new Log(0, 0)))
                .isInstanceOf(StateUnavailableException.class)
                .hasMessageContaining("column odd.T");
    }
}
