package io.quorate.bootstrap;

import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import java.util.HashSet;
import java.util.List;

/**
 * On what terms this server takes part in a founding, from its flags.
 *
 * @param founders declared founders; empty: any
 * @param awaitJoins there are addresses to join, and with an expect of 1 the first round of joins must end before it proposes
 */
public record Terms(NodeName name, Datacenter datacenter, Expect expect, List<NodeName> founders, boolean awaitJoins) {
    public Terms {
        founders = founders.stream().sorted().toList();
        if (!founders.isEmpty() && (!expect.isSet() || founders.size() != expect.servers())) {
            throw new IllegalArgumentException(
                    "founders names " + founders.size() + " nodes but bootstrap-expect is " + expect);
        }
        if (new HashSet<>(founders).size() != founders.size()) {
            throw new IllegalArgumentException("founders names a node twice: " + founders);
        }
        if (expect.servers() > Charter.MAX_FOUNDERS) {
            throw new IllegalArgumentException("bootstrap-expect must be at most " + Charter.MAX_FOUNDERS);
        }
    }

    boolean declares(List<NodeName> names) {
        return founders.isEmpty() || founders.equals(names.stream().sorted().toList());
    }
}
