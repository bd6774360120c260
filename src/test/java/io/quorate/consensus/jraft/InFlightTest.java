package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.consensus.ServerBusyException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private final LongAdder refused = new LongAdder();
    private final LongAdder counter = new LongAdder();
    private final AtomicLong now = new AtomicLong();
    private final InFlight inFlight = new InFlight(3, 100, refused);
    private final Unanswered unanswered = new Unanswered(now::get, counter);

    private InFlight.Share enter(int size) {
        return Objects.requireNonNull(inFlight.enter(size));
    }

    private static Throwable failure(CompletableFuture<?> done) {
        assertThat(done).isDone();
        return done.handle((value, error) -> Objects.requireNonNull(error)).join();
    }

    @Test
    void entriesAreBounded() {
        InFlight.Share first = enter(1);
        enter(1);
        enter(1);
        assertThat(inFlight.enter(1)).isNull();
        first.leave();
        assertThat(inFlight.enter(1)).isNotNull();
        assertThat(refused.sum()).isEqualTo(1);
    }

    @Test
    void bytesAreBounded() {
        InFlight.Share first = enter(60);
        assertThat(inFlight.enter(41)).isNull();
        assertThat(inFlight.bytes()).isEqualTo(60);
        assertThat(inFlight.enter(40)).isNotNull();
        first.leave();
        assertThat(inFlight.bytes()).isEqualTo(40);
        assertThat(inFlight.entries()).isEqualTo(1);
    }

    /** Every way to end a command, followed by every other one. */
    @Test
    void aShareIsGivenBackOnceWhateverEndsItsCommandAndInWhateverOrder() {
        List<Consumer<Append>> ends = List.of(
                append -> append.applied(CommandFamily.Result.DONE),
                append -> append.applied(null),
                append -> append.run(new Status(RaftError.EPERM, "Is not leader.")),
                append -> append.run(Status.OK()),
                append -> append.refused(new NotCommittedException("no")),
                append -> append.end("stopped"));
        enter(7);
        for (Consumer<Append> one : ends) {
            for (Consumer<Append> other : ends) {
                Append append = new Append(unanswered, enter(10), 1);
                assertThat(unanswered.add(append)).isTrue();

                one.accept(append);
                assertThat(append.result()).isDone();
                assertThat(inFlight.entries()).isEqualTo(1);
                other.accept(append);

                assertThat(inFlight.entries()).isEqualTo(1);
                assertThat(inFlight.bytes()).isEqualTo(7);
                unanswered.answered(append);
            }
        }
        assertThat(unanswered.count()).isZero();
    }

    @Test
    void theDeadlineEndsTheCallerAndNotTheShare() {
        Append append = new Append(unanswered, enter(10), 5);
        unanswered.add(append);
        now.set(4);
        unanswered.expire();
        assertThat(append.result()).isNotDone();

        now.set(5);
        unanswered.expire();
        unanswered.expire();

        assertThat(failure(append.result())).isInstanceOf(OutcomeUnknownException.class);
        assertThat(counter.sum()).isEqualTo(1);
        assertThat(inFlight.entries()).isEqualTo(1);
        append.run(new Status(RaftError.EPERM, "Leader stepped down"));
        assertThat(inFlight.entries()).isZero();
        assertThat(unanswered.count()).isZero();
    }

    @Test
    void afterTheEndNothingWaitsAnyMore() {
        var before = unanswered.<String>future(Duration.ofHours(1), OutcomeUnknownException::new);
        unanswered.end("gone");
        var after = unanswered.<String>future(Duration.ofHours(1), OutcomeUnknownException::new);
        assertThat(before).isCompletedExceptionally();
        assertThat(failure(after)).isInstanceOf(OutcomeUnknownException.class).hasMessage("gone");
        assertThat(unanswered.add(new Append(unanswered, enter(1), 9))).isFalse();
        assertThat(unanswered.count()).isZero();
    }

    @Test
    void onlyLoadIsCalledBusy() {
        assertThat(Append.failure(new Status(RaftError.EBUSY, "Node x log manager is busy.")))
                .isInstanceOf(ServerBusyException.class);
        assertThat(Append.failure(new Status(RaftError.EBUSY, "Is transferring leadership.")))
                .isExactlyInstanceOf(NotCommittedException.class);
    }
}
