package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A thread that waits for a node's lock may never return: nobody waits for it longer than told, nor does the next group. */
class NodeWorkTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final AtomicLong now = new AtomicLong();
    private final CountDownLatch lock = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private final List<NodeWork> opened = new ArrayList<>();
    private final Unanswered unanswered = new Unanswered(now::get, new LongAdder());

    @AfterEach
    void close() {
        lock.countDown();
        opened.forEach(NodeWork::close);
    }

    private NodeWork group(Unanswered its) {
        NodeWork work = new NodeWork(its);
        opened.add(work);
        return work;
    }

    private CompletableFuture<@Nullable Void> hang() {
        held.countDown();
        try {
            lock.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return CompletableFuture.completedFuture(null);
    }

    private static Throwable failure(CompletableFuture<?> call) {
        Await.until("ended", LONG, call::isDone);
        return call.handle((value, failure) -> java.util.Objects.requireNonNull(failure))
                .join();
    }

    @Fault(
            line = "A1c",
            fault = "the thread that changes the peer set never gets the node's lock",
            seen = "the change that it began ends as outcome unknown, those behind it as not begun, and they never are")
    @Test
    void whatIsBegunEndsAsUnknownAndWhatIsNotIsNeverBegun() throws Exception {
        NodeWork work = group(unanswered);
        AtomicBoolean second = new AtomicBoolean();
        CompletableFuture<@Nullable Void> begun = work.call(LIMIT, this::hang);
        CompletableFuture<@Nullable Void> behind = work.call(LIMIT, () -> {
            second.set(true);
            return CompletableFuture.completedFuture(null);
        });
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        now.addAndGet(LIMIT.toNanos());
        unanswered.expire();
        assertThat(failure(begun)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(failure(behind)).isInstanceOf(NotCommittedException.class).hasMessageContaining("not begun");
        lock.countDown();
        CompletableFuture<@Nullable Void> after = work.call(LIMIT, () -> CompletableFuture.completedFuture(null));
        after.get(20, TimeUnit.SECONDS);
        assertThat(second).isFalse();
    }

    @Fault(
            line = "A1c",
            fault = "raft is stopped while a change waits for the node's lock for ever, and starts again",
            seen = "the waiting change ends at once, and changes of the new group are carried out")
    @Test
    void aThreadThatHangsInOneGroupDoesNotHoldUpTheNext() throws Exception {
        NodeWork former = group(unanswered);
        CompletableFuture<@Nullable Void> begun = former.call(LIMIT, this::hang);
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        unanswered.end("this server is stopping");
        former.close();
        assertThat(failure(begun)).isInstanceOf(OutcomeUnknownException.class);
        NodeWork next = group(new Unanswered(now::get, new LongAdder()));
        next.call(LIMIT, () -> CompletableFuture.completedFuture(null)).get(20, TimeUnit.SECONDS);
    }
}
