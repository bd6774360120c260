package io.quorate.membership;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who each server id is, and where: the one place that decides it when several members claim one id (a copied directory, a renamed
 * server, or a stranger who read the id in gossip). Follows the roster; safe for any thread.
 */
public final class ServerRoster {
    /*
     * Gossip knows members by name, and what a member says of itself is its own word: its server id, too. So an id has a holder, a
     * member by name, and the holder changes only when
     * - nobody is known yet: a member of the name under which the server was let into the cluster (committed, hence no hearsay), or
     *   the only one that claims the id; of several without such a name none is believed before it has proven itself;
     * - the holder is not alive any more and another one has proven itself: asked at its address, on a connection that this agent
     *   opened, it answered under that id.
     * The last address of a holder that is gone stays, so that a voter that gossip lost can still be dialled.
     *
     * Taking the newest record instead, or any other that is alive, would let one datagram turn raft, forwarded requests and the
     * catalog to another address. Asking all the time would not do either: while the holder lives, a copy of its directory proves as
     * much, and it is not the one that the others speak to.
     */
    /** Of ids that nobody claims any more. */
    private static final int MAX_GONE = 256;

    /** @param tags decoded */
    public record Server(ServerId id, Member member, AgentTags tags) {
        public NodeName name() {
            return member.name();
        }

        public boolean isAlive() {
            return member.state().isAlive();
        }

        /** Of its RPC port; absent when it names none. */
        public @Nullable Endpoint endpoint() {
            return tags.rpcPort() == 0 ? null : new Endpoint(member.address().address(), tags.rpcPort());
        }
    }

    /** A member that says that it is this server, and is to be asked there before it is believed. */
    public record Claim(ServerId id, NodeName by, Endpoint at) {}

    /**
     * @param proven it answered under that id when it was asked, or bears the name that is committed for it
     * @param present the roster has it, still under that id
     */
    private record Holder(Server server, boolean proven, boolean present) {
        boolean isAlive() {
            return present && server.isAlive();
        }
    }

    private final List<Consumer<ServerId>> listeners = new CopyOnWriteArrayList<>();
    private Function<ServerId, @Nullable NodeName> letIn = id -> null;
    private Map<ServerId, List<Server>> claims = Map.of();
    private @Nullable NodeName self;
    private volatile Map<ServerId, Holder> holders = Map.of();

    /** @param names under which each server was let into the cluster, as committed; asked by any thread, without blocking */
    public void remember(Function<ServerId, @Nullable NodeName> names) {
        synchronized (this) {
            letIn = names;
        }
        decide();
    }

    /** Takes the roster over. */
    public void follow(Roster roster) {
        Map<ServerId, List<Server>> now = new LinkedHashMap<>();
        for (Member member : roster.members()) {
            if (AgentTags.isServer(member.tags())) {
                AgentTags tags = AgentTags.decode(member.tags()).orElse(null);
                ServerId id = tags == null ? null : tags.serverId();
                if (tags != null && id != null) {
                    now.computeIfAbsent(id, none -> new ArrayList<>()).add(new Server(id, member, tags));
                }
            }
        }
        synchronized (this) {
            claims = now;
            self = roster.self().name();
        }
        decide();
    }

    /** The member that this id stands for; empty when gossip knows none, or none that can be believed. */
    public Optional<Server> find(ServerId id) {
        Holder holder = holders.get(id);
        return holder == null || !holder.present ? Optional.empty() : Optional.of(holder.server);
    }

    /** Where that server is, or was last. */
    public Optional<Endpoint> endpoint(ServerId id) {
        return Optional.ofNullable(endpoint(holders.get(id)));
    }

