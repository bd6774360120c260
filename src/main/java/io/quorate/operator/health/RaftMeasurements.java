package io.quorate.operator.health;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.operator.AgentParts;
import io.quorate.operator.KnownServers;
import io.quorate.runtime.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The raft library's own timers and gauges, and how far each follower is. Which there are changes with role and peers, so they
 * are looked at every 10 s, on a loop of its own.
 */
public final class RaftMeasurements implements MeterBinder, AutoCloseable {
    private static final Duration EVERY = Duration.ofSeconds(10);
    /** More series than this are not shown: a broken name must not fill a monitoring system. */
    private static final int MAX_SERIES = 500;

    private static final List<String> STATISTICS = List.of("count", "mean", "p99");

    private final AgentParts parts;
    private final EventLoop loop = new EventLoop("metrics");
    private volatile Map<String, Double> last = Map.of();

    public RaftMeasurements(AgentParts parts) {
        this.parts = parts;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        AgentParts.ServerParts server = parts.server();
        if (server == null) {
            return;
        }
        MultiGauge library = MultiGauge.builder("quorate.raft.library")
                .description("SOFAJRaft's own figures by their names there; times in milliseconds")
                .register(registry);
        MultiGauge lag = MultiGauge.builder("quorate.raft.follower_lag")
                .description("Entries that the leader has and this peer has not; on the leader only")
                .register(registry);
        loop.execute(() -> refresh(server, library, lag));
        loop.every(EVERY, () -> refresh(server, library, lag));
    }

    @Override
    public void close() {
        loop.close();
    }

    private void refresh(AgentParts.ServerParts server, MultiGauge library, MultiGauge lag) {
        last = server.consensus().measurements();
        List<MultiGauge.Row<?>> rows = last.keySet().stream()
                .sorted()
                .limit(MAX_SERIES)
                .<MultiGauge.Row<?>>map(
                        key -> MultiGauge.Row.of(tags(key), this, self -> self.last.getOrDefault(key, Double.NaN)))
                .toList();
        library.register(rows, true);
        KnownServers servers = KnownServers.of(parts);
        List<MultiGauge.Row<?>> followers = server.consensus().status().followers().keySet().stream()
                .<MultiGauge.Row<?>>map(id -> MultiGauge.Row.of(
                        Tags.of(
                                "server_id",
                                id.toString(),
                                "node",
                                servers.name(id).orElse("")),
                        server,
                        s -> lag(s, id)))
                .toList();
        lag.register(followers, true);
    }

    /** {@code replicator-<group>/<peer>.log-lags}: the group is the same for all and left out, the peer becomes a tag. */
    static Tags tags(String key) {
        String name = key;
        String stat = "value";
        for (String statistic : STATISTICS) {
            if (name.endsWith("." + statistic)) {
                stat = statistic;
                name = name.substring(0, name.length() - statistic.length() - 1);
            }
        }
        String peer = "";
        int group = name.indexOf("-q-");
        int slash = group < 0 ? -1 : name.indexOf('/', group);
        if (slash > 0) {
            int dot = name.indexOf('.', slash);
            int end = dot < 0 ? name.length() : dot;
            String id = name.substring(slash + 1, end);
            peer = id.contains(":") ? id.substring(0, id.indexOf(':')) : id;
            name = name.substring(0, group) + name.substring(end);
        }
        return Tags.of("name", name, "peer", peer, "stat", stat);
    }

    private static double lag(AgentParts.ServerParts server, ServerId id) {
        RaftStatus raft = server.consensus().status();
        RaftStatus.Follower follower = raft.followers().get(id);
        return follower == null ? Double.NaN : Math.max(0, raft.lastLogIndex() - follower.lastLogIndex());
    }
}
