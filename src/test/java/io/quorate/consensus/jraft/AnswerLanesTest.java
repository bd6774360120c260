package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Closure;
import io.quorate.consensus.CommandFamily.Result;
import io.quorate.runtime.Ticker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnswerLanesTest {
    private final InFlight inFlight = new InFlight(1000, 1 << 20, new LongAdder());
    private final Unanswered unanswered = new Unanswered(Ticker.system(), new LongAdder());
    private final AnswerLanes answers = new AnswerLanes();

    @AfterEach
    void close() {
        answers.close();
    }

    private Append append() {
        Append append = new Append(
                unanswered, Objects.requireNonNull(inFlight.enter(10)), unanswered.deadlineIn(Requests.APPEND));
        assertThat(unanswered.add(append)).isTrue();
        return append;
    }

    private static List<Object> results(int count) {
        return IntStream.range(0, count)
                .<Object>mapToObj(i -> new Result(true, "r" + i))
                .toList();
    }

    @Test
    void whatFollowsAnAnswerRunsInTheOrderOfItsCallerAndNotOnRaftsThread() throws Exception {
        List<Closure> waiting = new ArrayList<>();
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        List<String> threads = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Append append = append();
            waiting.add(append);
            all.add(append.result().thenAccept(result -> {
                told.add(((Result) result).text());
                threads.add(Thread.currentThread().getName());
            }));
        }
        for (int from = 0; from < 500; from += 50) {
            answers.tell(waiting.subList(from, from + 50), results(500).subList(from, from + 50));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        assertThat(told)
                .containsExactlyElementsOf(results(500).stream()
                        .map(result -> ((Result) result).text())
                        .toList());
        assertThat(threads).allMatch(name -> name.startsWith("raft-answer"));
    }

    /** Its share comes back with its answer: what waits to be told is bounded by what may be in flight. */
    @Test
    void aCallerThatIsSlowHoldsBackNobodyInAnotherLaneAndKeepsItsShare() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        Append mine = append();
        CompletableFuture<Void> after = mine.result().thenAccept(result -> {
            begun.countDown();
            join(slow);
        });
        Append behind = append();
        answers.tell(List.of(mine, behind), results(2));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(inFlight.entries()).as("the one behind").isEqualTo(1);
        // Of threads that follow each other, one in four has another lane.
        List<Append> others = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            CompletableFuture<Append> made = new CompletableFuture<>();
            Thread caller = new Thread(() -> made.complete(append()));
            caller.start();
            others.add(made.get(20, TimeUnit.SECONDS));
        }
        answers.tell(List.copyOf(others), results(4));
        for (Append other : others) {
            if (other.caller() % 4 != mine.caller() % 4) {
                assertThat(other.result().get(20, TimeUnit.SECONDS)).isNotNull();
            }
        }
        assertThat(behind.result()).isNotDone();
        slow.countDown();
        after.get(20, TimeUnit.SECONDS);
        assertThat(behind.result().get(20, TimeUnit.SECONDS)).isEqualTo(new Result(true, "r1"));
    }

    @Test
    void aLaneThatTakesNothingLeavesNobodyWithoutAnAnswer() throws Exception {
        Append append = append();
        answers.close();
        answers.tell(List.of(append), results(1));
        assertThat(append.result()).isCompletedWithValue(new Result(true, "r0"));
        assertThat(inFlight.entries()).isZero();
    }

    private static void join(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
