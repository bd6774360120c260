package io.quorate.agent;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.rpc.AddressBook;
import java.util.ArrayList;
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
    private static final int MAX_CLAIMS = 8;

    private final Supplier<@Nullable ServerId> self;
    /** The first of each list is the one that calls go to. */
    private final Map<ServerId, List<Entry>> entries = new ConcurrentHashMap<>();

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
            Entry next = new Entry(member.name(), place, member.state().isAlive());
            // A member goes by one id at a time: what it left behind is nobody's place any more once somebody else
            // claims it.
            entries.replaceAll((id, known) -> id.equals(server) ? known : leftBy(member.name(), known));
            Endpoint before = find(server).orElse(null);
            Endpoint after = entries.merge(server, List.of(next), (known, one) -> with(known, next))
                    .get(0)
                    .place;
            if (!after.equals(before)) {
                listeners.forEach(listener -> listener.accept(server));
            }
        });
    }

    /**
     * Of several members that carry one id (a copied folder, somebody who claims it, or an old name) the one that was there first
     * stays in its place for as long as it is alive: nobody is cut off because another one claims to be it.
     */
    private static List<Entry> with(List<Entry> known, Entry next) {
        List<Entry> all = new ArrayList<>(known);
        int at = 0;
        while (at < all.size() && !all.get(at).node.equals(next.node)) {
            at++;
        }
        if (at < all.size()) {
            all.set(at, next);
        } else if (all.size() < MAX_CLAIMS) {
            all.add(next);
        }
        Entry holder = all.get(0);
        for (Entry entry : all) {
            if (entry.alive && !holder.alive) {
                holder = entry;
            }
        }
        all.remove(holder);
        all.add(0, holder);
        return List.copyOf(all);
    }

    private static List<Entry> leftBy(NodeName node, List<Entry> known) {
        return known.stream()
                .map(e -> e.node.equals(node) ? new Entry(node, e.place, false) : e)
                .toList();
    }

    @Override
    public Optional<Endpoint> find(ServerId server) {
        List<Entry> known = entries.get(server);
        return known == null ? Optional.empty() : Optional.of(known.get(0).place);
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

    private record Entry(NodeName node, Endpoint place, boolean alive) {}
}
