package io.quorate.operator;

import io.quorate.answer.Asking;
import io.quorate.http.RouteSource;
import io.quorate.operator.health.AgentMetrics;
import io.quorate.operator.health.BootstrapHealth;
import io.quorate.operator.health.DataMetrics;
import io.quorate.operator.health.GossipMetrics;
import io.quorate.operator.health.RaftHealth;
import io.quorate.operator.health.RaftMeasurements;
import io.quorate.operator.web.ConsulAgentRoutes;
import io.quorate.operator.web.ContainerErrors;
import io.quorate.operator.web.NativeController;
import io.quorate.operator.web.NativeErrors;
import io.quorate.operator.web.PeersController;
import io.quorate.operator.web.SnapshotRoutes;
import io.quorate.operator.web.UnwantedBody;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Everything that people ask an agent. Needs beans {@link AgentParts} and {@link Asking}. */
@Configuration(proxyBeanMethods = false)
public class OperatorConfiguration {
    @Bean
    NativeController nativeController(AgentParts parts, Asking asking) {
        return new NativeController(parts, asking);
    }

    @Bean
    PeersController peersController(AgentParts parts, Asking asking) {
        return new PeersController(parts, asking);
    }

    @Bean
    NativeErrors nativeErrors() {
        return new NativeErrors();
    }

    @Bean
    ContainerErrors containerErrors() {
        return new ContainerErrors();
    }

    @Bean
    UnwantedBody unwantedBody() {
        return new UnwantedBody();
    }

    @Bean
    RouteSource consulAgentRoutes(AgentParts parts, Asking asking) {
        return new ConsulAgentRoutes(parts, asking);
    }

    @Bean
    RouteSource snapshotRoutes(Asking asking) {
        return new SnapshotRoutes(asking);
    }

    @Bean
    HealthIndicator bootstrapHealthIndicator(AgentParts parts) {
        return new BootstrapHealth(parts);
    }

    /** A client has no raft, hence no component of that name: a bean cannot be left out for what only the process knows. */
    @Bean
    RaftHealthRegistration raftHealthRegistration(AgentParts parts, HealthContributorRegistry registry) {
        return new RaftHealthRegistration(parts, registry);
    }

    @Bean
    AgentMetrics agentMetrics(AgentParts parts) {
        return new AgentMetrics(parts);
    }

    @Bean
    GossipMetrics gossipMetrics(AgentParts parts) {
        return new GossipMetrics(parts);
    }

    @Bean
    RaftMeasurements raftMeasurements(AgentParts parts) {
        return new RaftMeasurements(parts);
    }

    @Bean
    DataMetrics dataMetrics(AgentParts parts) {
        return new DataMetrics(parts.identity().dataFolder());
    }

    /** Adds the component {@code raft} on a server. */
    static final class RaftHealthRegistration {
        RaftHealthRegistration(AgentParts parts, HealthContributorRegistry registry) {
            AgentParts.ServerParts server = parts.server();
            if (server != null) {
                registry.registerContributor("raft", new RaftHealth(parts, server));
            }
        }
    }
}
