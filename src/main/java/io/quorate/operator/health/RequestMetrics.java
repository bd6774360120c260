package io.quorate.operator.health;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.RequestFigures;
import java.util.function.ToDoubleFunction;

/** How busy a server's raft group is with requests, what became of those that got no answer, and how much log waits for a snapshot. */
final class RequestMetrics implements MeterBinder {
    private static final double MS_PER_SECOND = 1000;

    private final Consensus consensus;

    RequestMetrics(Consensus consensus) {
        this.consensus = consensus;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("quorate.raft.status_age_seconds", consensus, c -> c.statusAgeMs() / MS_PER_SECOND)
                .description("Since raft answered what the other figures are; grows while its disk hangs")
                .register(registry);
        gauge(
                registry,
                "quorate.raft.in_flight_entries",
                "Writes that raft has and whose outcome is not known yet",
                RequestFigures::entriesInFlight);
        gauge(registry, "quorate.raft.in_flight_bytes", "Size of the writes in flight", RequestFigures::bytesInFlight);
        Gauge.builder(
                        "quorate.raft.snapshot_pending_entries",
                        consensus,
                        c -> c.sinceSnapshot().entries())
                .description("Entries applied since the last snapshot")
                .register(registry);
        Gauge.builder(
                        "quorate.raft.snapshot_pending_bytes",
                        consensus,
                        c -> c.sinceSnapshot().bytes())
                .description("Size of the commands applied since the last snapshot")
                .register(registry);
        counter(
                registry,
                "quorate.raft.refused_busy",
                "Requests refused before raft saw them, because too many were in flight; none of them was committed",
                RequestFigures::refusedBusy);
        counter(
                registry,
                "quorate.raft.unanswered",
                "Requests that ended by their deadline or with the raft group, with an unknown outcome",
                RequestFigures::unanswered);
        counter(
                registry,
                "quorate.raft.refused_senders",
                "Raft requests refused because they came from no server that may send them; the log tells the address",
                RequestFigures::refusedSenders);
        counter(
                registry,
                "quorate.raft.overflowed_tasks",
                "Tasks for which a thread pool of the raft library had no thread; they ran later",
                RequestFigures::overflowed);
    }

    private void gauge(
            MeterRegistry registry, String name, String description, ToDoubleFunction<RequestFigures> value) {
        Gauge.builder(name, consensus, c -> value.applyAsDouble(c.requests()))
                .description(description)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<RequestFigures> value) {
        FunctionCounter.builder(name, consensus, c -> value.applyAsDouble(c.requests()))
                .description(description)
                .register(registry);
    }
}
