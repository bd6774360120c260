package io.quorate.agent;

import io.quorate.bootstrap.ServerDirectory;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.ServerCommand;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the cluster remembers of its servers, kept by consensus' own commands. */
record RememberedServers(Consensus consensus) implements ServerDirectory {
    @Override
    public Map<ServerId, NodeName> names() {
        return consensus.names();
    }

    @Override
    public Set<ServerId> expelled() {
        return consensus.expelled().keySet();
    }

    @Override
    public CompletableFuture<@Nullable Void> remember(ServerId server, NodeName name) {
        return consensus.append(new ServerCommand.Remember(server, name)).thenApply(result -> null);
    }

    @Override
    public Map<ServerId, Long> removed() {
        return consensus.removed();
    }

    @Override
    public CompletableFuture<@Nullable Void> remove(ServerId server, NodeName name, long starts) {
        return consensus.append(new ServerCommand.Remove(server, name, starts)).thenApply(result -> null);
    }

    @Override
    public CompletableFuture<@Nullable Void> expel(ServerId server, NodeName name) {
        return consensus.append(new ServerCommand.Expel(server, name)).thenApply(result -> null);
    }
}