    /** Ids of all servers that have, or had, an address. */
    public Set<ServerId> known() {
        return holders.entrySet().stream()
                .filter(e -> endpoint(e.getValue()) != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** All that gossip knows and that are believed, in whatever state, by name. */
    public List<Server> all() {
        return holders.values().stream()
                .filter(Holder::present)
                .map(Holder::server)
                .sorted(Comparator.comparing(Server::name))
                .toList();
    }

    /** Whether that member is the server that it says it is; false also of one that is no server. */
    public boolean isHolder(Member member) {
        return holders.values().stream()
                .anyMatch(h -> h.present && h.server.name().equals(member.name()));
    }

    /** Whether the member of that name is this server. */
    public boolean isHolder(ServerId id, NodeName name) {
        return find(id).filter(server -> server.name().equals(name)).isPresent();
    }

    /** Told of each server whose address changes, on the thread on which that is noticed. */
    public void listen(Consumer<ServerId> listener) {
        listeners.add(listener);
    }

    /** Who is to be asked whether it is the server that it says it is. Of servers that were let in first. */
    public List<Claim> questions() {
        decide();
        synchronized (this) {
            List<Claim> questions = new ArrayList<>();
            claims.forEach((id, all) -> {
                for (Server server : isVacant(id) ? all : List.<Server>of()) {
                    Endpoint at = server.endpoint();
                    if (at != null && server.isAlive() && !holds(id, server.name())) {
                        questions.add(new Claim(id, server.name(), at));
                    }
                }
            });
            questions.sort(Comparator.comparing(claim -> letIn.apply(claim.id) == null));
            return questions;
        }
    }

    /** It was asked there, and answered as that server. */
    public void proven(Claim claim) {
        synchronized (this) {
            Server server = claims.getOrDefault(claim.id, List.of()).stream()
                    .filter(s -> s.name().equals(claim.by) && s.isAlive() && claim.at.equals(s.endpoint()))
                    .findFirst()
                    .orElse(null);
            if (server == null || !isVacant(claim.id)) {
                return;
            }
            Map<ServerId, Holder> next = new HashMap<>(holders);
            next.put(claim.id, new Holder(server, true, true));
            publish(next);
        }
        listeners.forEach(listener -> listener.accept(claim.id));
    }

    /** How many living members say that they are a server which somebody else is. */
    public synchronized int disbelieved() {
        return (int) claims.values().stream()
                .flatMap(List::stream)
                .filter(server -> server.isAlive() && !holds(server.id, server.name()))
                .count();
    }

    private boolean holds(ServerId id, NodeName name) {
        Holder holder = holders.get(id);
        return holder != null && holder.present && holder.server.name().equals(name);
    }

    private boolean isVacant(ServerId id) {
        Holder holder = holders.get(id);
        return holder == null || !holder.isAlive();
    }

    private void decide() {
        List<ServerId> moved = new ArrayList<>();
        synchronized (this) {
            Map<ServerId, Holder> next = new HashMap<>();
            Set<ServerId> ids = new HashSet<>(holders.keySet());
            ids.addAll(claims.keySet());
            int gone = 0;
            for (ServerId id : ids) {
                Holder holder = holder(id, claims.getOrDefault(id, List.of()));
                boolean kept = holder != null && (holder.present || letIn.apply(id) != null || gone++ < MAX_GONE);
                if (kept) {
                    next.put(id, holder);
                }
                Endpoint now = endpoint(kept ? holder : null);
                if (now != null && !now.equals(endpoint(holders.get(id)))) {
                    moved.add(id);
                }
            }
            publish(next);
        }
        moved.forEach(id -> listeners.forEach(listener -> listener.accept(id)));
    }

    private @Nullable Holder holder(ServerId id, List<Server> of) {
        Holder before = holders.get(id);
        NodeName committed = letIn.apply(id);
        NodeName name = before == null ? null : before.server.name();
        // Whom the cluster's own record names has nothing left to prove: while it lives, no later record takes the id
        // from it.
        boolean proven =
                before != null && (before.proven || before.server.name().equals(committed));
        if (of.stream().anyMatch(server -> server.name().equals(self))) {
            name = self;
        } else if (committed != null && !proven && !committed.equals(name)) {
            // Whoever came first before the names were known here came first by chance.
            name = committed;
            before = null;
        } else if (name == null && of.size() == 1) {
            name = of.get(0).name();
        }
        for (Server server : of) {
            if (server.name().equals(name)) {
                // Whom the cluster's own record names has nothing left to prove: while it lives, no later record takes
                // the id from it.
                return new Holder(server, proven || server.name().equals(committed), true);
            }
        }
        return before == null ? null : new Holder(before.server, before.proven, false);
    }

    private void publish(Map<ServerId, Holder> next) {
        holders = Map.copyOf(next);
    }

    private static @Nullable Endpoint endpoint(@Nullable Holder holder) {
        return holder == null ? null : holder.server.endpoint();
    }
}
