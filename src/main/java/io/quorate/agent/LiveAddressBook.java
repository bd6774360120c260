package io.quorate.agent;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.rpc.AddressBook;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The address book as gossip fills it: a server's RPC port at its member's address. An alive member's word outranks what is kept
 * of a failed or departed one, whose last address stays, so that a voter that gossip lost can still be dialled. Written from
 * the gossip loop, and once before it starts; read by any thread.
 */
final class LiveAddressBook implements AddressBook {
    private final Supplier<@Nullable ServerId> self;
    private final Map<ServerId, Entry> entries = new ConcurrentHashMap<>();
    private final List<Consumer<ServerId>> listeners = new CopyOnWriteArrayList<>();

    /** @param self asked anew each time: a server that lost its data goes on under another id */
    LiveAddressBook(Supplier<@Nullable ServerId> self) {
        this.self = self;
    }

    /** Takes over what a member says of itself; a member that is no server, or has no RPC port, changes nothing. */
    void learn(Member member) {
        AgentTags.decode(member.tags()).ifPresent(tags -> {
            ServerId server = tags.serverId();
            if (server == null || server.equals(self.get()) || tags.rpcPort() == 0) {
                return;
            }
            Endpoint place = new Endpoint(member.address().address(), tags.rpcPort());
            Entry next = new Entry(place, member.state().isAlive());
            Entry before = entries.get(server);
            if (before != null && before.alive && !next.alive && !before.place.equals(place)) {
                // Two members carry this id (a copied folder, or an old name): the living one is where calls can
                // arrive.
                return;
            }
            entries.put(server, next);
            if (before == null || !before.place.equals(place)) {
                listeners.forEach(listener -> listener.accept(server));
            }
        });
    }

    @Override
    public Optional<Endpoint> find(ServerId server) {
        return Optional.ofNullable(entries.get(server)).map(Entry::place);
    }

    @Override
    public Set<ServerId> known() {
        ServerId me = self.get();
        return entries.keySet().stream().filter(id -> !id.equals(me)).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void onMove(Consumer<ServerId> listener) {
        listeners.add(listener);
    }

    private record Entry(Endpoint place, boolean alive) {}
}
