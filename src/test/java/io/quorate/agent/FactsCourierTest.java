package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.answer.Answer;
import io.quorate.answer.Asking;
import io.quorate.answer.Body;
import io.quorate.answer.Operation;
import io.quorate.answer.Patience;
import io.quorate.answer.Terms;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.runtime.Timers;
import io.quorate.testing.Fault;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FactsCourierTest {
    private static final Endpoint LEADER = new Endpoint(InetAddress.getLoopbackAddress(), 8300);

    private final List<Runnable> periodic = new ArrayList<>();
    private final List<CompletableFuture<?>> calls = new ArrayList<>();
    private final List<Terms> terms = new ArrayList<>();
    private long nanos;
    private boolean broken;

    private void start() {
        Asking asking = new Asking() {
            @Override
            public <Q, A> CompletableFuture<Answer<A>> ask(Operation<Q, A> operation, Q question, Terms asked) {
                CompletableFuture<Answer<A>> call = new CompletableFuture<>();
                calls.add(call);
                terms.add(asked);
                if (broken) {
                    throw new IllegalStateException("planted");
                }
                return call;
            }

            @Override
            public Body body(Answer<?> answer) {
                throw new UnsupportedOperationException();
            }
        };
        Timers timers = new Timers() {
            @Override
            public Timer after(Duration delay, Runnable task) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Timer every(Duration delay, Runnable task) {
                periodic.add(task);
                return () -> {};
            }
        };
        NodeFacts facts = new NodeFacts(
                new NodeName("a"),
                new NodeId(UUID.fromString("7d1e4b52-9c51-4a4f-8d3e-1c2b3a495867")),
                new TreeMap<>(Map.of()));
        new FactsCourier(facts, () -> Optional.of(LEADER), asking, () -> nanos, Runnable::run).start(timers);
    }

    private void look() {
        periodic.get(0).run();
    }

    @Test
    void oneCallAtATime() {
        start();
        look();
        look();
        assertThat(calls).hasSize(1);
        assertThat(terms.get(0).patience()).as("the next look asks again").isEqualTo(Patience.NONE);
        calls.get(0).completeExceptionally(new IllegalStateException("no leader"));
        look();
        assertThat(calls).hasSize(2);
    }

    @Test
    @Fault(
            line = "B2",
            fault = "a call to the leader throws before it begins, and another one never ends",
            seen = "the next look calls again: at once after the first, after three time limits after the second")
    void aCallThatThrowsOrNeverEndsIsNotTheLast() {
        start();
        broken = true;
        try {
            look();
        } catch (IllegalStateException planted) {
            assertThat(planted).hasMessage("planted");
        }
        broken = false;
        look();
        assertThat(calls).hasSize(2);
        look();
        assertThat(calls).hasSize(2);
        nanos += Duration.ofSeconds(15).toNanos();
        look();
        assertThat(calls).hasSize(3);
    }
}
