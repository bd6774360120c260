package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotWriter;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.LogFaults;
import io.quorate.consensus.ServerCommand;
import io.quorate.consensus.ServerFamily;
import io.quorate.consensus.UsedLevel;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Level;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Ticker;
import io.quorate.store.Entry;
import io.quorate.store.LogView;
import io.quorate.store.StateStore;
import io.quorate.store.StoreIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedStateTest {
    @TempDir
    Path folder;

    private static final class Deaf implements ReplicatedState.Listener {
        @Override
        public void leading(long term) {}

        @Override
        public void notLeading() {}

        @Override
        public void following(@Nullable String leader, long term) {}

        @Override
        public void changed() {}

        @Override
        public void snapshotAt(long index, long term) {}

        @Override
        public void failed(String why, ReplicatedState.Cause cause) {}
    }

    /** Its index would be what raft has replayed so far, its content would be newer. */
    @Test
    void noSnapshotIsSavedWhileTheLogIsReplayedThatTheDatabaseHas() throws Exception {
        ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
        ServerFamily expelled = new ServerFamily();
        CommandCodec codec = new CommandCodec(List.of(expelled));
        StateStore<Object> store = new StateStore<>(new FamilyTables(codec, new UsedLevel(), Level.PRESENT), timers);
        LogView log = new LogView() {
            @Override
            public long lastIndex() {
                return 0;
            }

            @Override
            public long termAt(long index) {
                return 0;
            }
        };
        ClusterRef cluster = ClusterRef.founded(new ClusterId(UUID.randomUUID()));
        store.open(folder.resolve("state"), new StoreIdentity(cluster, "t"), log);
        try {
            byte[] entry = codec.encode(new ServerCommand.Expel(new ServerId(UUID.randomUUID()), new NodeName("a")), 0);
            store.apply(List.of(new Entry(5, 1, entry)));
            ReplicatedState replaying = new ReplicatedState(
                    store,
                    Runnable::run,
                    new AnswerLanes(List.of(Runnable::run)),
                    new Writes(folder, Ticker.system()),
                    LogFaults.NONE,
                    new Deaf());
            List<Status> outcomes = new ArrayList<>();
            LocalSnapshotWriter writer = new LocalSnapshotWriter(folder.toString(), null, new RaftOptions());
            replaying.onSnapshotSave(writer, outcomes::add);
            assertThat(outcomes).hasSize(1);
            assertThat(outcomes.get(0).getRaftError()).isEqualTo(RaftError.EBUSY);
            assertThat(folder.resolve("state.archive")).doesNotExist();
        } finally {
            store.close();
            timers.shutdownNow();
        }
    }
}
