package io.quorate.agent;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.AddressBook;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The address book of raft, as {@link ServerRoster} has the addresses; without this server itself. Knows nobody before gossip runs. */
final class LiveAddressBook implements AddressBook {
    private final Supplier<@Nullable ServerId> self;
    private final List<Consumer<ServerId>> listeners = new CopyOnWriteArrayList<>();
    private volatile ServerRoster servers = new ServerRoster();

    /** @param self asked anew each time: a server that lost its data goes on under another id */
    LiveAddressBook(Supplier<@Nullable ServerId> self) {
        this.self = self;
    }

    void follow(ServerRoster directory) {
        directory.listen(this::moved);
        servers = directory;
        known().forEach(this::moved);
    }

    private void moved(ServerId server) {
        if (!server.equals(self.get())) {
            listeners.forEach(listener -> listener.accept(server));
        }
    }

    @Override
    public Optional<Endpoint> find(ServerId server) {
        return server.equals(self.get()) ? Optional.empty() : servers.endpoint(server);
    }

    @Override
    public Set<ServerId> known() {
        ServerId me = self.get();
        return servers.known().stream().filter(id -> !id.equals(me)).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void onMove(Consumer<ServerId> listener) {
        listeners.add(listener);
    }
}
