package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.ConsensusSettings.Snapshots;
import io.quorate.consensus.LogGrowth;
import io.quorate.consensus.NotCommittedException;
import io.quorate.kernel.ServerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotKeeperTest {
    private final SnapshotRule rule = new SnapshotRule(new Snapshots(10, 1000), new ServerId(new UUID(1, 0)));
    private long nanos = -5;
    private final SnapshotKeeper keeper = new SnapshotKeeper(() -> nanos);
    private LogGrowth growth = LogGrowth.NONE;
    private boolean replaying;
    private final List<CompletableFuture<@Nullable Void>> begun = new ArrayList<>();

    private final SnapshotKeeper.Log log = new SnapshotKeeper.Log() {
        @Override
        public SnapshotRule rule() {
            return rule;
        }

        @Override
        public LogGrowth sinceSnapshot() {
            return growth;
        }

        @Override
        public boolean isReplaying() {
            return replaying;
        }

        @Override
        public CompletableFuture<@Nullable Void> snapshot() {
            CompletableFuture<@Nullable Void> made = new CompletableFuture<>();
            begun.add(made);
            return made;
        }
    };

    /** Looks four times in each second, as the loop does. */
    private void pass(Duration time) {
        for (long ms = 0; ms < time.toMillis(); ms += 250) {
            nanos += 250_000_000;
            keeper.look(log);
        }
    }

    private void fail() {
        begun.get(begun.size() - 1).completeExceptionally(new NotCommittedException("no space left"));
    }

    @Test
    void onlyOneIsSavedAtATimeAndTheNextComesAfterAPause() {
        growth = new LogGrowth(10, 0);
        keeper.look(log);
        pass(Duration.ofMinutes(2));
        assertThat(begun).as("still being saved").hasSize(1);

        begun.get(0).complete(null);
        pass(Duration.ofMinutes(7));
        assertThat(begun).as("it took two minutes: the next eight are a pause").hasSize(1);
        pass(Duration.ofMinutes(2));
        assertThat(begun).hasSize(2);
    }

    @Test
    void aLogBelowItsBoundIsLeftAlone() {
        growth = new LogGrowth(9, 999);
        pass(Duration.ofHours(2));
        assertThat(begun).isEmpty();
    }

    @Test
    void whileTheLogIsReplayedNoneIsTried() {
        growth = new LogGrowth(10, 0);
        replaying = true;
        pass(Duration.ofMinutes(1));
        assertThat(begun).isEmpty();
        replaying = false;
        keeper.look(log);
        assertThat(begun).as("without a pause").hasSize(1);
    }

    @Test
    void whatFailsIsTriedAgainLaterAndLater() {
        growth = new LogGrowth(10, 0);
        keeper.look(log);
        for (int pauseS : List.of(60, 120, 240, 480, 600, 600)) {
            int tried = begun.size();
            fail();
            keeper.look(log);
            pass(Duration.ofSeconds(pauseS - 1));
            assertThat(begun).as("within %s s", pauseS).hasSize(tried);
            pass(Duration.ofSeconds(1));
            assertThat(begun).hasSize(tried + 1);
        }
        begun.get(begun.size() - 1).complete(null);
        int tried = begun.size();
        pass(Duration.ofSeconds(31));
        assertThat(begun).as("saved: the usual pause again").hasSize(tried + 1);
    }
}
