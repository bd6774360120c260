package io.quorate.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Many reads share a read index, and none uses one that was taken before it was asked. */
class ConfirmationTest {
    private final List<CompletableFuture<@Nullable Void>> barriers = new ArrayList<>();
    private final List<Runnable> late = new ArrayList<>();
    private final Timers timers = new Timers() {
        @Override
        public Timer after(Duration delay, Runnable task) {
            late.add(task);
            return () -> {};
        }

        @Override
        public Timer every(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }
    };
    private final Confirmation confirmation = new Confirmation(this::barrier, timers, Duration.ofMillis(5));

    private CompletableFuture<@Nullable Void> barrier() {
        CompletableFuture<@Nullable Void> barrier = new CompletableFuture<>();
        barriers.add(barrier);
        return barrier;
    }

    @Test
    void whoeverAsksWhileOneIsUnderWayWaitsForTheNext() {
        var first = confirmation.ask().soon();
        var second = confirmation.ask().soon();
        var third = confirmation.ask().soon();
        assertThat(barriers).hasSize(1);
        barriers.get(0).complete(null);
        assertThat(first).isCompletedWithValue(Confirmation.Outcome.CURRENT);
        assertThat(second).isNotDone();
        assertThat(barriers).as("one for both").hasSize(2);
        barriers.get(1).complete(null);
        assertThat(second).isCompletedWithValue(Confirmation.Outcome.CURRENT);
        assertThat(third).isCompletedWithValue(Confirmation.Outcome.CURRENT);
        assertThat(barriers).as("nobody is left to ask for").hasSize(2);
    }

    @Test
    void aFailureIsTheOneOfThoseWhoWaitedForIt() {
        var first = confirmation.ask().soon();
        var second = confirmation.ask().soon();
        barriers.get(0).completeExceptionally(new IllegalStateException("no majority"));
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isNotDone();
        barriers.get(1).complete(null);
        assertThat(second).isCompletedWithValue(Confirmation.Outcome.CURRENT);
    }

    @Test
    void nobodyWaitsBehindOneThatIsLate() {
        var first = confirmation.ask().soon();
        var second = confirmation.ask().soon();
        late.get(0).run();
        assertThat(first).isCompletedWithValue(Confirmation.Outcome.LATE);
        assertThat(barriers).hasSize(2);
        barriers.get(1).complete(null);
        assertThat(second).isCompletedWithValue(Confirmation.Outcome.CURRENT);
        barriers.get(0).complete(null);
        assertThat(confirmation.ask().soon())
                .as("the late one changes nothing any more")
                .isNotDone();
        assertThat(barriers).hasSize(3);
    }

    @Test
    void lateIsNoConfirmation() {
        Confirmation.Round round = confirmation.ask();
        late.get(0).run();
        assertThat(round.soon()).isCompletedWithValue(Confirmation.Outcome.LATE);
        assertThat(round.sure()).isNotDone();
        barriers.get(0).complete(null);
        assertThat(round.sure()).isCompletedWithValue(Confirmation.Outcome.CURRENT);
        Confirmation.Round refused = confirmation.ask();
        late.get(1).run();
        barriers.get(1).completeExceptionally(new IllegalStateException("no majority"));
        assertThat(refused.sure()).isCompletedExceptionally();
    }

    @Test
    void whatFollowsMayAskAgain() {
        CompletableFuture<Confirmation.Outcome> again = confirmation
                .ask()
                .soon()
                .thenCompose(first -> confirmation.ask().soon());
        barriers.get(0).complete(null);
        assertThat(again).isNotDone();
        barriers.get(1).complete(null);
        assertThat(again).isCompletedWithValue(Confirmation.Outcome.CURRENT);
    }

    @Test
    void aBarrierThatThrowsIsAFailure() {
        Confirmation broken = new Confirmation(
                () -> {
                    throw new IllegalStateException("no group");
                },
                timers,
                null);
        assertThat(broken.ask().soon()).isCompletedExceptionally();
        assertThat(broken.ask().soon()).isCompletedExceptionally();
    }
}
