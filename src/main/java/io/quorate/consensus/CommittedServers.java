package io.quorate.consensus;

import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster has committed of its servers: whom it let in, replaced and removed. It does not say who is there, or where; gossip's
 * directory does. Reading gives what this server has applied; writing is for the leader and fails as {@link CommandLog#append} does.
 * Safe for any thread.
 */
public interface CommittedServers {
    /** As that log has them; nothing without a group. */
    static CommittedServers of(Consensus consensus) {
        return new LoggedServers(consensus);
    }

    /**
     * The node name of each server that was ever let into the configuration, known before it was; in the order in which the names were
     * committed last. Survives the server.
     */
    Map<ServerId, NodeName> names();

    /** Ids that were replaced for ever: raft and founding refuse them. */
    Set<ServerId> expelled();

    /** Ids that an operator removed, with the count of starts that each had then. */
    Map<ServerId, Long> removed();

    CompletableFuture<@Nullable Void> remember(ServerId server, NodeName name);

    CompletableFuture<@Nullable Void> expel(ServerId server, NodeName name);

    CompletableFuture<@Nullable Void> remove(ServerId server, NodeName name, long starts);
}
