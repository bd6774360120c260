package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotMetaTable;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.LogFaults;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Where a group keeps log, vote and snapshots in its folder, and a look at them while no node runs. */
final class RaftStorage {
    /** Places in each of the queues between raft's threads. */
    static final int RING = 4096;

    static final String SNAPSHOT_PREFIX = "snapshot_";
    private static final String SNAPSHOT_META = "__raft_snapshot_meta";
    private static final Object ONCE = new Object();
    private static boolean small;

    private RaftStorage() {}

    static Path log(Path folder) {
        return folder.resolve("log");
    }

    static Path meta(Path folder) {
        return folder.resolve("meta");
    }

    static Path snapshot(Path folder) {
        return folder.resolve("snapshot");
    }

    static Path state(Path folder) {
        return folder.resolve("state");
    }

    /** Small RocksDB settings; before the first node of the process, and once, for registering twice is refused. */
    static void prepare() {
        synchronized (ONCE) {
            if (small) {
                return;
            }
            RocksDB.loadLibrary();
            DBOptions database = StorageOptionsFactory.getDefaultRocksDBOptions();
            database.setMaxTotalWalSize(64 << 20)
                    .setKeepLogFileNum(3)
                    .setMaxBackgroundJobs(2)
                    .setMaxOpenFiles(256);
            StorageOptionsFactory.registerRocksDBOptions(RocksDBLogStorage.class, database);
            ColumnFamilyOptions family = StorageOptionsFactory.getDefaultRocksDBColumnFamilyOptions();
            family.setWriteBufferSize(8 << 20)
                    .setMaxWriteBufferNumber(2)
                    .setMaxBytesForLevelBase(64 << 20)
                    .setTargetFileSizeBase(16 << 20)
                    .setMemtablePrefixBloomSizeRatio(0);
            StorageOptionsFactory.registerRocksDBColumnFamilyOptions(RocksDBLogStorage.class, family);
            StorageOptionsFactory.registerRocksDBTableFormatConfig(
                    RocksDBLogStorage.class,
                    new BlockBasedTableConfig()
                            .setBlockCache(new LRUCache(8 << 20))
                            .setCacheIndexAndFilterBlocks(true));
            small = true;
        }
    }

    static RaftOptions options(int electionDelayMs) {
        RaftOptions options = new RaftOptions();
        options.setMaxElectionDelayMs(electionDelayMs);
        // Five heartbeats in an election timeout: three may be lost in a row. Ten cost an idle server a tenth more
        // processor time.
        options.setElectionHeartbeatFactor(5);
        options.setEnableLogEntryChecksum(true);
        options.setOpenStatistics(false);
        options.setDisruptorBufferSize(RING);
        return options;
    }

    /**
     * Opens log and snapshot of a folder on which no node runs. A folder without a log is left as it is.
     *
     * @throws ConsensusException when they do not open
     */
    static Stored open(Path folder, LogFaults faults) {
        prepare();
        RaftOptions options = options(0);
        SnapshotMeta snapshot = lastSnapshot(snapshot(folder), options);
        long snapshotIndex = snapshot.getLastIncludedIndex();
        long snapshotTerm = snapshot.getLastIncludedTerm();
        if (!Files.isDirectory(log(folder))) {
            return new Stored(null, 1, 0, snapshotIndex, snapshotTerm);
        }
        DurableLog log = new DurableLog(log(folder), options, faults, Ticker.system());
        LogStorageOptions opening = new LogStorageOptions();
        opening.setGroupId("inspect");
        opening.setConfigurationManager(new ConfigurationManager());
        opening.setLogEntryCodecFactory(new DefaultJRaftServiceFactory().createLogEntryCodecFactory());
        if (!log.init(opening)) {
            throw unopened(log(folder));
        }
        return new Stored(log, log.getFirstLogIndex(), log.getLastLogIndex(), snapshotIndex, snapshotTerm);
    }

