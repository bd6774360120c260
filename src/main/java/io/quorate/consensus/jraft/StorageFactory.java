package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.LogFaults;
import io.quorate.runtime.Ticker;
import java.nio.file.Path;

/** What one group keeps on disk, each part watched: a node that cannot write must be known for it. Called while the node is made. */
final class StorageFactory extends DefaultJRaftServiceFactory {
    private final GroupStart start;
    private final LogFaults faults;
    private final GroupView view;

    StorageFactory(GroupStart start, LogFaults faults, GroupView view) {
        this.start = start;
        this.faults = faults;
        this.view = view;
    }

    @Override
    public LogStorage createLogStorage(String uri, RaftOptions raftOptions) {
        DurableLog storage = new DurableLog(Path.of(uri), raftOptions, faults, Ticker.system());
        view.log(storage);
        return storage;
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions raftOptions) {
        Writes writes = new Writes(Path.of(uri), Ticker.system());
        view.disk().votes(writes);
        RaftMetaStorage promised =
                new PromisedMeta(super.createRaftMetaStorage(uri, raftOptions), start.folder(), start.token());
        return new WatchedVotes(promised, writes, view.standing());
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions nodeOptions) {
        SnapshotStorage storage = super.createSnapshotStorage(nodeOptions);
        view.snapshots((LocalSnapshotStorage) storage);
        return storage;
    }
}
