package io.quorate.agent;

import io.quorate.bootstrap.Founding;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Membership;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lets gossip carry what this server is: its tags and cluster follow founding and raft. Safe for any thread. */
final class Announcer {
    private final Membership membership;
    private final Founding founding;
    private final Consensus consensus;
    private final Ports ports;
    private final OpenRequest asks;
    private @Nullable AgentTags said;
    private @Nullable ClusterRef saidCluster;

    Announcer(Membership membership, Founding founding, Consensus consensus, Ports ports, OpenRequest asks) {
        this.membership = membership;
        this.founding = founding;
        this.consensus = consensus;
        this.ports = ports;
        this.asks = asks;
    }

    /**
     * @param http 0 when off
     * @param facts digest of this agent's {@link NodeFacts}
     */
    record Ports(Datacenter datacenter, int rpc, int http, String version, String facts) {
        AgentTags ofClient() {
            return new AgentTags(
                            datacenter.value(),
                            null,
                            Expect.NONE,
                            FoundingState.UNKNOWN,
                            0,
                            0,
                            http,
                            version,
                            false,
                            null)
                    .facts(facts);
        }

        AgentTags ofServer(Founding.View view, @Nullable Consensus consensus) {
            return new AgentTags(
                            datacenter.value(),
                            view.self(),
                            view.expect(),
                            view.state(),
                            view.starts(),
                            rpc,
                            http,
                            version,
                            view.voter(),
                            consensus == null ? null : consensus.status().leader())
                    .facts(facts);
        }
    }

    void start() {
        founding.listen(view -> announce());
        consensus.listen(status -> announce());
        asks.listen(this::announce);
        announce();
    }

    private synchronized void announce() {
        Founding.View view = founding.view();
        // The cluster first: who reads the new tags must not take them for another cluster's.
        if (!Objects.equals(view.cluster(), saidCluster)) {
            saidCluster = view.cluster();
            membership.setCluster(saidCluster);
        }
        AgentTags tags = ports.ofServer(view, consensus).asks(asks.now());
        if (!tags.equals(said)) {
            said = tags;
            membership.setTags(tags.encode());
        }
    }
}
