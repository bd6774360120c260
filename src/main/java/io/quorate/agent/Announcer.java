package io.quorate.agent;

import io.quorate.bootstrap.Founding;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
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
    private @Nullable AgentTags said;
    private @Nullable ClusterRef saidCluster;

    Announcer(Membership membership, Founding founding, Consensus consensus, Ports ports) {
        this.membership = membership;
        this.founding = founding;
        this.consensus = consensus;
        this.ports = ports;
    }

    /** @param http 0 when off */
    record Ports(Datacenter datacenter, int rpc, int http, String version) {
        AgentTags ofClient() {
            return new AgentTags(datacenter.value(), null, Expect.NONE, "", 0, 0, http, version, false, null);
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
                    consensus == null ? null : consensus.status().leader());
        }
    }

    void start() {
        founding.listen(view -> announce());
        consensus.listen(status -> announce());
        announce();
    }

    private synchronized void announce() {
        Founding.View view = founding.view();
        // The cluster first: who reads the new tags must not take them for another cluster's.
        if (!Objects.equals(view.cluster(), saidCluster)) {
            saidCluster = view.cluster();
            membership.setCluster(saidCluster);
        }
        AgentTags tags = ports.ofServer(view, consensus);
        if (!tags.equals(said)) {
            said = tags;
            membership.setTags(tags.encode());
        }
    }
}