    /** Opened once more, only to be read, for the words that SOFAJRaft keeps to itself: damage is lost data, a sick disk is none. */
    private static ConsensusException unopened(Path log) {
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (Options plain = new Options();
                DBOptions options = new DBOptions()) {
            List<ColumnFamilyDescriptor> families = RocksDB.listColumnFamilies(plain, log.toString()).stream()
                    .map(ColumnFamilyDescriptor::new)
                    .toList();
            RocksDB.openReadOnly(options, log.toString(), families, handles).close();
            return new ConsensusException("the raft log in " + log + " does not open", false);
        } catch (RocksDBException e) {
            String words = Plain.reason(e);
            Status status = e.getStatus();
            boolean damaged = status != null
                    && (status.getCode() == Status.Code.Corruption
                            || status.getCode() == Status.Code.NotFound
                            || words.contains("No such file or directory"));
            return damaged
                    ? Inventory.lost("log", "is damaged: " + words)
                    : new ConsensusException("the raft log in " + log + " does not open: " + words, false);
        } finally {
            handles.forEach(ColumnFamilyHandle::close);
        }
    }

    private static SnapshotMeta lastSnapshot(Path snapshots, RaftOptions options) {
        Path newest = null;
        long index = 0;
        try {
            if (!Files.isDirectory(snapshots)) {
                return SnapshotMeta.getDefaultInstance();
            }
            try (DirectoryStream<Path> found = Files.newDirectoryStream(snapshots, SNAPSHOT_PREFIX + "*")) {
                for (Path candidate : found) {
                    long at = Long.parseLong(candidate.getFileName().toString().substring(SNAPSHOT_PREFIX.length()));
                    if (at > index && Files.exists(candidate.resolve(SNAPSHOT_META))) {
                        index = at;
                        newest = candidate;
                    }
                }
            }
            if (newest == null) {
                return SnapshotMeta.getDefaultInstance();
            }
            LocalSnapshotMetaTable table = new LocalSnapshotMetaTable(options);
            Path meta = newest.resolve(SNAPSHOT_META);
            if (!Inventory.isSmallMessage(meta) || !table.loadFromFile(meta.toString()) || !table.hasMeta()) {
                throw Inventory.lost("snapshot/" + newest.getFileName() + "/" + SNAPSHOT_META, "is damaged");
            }
            for (String file : table.listFiles()) {
                if (!Files.exists(newest.resolve(file))) {
                    throw Inventory.lost("snapshot/" + newest.getFileName() + "/" + file, "is missing");
                }
            }
            return table.getMeta();
        } catch (IOException | NumberFormatException e) {
            throw new ConsensusException(
                    "the snapshots in " + snapshots + " cannot be read: " + Plain.reason(e), false, e);
        }
    }

    /** Term of an entry; 0 when the log does not hold it. */
    static long term(LogStorage log, long index) {
        LogEntry entry = log.getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    /** Log and snapshot, open until closed. */
    static final class Stored implements io.quorate.store.LogView, AutoCloseable {
        private final @org.jspecify.annotations.Nullable LogStorage log;
        private final long firstLogIndex;
        private final long lastLogIndex;
        private final long snapshotIndex;
        private final long snapshotTerm;

        Stored(
                @org.jspecify.annotations.Nullable LogStorage log,
                long firstLogIndex,
                long lastLogIndex,
                long snapshotIndex,
                long snapshotTerm) {
            this.log = log;
            this.firstLogIndex = firstLogIndex;
            this.lastLogIndex = lastLogIndex;
            this.snapshotIndex = snapshotIndex;
            this.snapshotTerm = snapshotTerm;
        }

        @Override
        public long lastIndex() {
            return Math.max(lastLogIndex, snapshotIndex);
        }

        @Override
        public long termAt(long index) {
            if (index == 0) {
                return 0;
            }
            if (index == snapshotIndex) {
                return snapshotTerm;
            }
            if (log == null || index < firstLogIndex || index > lastLogIndex) {
                return -1;
            }
            return term(log, index);
        }

        long snapshotIndex() {
            return snapshotIndex;
        }

        long snapshotTerm() {
            return snapshotTerm;
        }

        /** Entries between snapshot and log are gone: neither can be rebuilt from the other. */
        boolean hasGap() {
            return lastLogIndex >= firstLogIndex && lastLogIndex > 0 && firstLogIndex > snapshotIndex + 1;
        }

        @Override
        public void close() {
            if (log != null) {
                log.shutdown();
            }
        }
    }
}
