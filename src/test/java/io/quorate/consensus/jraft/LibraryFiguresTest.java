package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.quorate.consensus.Measurement;
import io.quorate.testing.Fixtures;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How the raft library's names become figures. */
class LibraryFiguresTest {
    private static final String LAGS =
            "replicator-" + Fixtures.CLUSTER.raftGroup() + "/" + Fixtures.S1 + ":8300.log-lags";

    @Test
    void aNameLosesItsGroupAndItsPeerStandsBeside() {
        assertThat(LibraryFigures.measurement(LAGS, "value"))
                .isEqualTo(new Measurement("replicator.log-lags", Fixtures.S1.toString(), "value"));
        assertThat(LibraryFigures.measurement("anything else", "count"))
                .isEqualTo(new Measurement("anything else", "", "count"));
    }

    @Test
    void gaugesCountersAndTimersAreTakenWithTimesInMilliseconds() {
        MetricRegistry registry = new MetricRegistry();
        registry.gauge(LAGS, () -> () -> 7);
        registry.timer("append-logs").update(3, TimeUnit.MILLISECONDS);
        assertThat(LibraryFigures.of(registry, 4))
                .containsEntry(new Measurement("replicator.log-lags", Fixtures.S1.toString(), "value"), 7.0)
                .containsEntry(new Measurement("append-logs", "", "count"), 1.0)
                .containsEntry(new Measurement("append-logs", "", "mean"), 3.0)
                .containsEntry(new Measurement("append-logs", "", "p99"), 3.0)
                .containsEntry(new Measurement("connect-failures", "", "count"), 4.0)
                .hasSize(5);
        assertThat(LibraryFigures.of(null, 4)).isEmpty();
    }
}
