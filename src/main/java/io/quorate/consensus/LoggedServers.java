package io.quorate.consensus;

import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Kept by consensus' own commands. */
record LoggedServers(Consensus consensus) implements CommittedServers {
    @Override
    public Map<ServerId, NodeName> names() {
        return consensus.names();
    }

    @Override
    public Set<ServerId> expelled() {
        return consensus.expelled().keySet();
    }

    @Override
    public Map<ServerId, Long> removed() {
        return consensus.removed();
    }

    @Override
    public CompletableFuture<@Nullable Void> remember(ServerId server, NodeName name) {
        return append(new ServerCommand.Remember(server, name));
    }

    @Override
    public CompletableFuture<@Nullable Void> expel(ServerId server, NodeName name) {
        return append(new ServerCommand.Expel(server, name));
    }

    @Override
    public CompletableFuture<@Nullable Void> remove(ServerId server, NodeName name, long starts) {
        return append(new ServerCommand.Remove(server, name, starts));
    }

    private CompletableFuture<@Nullable Void> append(ServerCommand command) {
        return consensus.append(command).thenApply(result -> null);
    }
}
