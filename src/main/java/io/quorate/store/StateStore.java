package io.quorate.store;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicated state of one raft group in H2: a cache of the log that may be thrown away and rebuilt at any start. Reading is
 * safe for any thread, and so is {@link #beginArchive}. {@link #open}, {@link #apply}, {@link #load} and {@link #close} belong to one
 * thread at a time, the state machine's.
 *
 * @param <R> what an entry came to
 */
public final class StateStore<R> implements StateReader {
    /*
     * Applying. One transaction takes in a batch of entries, the indexes of the topics that they changed, and the index and term of the
     * last. So after a crash the database is as it was after some entry, it knows which one, and replay skips what it has. (An applied
     * index written after the rows would apply entries twice, one written before would lose them.) The order within it matters, too: how
     * far the log is on this disk goes into a file that is synced (synced) before the commit, because H2 does not sync a commit and
     * may open as it was earlier; that number is what tells a log that lost its end from one that is whole. Then topics are raised, then
     * the transaction commits, then applied is published, then waiters are detached. A reader thus sees a topic change at the latest
     * with the rows, and whoever waits from an index that it was told can miss nothing.
     *
     * The database is a cache. Whatever is odd about it (it was left open, it is damaged, of another log, of another version) it is
     * thrown away and rebuilt from snapshot and log; only a log that lacks what was on this disk is lost data (StateAheadException).
     * A snapshot that is loaded becomes a database of its own beside the old one (a generation), and takes its place by one reference:
     * readers that run end on the old one. To load into the tables in place would show readers half of it, or keep them out meanwhile.
     *
     * current, applied: what readers use; written by the state machine's thread. A read takes its index from the database that it reads,
     * never from applied, which may be a moment ahead of it. contents counts generations; kept answers have it in their keys. mark: what
     * the database holds, known without asking it. onDiskBefore: the highest index that is known to have been on this disk when the database was opened; it
     * outlives the database. broken: a batch failed, and nothing more is applied before the next open, because the next entry would
     * stand on a state without it.
     */
    private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);
    private static final Duration READERS_END = Duration.ofSeconds(3);

    private final TableOwner<R> owner;
    private final Topics topics;
    private final Disk disk;
    private final LongSupplier logOnDisk;
    private final Ticker ticker;
    private volatile @Nullable Generation current;
    private volatile long applied;
    private final AtomicLong contents = new AtomicLong();
    private @Nullable Path folder;
    private @Nullable StoreIdentity identity;
    private Generation.Applied mark = Generation.Applied.NONE;
    /** Present as long as the store is open. */
    private @Nullable SyncedIndex synced;
    /** What was known to be on this disk before the database was thrown away; 0 when nothing was. */
    private long onDiskBefore;

    private boolean broken;
    private final Fitness fitness = new Fitness();

    /** On the file system of this machine, of a log whose entries are all on disk before they are applied. */
    public StateStore(TableOwner<R> owner, ScheduledExecutorService timers) {
        this(owner, timers, Disk.real(), () -> Long.MAX_VALUE, Ticker.system());
    }

    /**
     * @param timers one thread: it wakes and times blocking reads
     * @param logOnDisk up to which index the log is on this server's disk; asked by the state machine's thread
     * @param ticker by which blocking reads are timed
     */
    public StateStore(
            TableOwner<R> owner, ScheduledExecutorService timers, Disk disk, LongSupplier logOnDisk, Ticker ticker) {
        this.disk = disk;
        this.logOnDisk = logOnDisk;
        this.ticker = ticker;
        this.owner = owner;
        this.topics = new Topics(timers, ticker, () -> applied);
    }

    /**
     * Opens the database in that folder, or makes an empty one when there is none that fits identity and log.
     *
     * @throws StateAheadException when the log lacks what was on this disk
     * @throws StateUnavailableException when even an empty one cannot be made
     */
    public void open(Path stateFolder, StoreIdentity newIdentity, LogView log) {
        if (current != null) {
            throw new IllegalStateException("the store is open");
        }
        folder = stateFolder;
        identity = newIdentity;
        onDiskBefore = 0;
        try {
            if (!disk.exists(stateFolder)) {
                disk.makeFolder(stateFolder);
            }
            synced = SyncedIndex.open(stateFolder, newIdentity.owner());
            Content opened = reopen(stateFolder, newIdentity, log, synced.value());
            exchange(opened == null ? Content.takeOver(makeEmpty(stateFolder, newIdentity), owner) : opened);
        } catch (IOException | SQLException e) {
            throw new StateUnavailableException("cannot open the state in " + stateFolder + ": " + Plain.reason(e), e);
        } finally {
            if (current == null) {
                closeSynced();
            }
        }
    }

    private void closeSynced() {
        SyncedIndex opened = synced;
        synced = null;
        if (opened != null) {
            opened.close();
        }
    }

    /**
     * What was changed is known before it can be read, and the content is counted after it: who asks for the count before it reads
     * never takes old rows for new ones.
     */
    private void exchange(Content next) {
        mark = next.mark();
        topics.opened(next.known());
        applied = next.mark().index();
        current = next.generation();
        contents.incrementAndGet();
        broken = false;
        fitness.renewed();
        watch(next.generation());
        topics.exchanged();
    }

    private @Nullable Content reopen(Path stateFolder, StoreIdentity newIdentity, LogView log, long known)
            throws IOException {
        Optional<Mark> left = Mark.read(disk, stateFolder);
        boolean ours = left.isPresent() && left.get().owner().equals(newIdentity.owner());
        onDiskBefore = Math.max(known, ours ? left.get().synced() : 0);
        // Also when the database itself cannot tell any more.
        StateAheadException.check(onDiskBefore, log);
        if (left.isEmpty()
                || !disk.exists(Generation.file(stateFolder, left.get().generation()))) {
            return null;
        }
        if (left.get().left() == Mark.Left.DAMAGED) {
            return rebuild("it was found damaged");
        }
        if (left.get().left() == Mark.Left.OPEN) {
            // After a kill, too: H2 moves its chunks about, and opens a file that it did not close as it was some
            // transactions before, or from pieces of two times.
            return rebuild("it was left open when the process or the machine stopped");
        }
        // Before anything is written into it: from now on it counts as open.
        write(left.get().generation(), Mark.Left.OPEN, onDiskBefore);
        Generation opened;
        try {
            opened = Generation.open(stateFolder, left.get().generation(), owner.schema());
        } catch (SQLException | RuntimeException e) {
            return rebuild("it does not open: " + Damage.reason(e));
        }
        String unfit;
        try {
            Generation.Applied found = Generation.applied(opened.writer());
            unfit = found.unfit(newIdentity, log);
            opened.writer().rollback();
            if (unfit == null) {
                // All that is read at a start is read here: whatever cannot be must not be met at every start again.
                return Content.takeOver(opened, owner);
            }
        } catch (SQLException | DamagedFileException e) {
            unfit = "it cannot be read: " + Damage.reason(e);
        } catch (RuntimeException e) {
            unfit = "what is in it makes no sense: " + Plain.reason(e);
        }
        opened.close();
        return rebuild(unfit);
    }

    /**
     * @param listener told on the thread that met it, once per opening, why nothing more is read or applied before the next
     *     {@link #open}: the database is damaged, and is rebuilt then, or its file cannot be read or written. Must not block
     */
    public void onDamage(Consumer<String> listener) {
        fitness.listen(listener);
    }

    /** What a failure of the database means for whoever asked; a damaged one is marked as such. */
    private StateUnavailableException unavailable(Generation generation, String what, Exception e) {
        if (Damage.isIn(e)) {
            damaged(generation, e);
        }
        return new StateUnavailableException(what + ": " + Damage.reason(e), e);
    }

    private synchronized void damaged(Generation generation, Exception why) {
        if (generation == current) {
            fitness.damaged(generation.file(), why, () -> mark(generation, Mark.Left.DAMAGED));
        }
    }

    private void watch(Generation generation) {
        CheckedPath.watch(generation.file(), e -> failed(generation, e));
    }

    private synchronized void failed(Generation generation, IOException why) {
        if (generation == current) {
            fitness.failed(generation.file(), why);
        }
    }

    private void mark(Generation generation, Mark.Left left) {
        try {
            write(generation.number(), left, mark.synced());
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("how the database is left could not be noted");
        }
    }

    private void write(long generation, Mark.Left left, long onDisk) throws IOException {
        StoreIdentity whose = Objects.requireNonNull(identity);
        new Mark(generation, left, onDisk, whose.owner()).write(disk, Objects.requireNonNull(folder));
    }

    private static @Nullable Content rebuild(String why) {
        LOG.atWarn().addKeyValue("why", why).log("the local database is rebuilt from snapshot and log");
        return null;
    }

    private Generation makeEmpty(Path stateFolder, StoreIdentity newIdentity) throws IOException, SQLException {
        long number = Mark.read(disk, stateFolder).map(Mark::generation).orElse(0L) + 1;
        // First: the database that is deleted may be all that knows what was on this disk.
        write(number, Mark.Left.OPEN, onDiskBefore);
        Generation.deleteAll(disk, stateFolder);
        Generation made = Generation.open(stateFolder, number, owner.schema());
        Generation.setApplied(
                made.writer(),
                new Generation.Applied(newIdentity.cluster().toString(), newIdentity.token(), 0, 0, onDiskBefore));
        made.writer().commit();
        return made;
    }

    @Override
    public long appliedIndex() {
        return applied;
    }

    /** Term of {@link #appliedIndex()}; for the state machine's thread. */
    public long appliedTerm() {
        return mark.term();
    }

    /**
     * Applies committed entries in one transaction, with the index and term of the last. Returns after commit, one result per
     * entry; null for an entry at or below what was applied already.
     *
     * @throws StateUnavailableException when an entry or the commit failed: nothing of this call is kept, and nothing more may
     *     be applied before the next {@link #open}
     */
    public List<@Nullable R> apply(List<Entry> entries) {
        Generation generation = present();
        if (broken) {
            throw new StateUnavailableException("an earlier entry could not be applied");
        }
        fitness.refuseUnusable(generation.file());
        List<@Nullable R> results = new ArrayList<>(entries.size());
        Map<Topic, Long> changed = new HashMap<>();
        Connection writer = generation.writer();
        Generation.Applied next = mark;
        try {
            for (Entry entry : entries) {
                if (entry.index() <= next.index()) {
                    results.add(null);
                    continue;
                }
                Set<Topic> touched = new HashSet<>();
                results.add(owner.apply(entry.data(), entry.index(), writer, touched));
                touched.forEach(topic -> changed.put(topic, entry.index()));
                next = next.at(entry.index(), entry.term());
            }
            if (next.index() == mark.index()) {
                return results;
            }
            next = next.durable(logOnDisk.getAsLong());
            commit(generation, next, changed);
        } catch (SQLException | DamagedFileException | RuntimeException e) {
            broken = true;
            generation.rollback(e);
            throw unavailable(generation, "entry " + (next.index() + 1) + " or one behind it could not be applied", e);
        } catch (IOException e) {
            broken = true;
            generation.rollback(e);
            throw Fitness.unusable(Objects.requireNonNull(synced).file(), e);
        }
        mark = next;
        owner.committed();
        applied = next.index();
        topics.wake(changed.keySet());
        return results;
    }

    /** With the rows, in their transaction, goes what says up to where they are applied and who is to wake. */
    private void commit(Generation generation, Generation.Applied next, Map<Topic, Long> changed)
            throws SQLException, IOException {
        Connection writer = generation.writer();
        Objects.requireNonNull(synced).raise(next.synced());
        TopicIndexes.save(writer, changed);
        Generation.setApplied(writer, next);
        // What it read for this may be damaged: then nothing of it is kept.
        generation.check();
        topics.commit(changed, writer::commit);
    }

    @Override
    public PendingArchive beginArchive() {
        Generation generation = enter();
        try {
            Connection connection = generation.extraReader();
            // The transaction begins with its first read, not before.
            Generation.Applied seen = Generation.applied(connection);
            return new StoreArchive(
                    generation,
                    connection,
                    new Archive.Head(seen.cluster(), seen.index(), seen.term()),
                    Content.tables(owner),
                    e -> unavailable(generation, "cannot read the state", e));
        } catch (SQLException e) {
            generation.leave();
            throw unavailable(generation, "cannot read the state", e);
        }
    }

    /**
     * Exchanges the content for an archive's when that is newer; reads that run end on the old content, blocking ones wake. The
     * archive is on disk to stay: what it holds counts as stored here.
     *
     * @return false when this store has applied as much already
     * @throws StateUnavailableException when the archive is damaged, of another cluster, or cannot be loaded; nothing changed
     */
    public boolean load(Path archive) {
        Generation before = present();
        Path in = Objects.requireNonNull(folder);
        StoreIdentity whose = Objects.requireNonNull(identity);
        long number = before.number() + 1;
        Generation fresh = null;
        try {
            Archive.Head head = Archive.verify(archive);
            if (!ClusterRef.of(head.cluster()).id().equals(whose.cluster().id())) {
                throw new IOException(archive + " holds the state of cluster " + head.cluster());
            }
            if (head.index() <= applied) {
                return false;
            }
            Generation.delete(disk, in, number);
            fresh = Generation.open(in, number, owner.schema());
            Archive.load(archive, Content.tables(owner), fresh.writer());
            Generation.Applied loaded = new Generation.Applied(
                    whose.cluster().toString(),
                    whose.token(),
                    head.index(),
                    head.term(),
                    Math.max(mark.synced(), head.index()));
            Generation.setApplied(fresh.writer(), loaded);
            fresh.writer().commit();
            Content next = Content.takeOver(fresh, owner);
            write(number, Mark.Left.OPEN, loaded.synced());
            Objects.requireNonNull(synced).raise(loaded.synced());
            exchange(next);
        } catch (IOException | SQLException | IllegalArgumentException e) {
            if (fresh != null) {
                fresh.close();
            }
            throw new StateUnavailableException("cannot load " + archive + ": " + Plain.reason(e), e);
        }
        before.retire();
        deleteWhenClosed(in, before);
        return true;
    }

    /** An open file is unlinked only: its space returns when the last reader is gone. */
    private void deleteWhenClosed(Path in, Generation before) {
        try {
            Generation.delete(disk, in, before.number());
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", before.file()).setCause(e).log("an old database could not be deleted");
        }
    }

    @Override
    public <T> Snapshot<T> read(Query<T> query) {
        fitness.refuseUnusable(present().file());
        Generation generation = enter();
        try {
            Connection connection = generation.readers().take();
            try {
                long index = Generation.applied(connection).index();
                T value = query.run(connection);
                generation.check();
                return new Snapshot<>(value, index);
            } finally {
                generation.readers().giveBack(connection);
            }
        } catch (SQLException | DamagedFileException e) {
            throw unavailable(generation, "cannot read the state", e);
        } finally {
            generation.leave();
        }
    }

    private Generation enter() {
        while (true) {
            Generation generation = present();
            if (generation.enter()) {
                return generation;
            }
            if (generation == current) {
                throw new StateUnavailableException("the state is closing");
            }
        }
    }

    private Generation present() {
        Generation generation = current;
        if (generation == null) {
            throw new StateUnavailableException("no state is open: this server belongs to no cluster, or is starting");
        }
        return generation;
    }

    @Override
    public CompletableFuture<Boolean> await(Set<Topic> of, long index, Duration timeout) {
        return topics.await(of, index, timeout);
    }

    @Override
    public long changed(Set<Topic> of) {
        return topics.changed(of);
    }

    @Override
    public long changed(Set<Topic> of, Connection transaction) throws SQLException {
        return TopicIndexes.of(transaction, of, owner);
    }

    @Override
    public long generation() {
        return contents.get();
    }

    /** Ends reads that take longer than 3 s, syncs, and marks the database as left in order. Nothing happens when closed. */
    public void close() {
        Generation generation = current;
        if (generation == null) {
            return;
        }
        contents.incrementAndGet();
        topics.closed();
        generation.retireAndWait(READERS_END, ticker);
        current = null;
        applied = 0;
        try {
            if (fitness.isDamaged() || CheckedPath.damage(generation.file()) != null) {
                mark(generation, Mark.Left.DAMAGED);
            } else if (!broken && !fitness.hasFailed()) {
                disk.force(generation.file());
                disk.force(CheckedPath.sums(generation.file()));
                write(generation.number(), Mark.Left.CLEAN, mark.synced());
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("the database could not be synced: it is rebuilt at the next start");
        } finally {
            closeSynced();
        }
    }
}
