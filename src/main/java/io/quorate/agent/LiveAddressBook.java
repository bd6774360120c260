package io.quorate.agent;

import io.quorate.consensus.ConsensusSettings;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.AddressBook;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the directory of servers says to whoever dials one: where each of the others is, or was last. Knows nobody before gossip runs.
 *
 * @param servers who this agent is, is told by its name: a server that lost its data goes on under another id
 */
record LiveAddressBook(ServerRoster servers) implements AddressBook {
    @Override
    public Optional<Endpoint> find(ServerId server) {
        return servers.elsewhere(server);
    }

    /** What another server says that it understands. */
    int level(ServerId server) {
        return servers.find(server).map(found -> found.tags().level()).orElse(ConsensusSettings.Levels.UNKNOWN);
    }

    @Override
    public Set<ServerId> known() {
        return servers.elsewhere();
    }

    @Override
    public void onMove(Consumer<ServerId> listener) {
        servers.listen(server -> {
            if (servers.elsewhere(server).isPresent()) {
                listener.accept(server);
            }
        });
    }
}
