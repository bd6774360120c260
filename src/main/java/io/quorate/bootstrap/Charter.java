package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What founders agree on: which cluster, and who founds it. The number of founders is the expect that it carries; flags that
 * change later do not touch it.
 *
 * @param founders sorted by server id, each once, 1 to {@value #MAX_FOUNDERS}
 */
public record Charter(ClusterId id, Datacenter datacenter, List<Founder> founders) {
    public static final int MAX_FOUNDERS = 64;

    public Charter {
        founders = founders.stream().sorted().toList();
        if (founders.isEmpty() || founders.size() > MAX_FOUNDERS) {
            throw new IllegalArgumentException(
                    "a charter names 1 to " + MAX_FOUNDERS + " founders, not " + founders.size());
        }
        if (new HashSet<>(founders.stream().map(Founder::id).toList()).size() != founders.size()) {
            throw new IllegalArgumentException("a charter names each founder once");
        }
    }

    public ClusterRef cluster() {
        return ClusterRef.founded(id);
    }

    public Expect expect() {
        return new Expect(founders.size());
    }

    public boolean names(ServerId server) {
        return founders.stream().anyMatch(f -> f.id().equals(server));
    }

    /** How many founders can store an entry that counts as committed. */
    public int majority() {
        return founders.size() / 2 + 1;
    }

    /** So many withdrawn founders leave no majority that could ever have stored an entry. */
    public int fatalWithdrawals() {
        return (founders.size() + 1) / 2;
    }

    /** By server id. */
    public Map<ServerId, NodeName> nodeNames() {
        return founders.stream().collect(Collectors.toUnmodifiableMap(Founder::id, Founder::name));
    }

    public List<ServerId> ids() {
        return founders.stream().map(Founder::id).toList();
    }
}
