package io.quorate.operator.health;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.ServerRoster;
import io.quorate.operator.AgentParts;
import io.quorate.operator.Reason;
import io.quorate.operator.ShownServers;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** Whether there is a cluster with a leader: out of service while there is none, with the reason. */
public final class BootstrapHealth implements HealthIndicator {
    private final AgentParts parts;

    public BootstrapHealth(AgentParts parts) {
        this.parts = parts;
    }

    @Override
    public Health health() {
        Why why = Reason.of(parts);
        AgentParts.ServerParts server = parts.server();
        Health.Builder health = server == null ? client(why) : server(server);
        Why shown = Reason.shown(parts);
        Map<String, Object> reason = new LinkedHashMap<>();
        reason.put("code", shown.code().name());
        reason.put("message", shown.message());
        reason.put("next_step", shown.nextStep());
        return health.withDetail("reason", reason).build();
    }

    private static Health.Builder server(AgentParts.ServerParts server) {
        Founding.View view = server.founding().view();
        RaftStatus raft = server.consensus().status();
        boolean led = raft.leader() != null;
        Health.Builder health = new Health.Builder(led ? Status.UP : Status.OUT_OF_SERVICE)
                .withDetail("state", view.state().word())
                .withDetail("expect", view.expect().servers())
                .withDetail("known", view.known())
                .withDetail("missing", view.missing());
        if (view.cluster() != null) {
            health.withDetail("cluster_id", view.cluster().id().toString());
        }
        return health;
    }

    private Health.Builder client(Why why) {
        Map<String, Object> servers = new LinkedHashMap<>();
        for (ServerRoster.Server known : ShownServers.of(parts).all()) {
            Map<String, Object> detail = new LinkedHashMap<>();
            detail.put("address", known.endpoint().toString());
            detail.put("alive", known.isAlive());
            detail.put("knows_leader", known.tags().leader() != null);
            servers.put(known.member().name().value(), detail);
        }
        boolean served = why.code() == ReasonCode.READY;
        return new Health.Builder(served ? Status.UP : Status.OUT_OF_SERVICE).withDetail("servers", servers);
    }
}
