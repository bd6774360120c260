package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.LevelledFamily;
import io.quorate.consensus.UsedLevel;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.store.Entry;
import io.quorate.store.LogView;
import io.quorate.store.PendingArchive;
import io.quorate.store.StateStore;
import io.quorate.store.StateUnavailableException;
import io.quorate.store.StoreIdentity;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which level the log holds is part of the replicated state: in the same transaction, over restarts and in snapshots. */
class UsedLevelTest {
    private static final StoreIdentity IDENTITY =
            new StoreIdentity(ClusterRef.founded(new ClusterId(new UUID(7, 7))), "token");
    private static final LogView LOG = new LogView() {
        @Override
        public long lastIndex() {
            return 100;
        }

        @Override
        public long termAt(long index) {
            return 1;
        }
    };

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();

    @TempDir
    Path root;

    @AfterEach
    void end() {
        timers.shutdownNow();
    }

    private final class Server {
        final UsedLevel used = new UsedLevel();
        final CommandCodec codec = new CommandCodec(List.of(new LevelledFamily()));
        final StateStore<Object> store;

        Server(String folder, int own) {
            store = new StateStore<>(new FamilyTables(codec, used, own), timers);
            store.open(root.resolve(folder), IDENTITY, LOG);
        }

        void apply(long index, int level, boolean fails) {
            store.apply(List.of(new Entry(index, 1, codec.encode(new LevelledFamily.Of(level, fails), 0))));
        }
    }

    @Test
    void itGrowsWithTheTransactionAndIsThereAfterARestart() {
        Server server = new Server("a", 3);
        server.apply(1, 1, false);
        assertThat(server.used.value()).isEqualTo(1);
        server.apply(2, 3, false);
        server.apply(3, 2, false);
        assertThat(server.used.value()).isEqualTo(3);
        server.store.close();
        Server again = new Server("a", 3);
        assertThat(again.store.appliedIndex()).isEqualTo(3);
        assertThat(again.used.value()).isEqualTo(3);
        again.store.close();
    }

    @Test
    void aCommandThatIsTakenBackLeavesNoTrace() {
        Server server = new Server("a", 3);
        server.apply(1, 2, false);
        assertThatThrownBy(() -> server.apply(2, 3, true)).isInstanceOf(StateUnavailableException.class);
        assertThat(server.used.value()).isEqualTo(2);
        server.store.close();
        Server again = new Server("a", 3);
        assertThat(again.used.value()).isLessThanOrEqualTo(2);
        again.store.close();
    }

    @Test
    void aSnapshotCarriesItAndAnOlderServerRefusesItInWords() {
        Server server = new Server("a", 2);
        server.apply(1, 1, false);
        Path first = archive(server, "first");
        server.apply(2, 2, false);
        Path second = archive(server, "second");
        Server newer = new Server("b", 2);
        assertThat(newer.store.load(second)).isTrue();
        assertThat(newer.used.value()).isEqualTo(2);
        Server older = new Server("c", 1);
        assertThat(older.store.load(first)).isTrue();
        assertThatThrownBy(() -> older.store.load(second))
                .isInstanceOf(UnknownCommandException.class)
                .hasMessage("the state holds what came with level 2, this version has level 1");
        assertThat(older.store.appliedIndex()).as("what it had stays").isEqualTo(1);
        List.of(server, newer, older).forEach(each -> each.store.close());
    }

    private Path archive(Server server, String name) {
        Path file = root.resolve(name);
        try (PendingArchive archive = server.store.beginArchive()) {
            archive.write(file);
        }
        return file;
    }
}
