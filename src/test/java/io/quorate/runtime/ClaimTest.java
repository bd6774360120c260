package io.quorate.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ClaimTest {
    private long nanos;
    private final Claim claim = new Claim(() -> nanos, Duration.ofSeconds(60));

    @Test
    void oneAtATime() {
        Claim.Ticket first = Objects.requireNonNull(claim.take());
        assertThat(claim.take()).isNull();
        first.close();
        first.close();
        assertThat(claim.take()).isNotNull();
    }

    @Test
    @Fault(
            line = "B2",
            fault = "the end of a piece of work that only one may do at a time gets lost",
            seen = "the next one takes over after the limit, and a late end of the first does not release the second")
    void anEndThatGetsLostHoldsTheOthersUpNoLongerThanTheLimit() {
        Claim.Ticket lost = Objects.requireNonNull(claim.take());
        nanos += Duration.ofSeconds(60).toNanos() - 1;
        assertThat(claim.take()).isNull();
        nanos++;
        Claim.Ticket second = Objects.requireNonNull(claim.take());
        lost.close();
        assertThat(claim.take()).isNull();
        second.close();
        assertThat(claim.take()).isNotNull();
    }
}
