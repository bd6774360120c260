package io.quorate.operator.health;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quorate.consensus.Measurement;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import io.quorate.operator.AgentParts;
import io.quorate.operator.Peers;
import io.quorate.operator.ShownServers;
import io.quorate.runtime.EventLoop;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The raft library's own timers and gauges, how far and how well each follower is, and which cluster this agent belongs to. Which
 * series there are changes with role, peers and cluster, so that is looked at every 10 s, on a loop of its own; their values are
 * read when they are asked for.
 */
public final class RaftMeasurements implements MeterBinder, AutoCloseable {
    private static final Duration EVERY = Duration.ofSeconds(10);
    /** More series than this are not shown: a broken name must not fill a monitoring system. */
    private static final int MAX_SERIES = 500;

    private static final double MS_PER_SECOND = 1000;
    private static final Comparator<Measurement> BY_NAME = Comparator.comparing(Measurement::name)
            .thenComparing(Measurement::peer)
            .thenComparing(Measurement::statistic);

    private final AgentParts parts;
    private final EventLoop loop = new EventLoop("metrics");
    private volatile Map<Measurement, Double> last = Map.of();

    public RaftMeasurements(AgentParts parts) {
        this.parts = parts;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Runnable refresh = cluster(registry);
        AgentParts.ServerParts server = parts.server();
        if (server != null) {
            Runnable own = refresh;
            Runnable library = library(registry, server);
            Runnable followers = followers(registry, server);
            refresh = () -> {
                own.run();
                library.run();
                followers.run();
            };
        }
        loop.execute(refresh);
        loop.every(EVERY, refresh);
    }

    @Override
    public void close() {
        loop.close();
    }

    private Runnable cluster(MeterRegistry registry) {
        MultiGauge info = MultiGauge.builder("quorate.cluster.info")
                .description("1, with the cluster that this agent belongs to; no series while it belongs to none")
                .register(registry);
        return () -> {
            ClusterRef cluster = ownCluster();
            Tags tags = cluster == null
                    ? Tags.empty()
                    : Tags.of(
                            "cluster_id",
                            cluster.id().toString(),
                            "incarnation",
                            cluster.incarnation().toString(),
                            "datacenter",
                            parts.identity().datacenter().value());
            info.register(cluster == null ? List.of() : List.of(MultiGauge.Row.of(tags, parts, p -> 1)), false);
        };
    }

    /** A client belongs to the cluster that its servers belong to. */
    private @Nullable ClusterRef ownCluster() {
        AgentParts.ServerParts server = parts.server();
        if (server != null) {
            return server.founding().view().cluster();
        }
        return ShownServers.of(parts).alive().stream()
                .map(known -> known.member().cluster())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private Runnable library(MeterRegistry registry, AgentParts.ServerParts server) {
        MultiGauge library = MultiGauge.builder("quorate.raft.library")
                .description("SOFAJRaft's own figures by their names there; times in milliseconds")
                .register(registry);
        return () -> {
            last = server.consensus().measurements();
            library.register(
                    last.keySet().stream()
                            .sorted(BY_NAME)
                            .limit(MAX_SERIES)
                            .<MultiGauge.Row<?>>map(of -> MultiGauge.Row.of(
                                    Tags.of("name", of.name(), "peer", of.peer(), "stat", of.statistic()),
                                    this,
                                    self -> self.last.getOrDefault(of, Double.NaN)))
                            .toList(),
                    false);
        };
    }

    private Runnable followers(MeterRegistry registry, AgentParts.ServerParts server) {
        MultiGauge lag = MultiGauge.builder("quorate.raft.follower_lag")
                .description("Entries that the leader has and this peer has not; on the leader only")
                .register(registry);
        MultiGauge healthy = MultiGauge.builder("quorate.raft.follower_healthy")
                .description("1 while this peer answers the leader; on the leader only")
                .register(registry);
        MultiGauge contact = MultiGauge.builder("quorate.raft.follower_contact_seconds")
                .description("Since this peer answered the leader, NaN before any; on the leader only")
                .register(registry);
        return () -> {
            RaftStatus raft = server.consensus().status();
            ShownServers servers = ShownServers.of(parts);
            List<ServerId> peers = raft.followers().keySet().stream().sorted().toList();
            lag.register(
                    rows(server, peers, raft, servers, (s, f) -> Math.max(0, s.lastLogIndex() - f.lastLogIndex())),
                    false);
            healthy.register(rows(server, peers, raft, servers, (s, f) -> Peers.isHealthy(f) ? 1 : 0), false);
            contact.register(
                    rows(
                            server,
                            peers,
                            raft,
                            servers,
                            (s, f) -> f.lastContactMs() < 0 ? Double.NaN : f.lastContactMs() / MS_PER_SECOND),
                    false);
        };
    }

    private static List<MultiGauge.Row<?>> rows(
            AgentParts.ServerParts server,
            List<ServerId> peers,
            RaftStatus raft,
            ShownServers servers,
            ToDoubleBiFunction<RaftStatus, RaftStatus.Follower> value) {
        return peers.stream()
                .<MultiGauge.Row<?>>map(id -> MultiGauge.Row.of(
                        Tags.of(
                                "server_id",
                                id.toString(),
                                "node",
                                servers.name(id).orElse(""),
                                "suffrage",
                                raft.voters().contains(id) ? "voter" : "learner"),
                        server,
                        s -> read(s, id, value)))
                .toList();
    }

    /** NaN once this server leads no more, until the series is gone. */
    private static double read(
            AgentParts.ServerParts server, ServerId id, ToDoubleBiFunction<RaftStatus, RaftStatus.Follower> value) {
        RaftStatus raft = server.consensus().status();
        RaftStatus.Follower follower = raft.followers().get(id);
        return follower == null ? Double.NaN : value.applyAsDouble(raft, follower);
    }
}
