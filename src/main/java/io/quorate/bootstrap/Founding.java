package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This server's founding state, as others see it: immutable, published by the founding loop at each change. */
public interface Founding {
    View view();

    /** Called on the founding loop at each change; must not block. */
    void listen(Consumer<View> listener);

    /**
     * @param self may change while the agent runs: a server that lost its data comes back as a new one
     * @param cluster present for a member
     * @param led whether this server ever knew an entry committed in that cluster
     * @param charter its id; present while one binds this server
     * @param voter this server votes in the cluster now
     * @param expect as the charter says once there is one, else as configured
     * @param starts how often an agent was started on this data directory
     * @param known servers of this datacenter that are known and did not leave, itself included
     * @param missing how many more are needed before founding can begin; 0 once founded
     */
    record View(
            ServerId self,
            NodeName name,
            FoundingState state,
            @Nullable ClusterRef cluster,
            boolean led,
            @Nullable String charter,
            boolean voter,
            Expect expect,
            List<NodeName> founders,
            long starts,
            int known,
            int missing,
            Why why) {
        public View {
            founders = List.copyOf(founders);
        }
    }
}
