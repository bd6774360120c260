package io.quorate.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.testing.Ends;
import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Ends ends = new Ends();
    private final long errors = Failures.errors();
    private final long exceptions = Failures.exceptions();

    @AfterEach
    void close() {
        ends.close();
    }

    @Test
    void anExceptionIsCountedAndNeverEndsTheProcess() {
        Failures.heard(Duty.VITAL, "gossip", new IllegalStateException("a bug"));
        Failures.heard(Duty.HELPFUL, "metrics", new IllegalStateException("a bug"));
        assertThat(ends.heard()).isEmpty();
        assertThat(Failures.exceptions() - exceptions).isEqualTo(2);
    }

    @Test
    void anErrorEndsTheProcessWhereTheAgentCannotLiveWithoutTheThread() {
        Failures.heard(Duty.HELPFUL, "metrics", new NoClassDefFoundError("io/Thing"));
        assertThat(ends.heard()).isEmpty();
        Failures.heard(Duty.VITAL, "founding", new NoClassDefFoundError("io/Thing"));
        assertThat(ends.heard()).containsExactly("founding: java.lang.NoClassDefFoundError: io/Thing");
        assertThat(Failures.errors() - errors).isEqualTo(2);
    }

    @Test
    void withoutMemoryTheProcessEndsWhateverMetIt() {
        Failures.heard(Duty.HELPFUL, "metrics", new OutOfMemoryError("Cannot reserve direct buffer memory"));
        assertThat(ends.heard())
                .containsExactly("metrics: java.lang.OutOfMemoryError: Cannot reserve direct buffer memory");
    }

    @Test
    void whatFollowsAnAnswerIsHeardOfWhenItFails() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Failures.whenDone(answer, Duty.VITAL, "reading an answer", (text, failure) -> {
            throw new NoClassDefFoundError(text);
        });
        answer.complete("io/Reader");
        assertThat(ends.heard()).hasSize(1).first().asString().startsWith("reading an answer: ");
    }

    @Test
    @Fault(
            line = "B1",
            fault = "an Error, then an exception, in a periodic task of an event loop",
            seen = "both are counted, and the task runs again and again")
    void aPeriodicTaskOfALoopGoesOnAfterAnError() {
        try (EventLoop loop = new EventLoop("tried")) {
            AtomicInteger runs = new AtomicInteger();
            Timers.Timer timer = loop.every(Duration.ofMillis(1), () -> throwAtFirst(runs.incrementAndGet()));
            Await.until("ran five times", SOON, () -> runs.get() >= 5);
            timer.cancel();
        }
        assertThat(Failures.errors() - errors).isEqualTo(1);
        assertThat(Failures.exceptions() - exceptions).isEqualTo(1);
        assertThat(ends.heard()).isEmpty();
    }

    @Test
    @Fault(
            line = "B1",
            fault = "an Error in a periodic task of a scheduled pool",
            seen = "it is counted, and the task runs again and again")
    void aPeriodicTaskOfATimerGoesOnAfterAnError() {
        ScheduledThreadPoolExecutor timer = Threads.timer("tried");
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger rated = new AtomicInteger();
        var delayed =
                timer.scheduleWithFixedDelay(() -> throwAtFirst(runs.incrementAndGet()), 1, 1, TimeUnit.MILLISECONDS);
        var fixed = timer.scheduleAtFixedRate(() -> throwAtFirst(rated.incrementAndGet()), 1, 1, TimeUnit.MILLISECONDS);
        Await.until("both ran five times", SOON, () -> runs.get() >= 5 && rated.get() >= 5);
        assertThat(delayed.isDone() || fixed.isDone()).isFalse();
        timer.shutdownNow();
        assertThat(Failures.errors() - errors).isEqualTo(2);
    }

    private static void throwAtFirst(int run) {
        if (run == 1) {
            throw new NoClassDefFoundError("planted");
        } else if (run == 2) {
            throw new IllegalStateException("planted");
        }
    }

    @Test
    void aVitalLoopThatMeetsAnErrorEndsTheProcess() {
        try (EventLoop loop = new EventLoop(Duty.VITAL, "founding")) {
            loop.execute(() -> {
                throw new ExceptionInInitializerError("planted");
            });
            Await.until("it ended", SOON, () -> !ends.heard().isEmpty());
        }
        assertThat(ends.heard()).hasSize(1).first().asString().startsWith("founding: ");
    }

    @Test
    void aTaskThatIsAskedForItsResultTellsOfItsErrorTwice() {
        try (EventLoop loop = new EventLoop(Duty.VITAL, "founding")) {
            CompletableFuture<String> asked = loop.submit(() -> {
                throw new UnsatisfiedLinkError("planted");
            });
            assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(UnsatisfiedLinkError.class);
            Await.until("it ended", SOON, () -> !ends.heard().isEmpty());
        }
    }

    @Test
    @Fault(
            line = "B2",
            fault = "a loop is closed while questions to it wait",
            seen = "each of them is answered that the loop is closed")
    void whoWaitsForAClosedLoopIsTold() throws InterruptedException {
        EventLoop loop = new EventLoop("tried");
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        loop.execute(() -> {
            running.countDown();
            awaitQuietly(goOn);
        });
        running.await();
        CompletableFuture<Integer> waits = loop.submit(() -> 1);
        loop.close();
        assertThatThrownBy(() -> waits.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(RejectedExecutionException.class);
        goOn.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aPoolHearsOfEachErrorAndGoesOn() {
        ThreadPoolExecutor pool = Threads.pool(Duty.VITAL, "worker", 1, 8);
        AtomicInteger runs = new AtomicInteger();
        pool.execute(() -> {
            throw new UnsatisfiedLinkError("planted");
        });
        pool.execute(runs::incrementAndGet);
        Await.until("the second ran", SOON, () -> runs.get() == 1);
        assertThat(ends.heard()).containsExactly("worker: java.lang.UnsatisfiedLinkError: planted");
        pool.shutdownNow();
    }

    @Test
    void aThreadOfItsOwnIsHeardOfWhenItEndsByAnError() throws InterruptedException {
        Thread thread = Threads.thread(Duty.VITAL, "gossip-io", () -> {
            throw new StackOverflowError("planted");
        });
        thread.start();
        thread.join(SOON.toMillis());
        assertThat(ends.heard()).containsExactly("gossip-io: java.lang.StackOverflowError: planted");
    }
}
