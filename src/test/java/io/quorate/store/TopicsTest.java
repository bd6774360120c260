package io.quorate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Raising, committing, publishing and waking, one step at a time. */
class TopicsTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int MOST = 100_000;

    private final OtherThread other = new OtherThread();
    private final AtomicLong published = new AtomicLong();
    private final Topics topics = new Topics(other, other::nanos, published::get);

    TopicsTest() {
        topics.opened(new KnownChanges(Map.of(), 0));
    }

    private void apply(long index, Topic... changed) throws SQLException {
        topics.commit(at(index, changed), () -> {});
        published.set(index);
        topics.wake(Set.of(changed));
    }

    private static Map<Topic, Long> at(long index, Topic... changed) {
        Map<Topic, Long> all = new HashMap<>();
        for (Topic topic : changed) {
            all.put(topic, index);
        }
        return all;
    }

    private CompletableFuture<Boolean> await(long index, Topic... of) {
        return topics.await(Set.of(of), index, LONG);
    }

    /** Else a reader of the new rows could be given an older answer that was kept. */
    @Test
    void aChangeIsKnownBeforeItCanBeRead() throws Exception {
        Topic.Whole nodes = Topic.whole("nodes");
        AtomicLong whenVisible = new AtomicLong();
        topics.commit(at(7, nodes), () -> whenVisible.set(topics.changed(Set.of(nodes))));
        assertThat(whenVisible).hasValue(7);
    }

    /** Else it would read the old rows, be woken again, and so on for as long as the commit takes. */
    @Test
    void whoWaitsIsNotWokenByWhatCannotBeReadYet() throws Exception {
        Topic.Key a = Topic.key("kv", "a");
        List<CompletableFuture<Boolean>> during = new ArrayList<>();
        topics.commit(at(7, a), () -> {
            during.add(await(6, a));
            assertThat(during.get(0)).isNotDone();
        });
        during.add(await(6, a));
        assertThat(during.get(1)).as("committed, not published").isNotDone();
        published.set(7);
        assertThat(await(6, a)).as("published, not woken yet").isCompletedWithValue(true);
        topics.wake(Set.of(a));
        other.run();
        assertThat(during).allMatch(wait -> wait.getNow(false));
        assertThat(await(7, a)).isNotDone();
    }

    /** However long it takes to commit: what is forgotten meanwhile may have been published long ago. */
    @Test
    void whatIsForgottenWhileACommitRunsIsNoGap() throws Exception {
        topics.opened(new KnownChanges(Map.of(), 0, 100));
        Topic.Key a = Topic.key("kv", "a");
        apply(1, a);
        Map<Topic, Long> many = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            many.put(Topic.key("kv", "other" + i), 2L);
        }
        topics.commit(many, () -> assertThat(await(0, a)).isCompletedWithValue(true));
    }

    @Test
    void aWaiterOnAPrefixWakesForAKeyBeneathItAndTheOtherWayRound() throws Exception {
        CompletableFuture<Boolean> beneath = await(0, Topic.prefix("kv", "a/"));
        CompletableFuture<Boolean> everything = await(0, Topic.prefix("kv", ""));
        CompletableFuture<Boolean> beside = await(0, Topic.prefix("kv", "a/c"), Topic.key("kv", "a/"));
        CompletableFuture<Boolean> elsewhere = await(0, Topic.prefix("other", "a/"));
        apply(1, Topic.key("kv", "a/b"));
        other.run();
        assertThat(List.of(beneath, everything)).allMatch(wait -> wait.getNow(false));
        assertThat(List.of(beside, elsewhere)).noneMatch(CompletableFuture::isDone);
        CompletableFuture<Boolean> key = await(1, Topic.key("kv", "a/b/c"));
        apply(2, Topic.prefix("kv", "a/b"));
        other.run();
        assertThat(key).isCompletedWithValue(true);
        assertThat(beside).isNotDone();
    }

    /** @param round the index that was applied when it began: a wake for that one may still have been on its way */
    private record Waiting(Set<Topic> of, long index, long round, CompletableFuture<Boolean> future) {}

    /** Everybody whose topic changed is woken, and nobody without a change, whatever the order of waiting, committing and waking. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void exactlyThoseAreWokenWhoseTopicChanged(long seed) throws Exception {
        Random random = new Random(seed);
        Map<Topic, Long> truth = new HashMap<>();
        List<Waiting> waiting = new ArrayList<>();
        for (long index = 1; index <= 300; index++) {
            long now = index;
            Topic[] changed = oneOrTwo(random);
            register(random, waiting, index, index - 1);
            topics.commit(at(index, changed), () -> register(random, waiting, now, now - 1));
            register(random, waiting, index, index - 1);
            published.set(index);
            register(random, waiting, index, index - random.nextInt(2));
            for (Topic topic : changed) {
                truth.put(topic, index);
            }
            topics.wake(Set.of(changed));
            register(random, waiting, index, index - random.nextInt(2));
            boolean sweeps = Arrays.stream(changed).anyMatch(Topic.Prefix.class::isInstance);
            if (!sweeps && random.nextInt(3) == 0) {
                continue;
            }
            other.run();
            for (Waiting wait : waiting) {
                boolean must = wait.of.stream().anyMatch(of -> changedSince(truth, of, wait.index));
                boolean may = wait.of.stream().anyMatch(of -> changedSince(truth, of, wait.round - 1));
                assertThat(wait.future.isDone())
                        .as("%s from %d at %d, seed %d", wait.of, wait.index, index, seed)
                        .isIn(must, must || may);
            }
            waiting.removeIf(wait -> wait.future.isDone());
        }
        topics.exchanged();
        other.run();
        assertThat(waiting).allMatch(wait -> wait.future.getNow(false));
    }

    /** Of prefixes one at a time: of several, everybody is woken who waits for what begins as all of them do. */
    private static Topic[] oneOrTwo(Random random) {
        Topic one = KnownChangesTest.any(random);
        Topic two = KnownChangesTest.any(random);
        boolean both = one instanceof Topic.Prefix && two instanceof Topic.Prefix;
        return random.nextBoolean() || both || one.equals(two) ? new Topic[] {one} : new Topic[] {one, two};
    }

    private void register(Random random, List<Waiting> waiting, long round, long index) {
        Set<Topic> of = IntStream.rangeClosed(0, random.nextInt(3))
                .mapToObj(i -> KnownChangesTest.any(random))
                .collect(Collectors.toSet());
        waiting.add(new Waiting(of, index, round, topics.await(of, index, LONG)));
    }

    private static boolean changedSince(Map<Topic, Long> truth, Topic asked, long index) {
        return truth.entrySet().stream()
                .anyMatch(change -> change.getValue() > index && KnownChangesTest.touches(change.getKey(), asked));
    }

    /** A reader that waits from what it has read: it reads again at most once for each time that something was forgotten. */
    @Test
    void whoseTopicWasForgottenReadsAgainOnceAndNotForEver() throws Exception {
        topics.opened(new KnownChanges(Map.of(), 0, 2000));
        Topic.Key quiet = Topic.key("kv", "quiet");
        apply(1, quiet);
        long read = 1;
        int reads = 0;
        CompletableFuture<Boolean> wait = await(read, quiet);
        for (long index = 2; index <= 5000; index++) {
            apply(index, Topic.key("kv", "busy" + index));
            if (index % 7 == 0) {
                // As a reader that came back from its client.
                wait = await(read, quiet);
            }
            while (wait.isDone()) {
                read = published.get();
                reads++;
                wait = await(read, quiet);
                assertThat(wait).as("woken again by what it has read").isNotDone();
            }
        }
        assertThat(reads).as("something was forgotten").isPositive();
        // 64 characters and its own for each key, 2000 in one tree.
        assertThat(reads).isLessThanOrEqualTo(5000 * 72 / 2000);
    }

    @Test
    void aHundredThousandMayWaitAndOneStepOfTheApplyThreadHandsThemAllOver() throws Exception {
        Topic.Whole nodes = Topic.whole("nodes");
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < MOST - 1; i++) {
            all.add(await(0, nodes, Topic.key("kv", "key" + i % 100)));
        }
        apply(1, nodes);
        assertThat(all).as("on the apply thread").noneMatch(CompletableFuture::isDone);
        assertThat(other.waiting()).isEqualTo(1);
        // Who comes meanwhile stands in a new line, and is not woken by the old one.
        all.add(await(1, Topic.key("kv", "key1")));
        assertThat(await(1, nodes)).isCompletedExceptionally();
        other.run();
        assertThat(all.subList(0, MOST - 1)).allMatch(wait -> wait.getNow(false));
        assertThat(all.get(MOST - 1)).isNotDone();
        apply(2, Topic.key("kv", "key1"));
        other.run();
        assertThat(all.get(MOST - 1)).isCompletedWithValue(true);
        assertThat(IntStream.range(0, MOST).mapToObj(i -> await(2, nodes))).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void aDeadlineIsNeverMetEarlyAndOneTickServesAll() {
        Duration tick = DeadlineWheel.tick();
        Random random = new Random(5);
        record Due(CompletableFuture<Boolean> future, long deadline) {}
        List<Due> due = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Duration after = Duration.ofMillis(random.nextInt(60_000));
            due.add(new Due(
                    topics.await(Set.of(Topic.key("kv", "k" + i % 10)), 0, after), other.nanos() + after.toNanos()));
            assertThat(other.delayed()).isEqualTo(1);
        }
        while (!due.isEmpty()) {
            long step = 1L + random.nextInt((int) (tick.toNanos() * 3));
            other.pass(step);
            for (Due one : due) {
                if (one.future.isDone()) {
                    assertThat(one.future).isCompletedWithValue(false);
                    assertThat(other.nanos()).isGreaterThanOrEqualTo(one.deadline);
                } else {
                    assertThat(other.nanos()).isLessThan(one.deadline + 2 * tick.toNanos());
                }
            }
            due.removeIf(one -> one.future.isDone());
        }
        assertThat(other.delayed()).as("nobody waits: nothing ticks").isZero();
        // A standstill of an hour: the longest deadline is cut to it.
        CompletableFuture<Boolean> longest = topics.await(Set.of(Topic.key("kv", "k")), 0, Duration.ofDays(1));
        other.pass(Duration.ofMinutes(59).toNanos());
        assertThat(longest).isNotDone();
        other.pass(Duration.ofMinutes(2).toNanos());
        assertThat(longest).isCompletedWithValue(false);
    }

    @Test
    void tooManyTopicsOfOneWaitAreRefusedAndAClosedStoreTakesNone() {
        Set<Topic> many =
                IntStream.range(0, 257).mapToObj(i -> Topic.key("kv", "k" + i)).collect(Collectors.toSet());
        assertThatThrownBy(() -> topics.await(many, 0, LONG)).isInstanceOf(IllegalArgumentException.class);
        CompletableFuture<Boolean> wait = await(0, Topic.key("kv", "a"));
        topics.closed();
        other.run();
        assertThat(wait).isCompletedWithValue(false);
        assertThat(await(0, Topic.key("kv", "a"))).isCompletedExceptionally();
    }
}
