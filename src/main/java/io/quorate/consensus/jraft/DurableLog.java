package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import io.quorate.consensus.LogFaults;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The raft log of one server on its disk, and what is known of that disk: up to which index the log would survive a power failure,
 * since when a write has been under way, and what the system said when one failed. SOFAJRaft itself keeps none of the three.
 *
 * <p>Written by the node's log thread only; {@link #onDisk()} and {@link #writes()} are safe for any thread and never wait.
 */
final class DurableLog implements LogStorage {
    private final LogStorage log;
    private final Path path;
    private final LogFaults faults;
    private final Writes writes;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long onDisk;
    private volatile boolean open;

    DurableLog(Path path, RaftOptions options, LogFaults faults, Ticker ticker) {
        this(new RocksDBLogStorage(path.toString(), options), path, faults, ticker);
    }

    DurableLog(LogStorage log, Path path, LogFaults faults, Ticker ticker) {
        this.log = log;
        this.path = path;
        this.faults = faults;
        writes = new Writes(path, ticker);
    }

    /** What is under way or failed. */
    Writes writes() {
        return writes;
    }

    /** The last index up to which every entry was synced; what raft cuts off or replaces is not counted. */
    long onDisk() {
        return onDisk;
    }

    /** Returns once the files are closed and may be opened again; at once when they never were open. */
    void awaitClosed() throws InterruptedException {
        if (open) {
            closed.await();
        }
    }

    @Override
    public boolean init(LogStorageOptions options) {
        if (!log.init(options)) {
            return false;
        }
        open = true;
        int lost = faults.lostAtOpening(path);
        if (lost > 0 && !log.truncateSuffix(Math.max(0, log.getLastLogIndex() - lost))) {
            return false;
        }
        // What is found at opening is synced: RocksDB writes what it recovers from its own log into files of their own.
        onDisk = log.getLastLogIndex();
        return true;
    }

    @Override
    public void shutdown() {
        if (open) {
            log.shutdown();
        }
        closed.countDown();
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return write(() -> log.appendEntry(entry), entry.getId().getIndex());
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        long last = entries.get(entries.size() - 1).getId().getIndex();
        return write(() -> log.appendEntries(entries) == entries.size(), last) ? entries.size() : 0;
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return write(() -> log.truncatePrefix(firstIndexKept), onDisk);
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        // Before it happens: a part that is gone must not count as stored for a moment.
        onDisk = Math.min(onDisk, lastIndexKept);
        return write(() -> log.truncateSuffix(lastIndexKept), onDisk);
    }

    /** A snapshot, which is on disk, takes the place of all entries before that index. */
    @Override
    public boolean reset(long nextLogIndex) {
        onDisk = 0;
        return write(() -> log.reset(nextLogIndex), nextLogIndex - 1);
    }

    private boolean write(BooleanSupplier operation, long onDiskAfter) {
        writes.begin();
        try {
            faults.beforeWrite(path);
            if (!operation.getAsBoolean()) {
                failed(RocksWords.of(log));
                return false;
            }
            onDisk = onDiskAfter;
            return true;
        } catch (IOException e) {
            failed(Plain.reason(e));
            return false;
        } finally {
            writes.end();
        }
    }

    private void failed(@Nullable String words) {
        writes.failed(words == null ? "a write failed" : words);
    }

    @Override
    public long getFirstLogIndex() {
        return log.getFirstLogIndex();
    }

    @Override
    public long getLastLogIndex() {
        return log.getLastLogIndex();
    }

    @Override
    public @Nullable LogEntry getEntry(long index) {
        return log.getEntry(index);
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
        return log.getTerm(index);
    }
}
