package io.quorate.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Thousands may wait for one leader: it is not met by all of them at once, and nobody waits longer than he may. */
class HeldTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long now = 1000;
    private @Nullable Runnable step;
    private @Nullable Object wanted;
    private final List<Integer> again = new ArrayList<>();
    private final List<Integer> over = new ArrayList<>();
    private final Held held = new Held(
            new Timers() {
                @Override
                public Timer after(Duration delay, Runnable task) {
                    assertThat(step).as("one look at a time").isNull();
                    step = task;
                    return () -> {};
                }

                @Override
                public Timer every(Duration delay, Runnable task) {
                    throw new UnsupportedOperationException();
                }
            },
            () -> now,
            () -> wanted);

    private final class Question implements Held.Question {
        private final int number;
        private final long deadline;

        Question(int number, long deadline) {
            this.number = number;
            this.deadline = deadline;
        }

        @Override
        public long deadlineNanos() {
            return deadline;
        }

        @Override
        public void again() {
            again.add(number);
        }

        @Override
        public void over() {
            over.add(number);
        }
    }

    private void hold(int number, long seconds, @Nullable Object whom) {
        held.hold(new Question(number, now + seconds * SECOND), whom);
    }

    /** Looks until nobody is left or the time is over. */
    private int look(Duration longest) {
        long end = now + longest.toNanos();
        int looks = 0;
        while (step != null && now < end) {
            Runnable next = step;
            step = null;
            now += Duration.ofMillis(25).toNanos();
            next.run();
            looks++;
        }
        return looks;
    }

    @Test
    void nobodyIsTriedWhileThereIsNobodyAndEachEndsAtItsOwnTime() {
        hold(1, 7, null);
        hold(2, 1, null);
        look(Duration.ofMillis(1500));
        assertThat(over).containsExactly(2);
        assertThat(again).isEmpty();
        look(Duration.ofSeconds(10));
        assertThat(over).containsExactly(2, 1);
        assertThat(step).as("nobody is left to look for").isNull();
    }

    @Test
    void aNewLeaderIsMetByAFewHundredAtATimeInTheOrderInWhichTheyCame() {
        for (int i = 0; i < 1000; i++) {
            hold(i, 7, null);
        }
        wanted = "leader";
        look(Duration.ofMillis(25));
        assertThat(again).hasSizeBetween(1, 400).startsWith(0, 1, 2);
        look(Duration.ofMillis(300));
        assertThat(again).hasSize(1000);
    }

    @Test
    void oneThatCouldNotBeReachedIsTriedByOneQuestionUntilItAnswers() {
        wanted = "leader";
        for (int i = 0; i < 1000; i++) {
            hold(i, 60, "leader");
        }
        look(Duration.ofSeconds(3));
        assertThat(again.size()).isBetween(1, 5);
        held.answered();
        look(Duration.ofMillis(300));
        assertThat(again).hasSize(1000);
    }

    @Test
    void anotherOneIsTriedAtOnce() {
        wanted = "leader";
        hold(1, 7, "leader");
        look(Duration.ofMillis(25));
        assertThat(again).isEmpty();
        wanted = "another";
        look(Duration.ofMillis(25));
        assertThat(again).containsExactly(1);
    }

    @Test
    void tooManyAreToldAtOnce() {
        for (int i = 0; i <= Held.MAX; i++) {
            hold(i, 7, null);
        }
        assertThat(over).containsExactly(Held.MAX);
        assertThat(held.size()).isEqualTo(Held.MAX);
    }

    @Test
    void whoeverWaitsIsToldWhenTheAgentStops() {
        hold(1, 7, null);
        held.close();
        hold(2, 7, null);
        assertThat(over).containsExactly(1, 2);
    }
}
