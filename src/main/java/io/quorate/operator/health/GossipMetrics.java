package io.quorate.operator.health;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.Membership;
import io.quorate.operator.AgentParts;
import java.util.List;

/** What gossip knows and does, for Prometheus. */
public final class GossipMetrics implements MeterBinder {
    private static final String PREFIX = "quorate.gossip.";
    private static final List<String> STATES = List.of("alive", "leaving", "left", "failed");
    private static final List<String> QUEUES = List.of("intent", "event", "query");
    private static final double MS_PER_SECOND = 1000;

    private final Membership membership;

    public GossipMetrics(AgentParts parts) {
        membership = parts.membership();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String state : STATES) {
            Gauge.builder(
                            PREFIX + "members",
                            membership,
                            m -> m.roster().members().stream()
                                    .filter(member -> member.state().word().equals(state))
                                    .count())
                    .description("Members that gossip knows, this agent included")
                    .tag("state", state)
                    .register(registry);
        }
        Gauge.builder(PREFIX + "health", membership, m -> number(m, "health_score"))
                .description("How late this agent itself is: 0 is best, 8 worst")
                .register(registry);
        for (String queue : QUEUES) {
            Gauge.builder(PREFIX + "queue.depth", membership, m -> number(m, queue + "_queue"))
                    .description("Messages that wait to be passed on")
                    .tag("kind", queue)
                    .register(registry);
        }
        Gauge.builder(PREFIX + "loop.lag", membership, m -> number(m, "loop_lag_ms") / MS_PER_SECOND)
                .description("How late the gossip loop ran its last timer")
                .baseUnit("seconds")
                .register(registry);
        counters(registry, membership.counters());
    }

    private static void counters(MeterRegistry registry, GossipCounters counters) {
        for (GossipCounters.Tally tally : GossipCounters.Tally.values()) {
            FunctionCounter.Builder<GossipCounters> counter =
                    FunctionCounter.builder(PREFIX + tally.meter(), counters, c -> c.get(tally));
            if (!tally.tag().isEmpty()) {
                counter.tag(tally.tag(), tally.value());
            }
            counter.register(registry);
        }
        Timer probes = Timer.builder(PREFIX + "probe.rtt")
                .description("Probes that were answered, directly or through others")
                .register(registry);
        counters.onProbeTime(probes::record);
        Timer syncs = Timer.builder(PREFIX + "sync.time")
                .description("Exchanges of the whole state that this agent asked for")
                .register(registry);
        counters.onSyncTime(syncs::record);
    }

    private static double number(Membership membership, String key) {
        return membership.stats().get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
