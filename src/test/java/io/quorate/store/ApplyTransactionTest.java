package io.quorate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.testing.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows and applied index are one transaction: whichever of the two is written last, when it fails neither is there. */
class ApplyTransactionTest {
    private static final StoreIdentity ME =
            new StoreIdentity(ClusterRef.founded(new ClusterId(new UUID(1, 2))), "token");
    private static final AtomicBoolean REFUSING = new AtomicBoolean();

    @TempDir
    Path folder;

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final StateStore<String> store = new StateStore<>(new Words(), timers);

    /** Called by the database whenever the row with the applied index changes. */
    public static final class RefusingTrigger implements Trigger {
        @Override
        public void fire(Connection connection, Object @Nullable [] before, Object @Nullable [] after)
                throws SQLException {
            if (REFUSING.get()) {
                throw new SQLException("the applied index is not written");
            }
        }
    }

    private static final class Words implements TableOwner<String> {
        @Override
        public List<String> schema() {
            return List.of(
                    "CREATE TABLE IF NOT EXISTS words (word VARCHAR(100) PRIMARY KEY, at BIGINT)",
                    "CREATE TRIGGER IF NOT EXISTS refusing BEFORE INSERT, UPDATE ON quorate_state FOR EACH ROW CALL '"
                            + RefusingTrigger.class.getName() + "'");
        }

        @Override
        public List<String> tables() {
            return List.of("words");
        }

        @Override
        public String apply(byte[] entry, long index, Connection transaction, Set<Topic> changed) throws SQLException {
            try (PreparedStatement insert = transaction.prepareStatement("INSERT INTO words VALUES (?, ?)")) {
                insert.setString(1, new String(entry, StandardCharsets.UTF_8));
                insert.setLong(2, index);
                insert.executeUpdate();
            }
            return "did";
        }

        @Override
        public void loaded(Connection transaction) {}
    }

    @AfterEach
    void close() {
        REFUSING.set(false);
        store.close();
        timers.shutdownNow();
    }

    private static Entry entry(long index, String word) {
        return new Entry(index, 1, word.getBytes(StandardCharsets.UTF_8));
    }

    private static LogView log(long last) {
        return new LogView() {
            @Override
            public long lastIndex() {
                return last;
            }

            @Override
            public long termAt(long index) {
                return 1;
            }
        };
    }

    private StateReader.Snapshot<Long> words() {
        return store.read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM words")) {
                count.next();
                return count.getLong(1);
            }
        });
    }

    @Fault(
            line = "C",
            fault = "the applied index cannot be written after the rows of its entries",
            seen = "the rows are not there either, nor after a restart, and nothing more is applied")
    @Test
    void rowsAreNotThereWithoutTheirIndex() {
        store.open(folder.resolve("state"), ME, log(0));
        store.apply(List.of(entry(1, "one")));
        REFUSING.set(true);
        assertThatThrownBy(() -> store.apply(List.of(entry(2, "two"), entry(3, "three"))))
                .isInstanceOf(StateUnavailableException.class);
        REFUSING.set(false);
        assertThat(words()).isEqualTo(new StateReader.Snapshot<>(1L, 1));
        assertThatThrownBy(() -> store.apply(List.of(entry(4, "four")))).isInstanceOf(StateUnavailableException.class);
        store.close();
        store.open(folder.resolve("state"), ME, log(3));
        long from = store.appliedIndex() + 1;
        for (long index = from; index <= 3; index++) {
            store.apply(List.of(entry(index, "word-" + index)));
        }
        assertThat(words()).isEqualTo(new StateReader.Snapshot<>(3L, 3));
    }
}
