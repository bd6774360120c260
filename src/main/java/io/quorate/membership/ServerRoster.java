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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who the servers are, in what state, where, and what they say of themselves: the one directory of servers, for everybody who asks.
 * It also decides who an id is when several members claim it (a copied directory, a renamed server, or a stranger who read the id in
 * gossip). Follows the roster; safe for any thread, and what is asked of it is looked up in what was published last.
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
     *
     * Deciding is done under the lock, when the roster changes or a claim was proven; its result is one immutable Snapshot, published
     * by one write and only when it is another one. So a question costs a lookup (each forwarded request asks), and whoever works
     * something out of all() or others() can keep it for as long as it is given the same list.
     */
    /** Of ids that nobody claims any more. */
    private static final int MAX_GONE = 256;

    /**
     * A member that is this server. Whoever claims to be a server and names no RPC port is none: it could not be spoken to.
     *
     * @param tags what it says of itself
     * @param endpoint of its RPC port
     */
    public record Server(ServerId id, Member member, AgentTags tags, Endpoint endpoint) {
        private static Stream<Server> of(Member member) {
            AgentTags tags = member.agent();
            ServerId id = tags == null ? null : tags.serverId();
            return tags == null || id == null || tags.rpcPort() == 0
                    ? Stream.empty()
                    : Stream.of(new Server(
                            id, member, tags, new Endpoint(member.address().address(), tags.rpcPort())));
        }

        public NodeName name() {
            return member.name();
        }

        public boolean isAlive() {
            return member.state().isAlive();
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

    /**
     * @param all that the roster has, by name
     * @param others those of them that are alive, without this agent
     * @param names of all
     */
    private record Snapshot(
            @Nullable NodeName self,
            Map<ServerId, Holder> holders,
            List<Server> all,
            List<Server> others,
            Set<NodeName> names) {
        static Snapshot of(@Nullable NodeName self, Map<ServerId, Holder> holders) {
            List<Server> all = holders.values().stream()
                    .filter(Holder::present)
                    .map(Holder::server)
                    .sorted(Comparator.comparing(Server::name))
                    .toList();
            return new Snapshot(
                    self,
                    Map.copyOf(holders),
                    all,
                    all.stream()
                            .filter(server -> server.isAlive() && !server.name().equals(self))
                            .toList(),
                    all.stream().map(Server::name).collect(Collectors.toUnmodifiableSet()));
        }

        Optional<Server> find(ServerId id) {
            return Optional.ofNullable(holders.get(id)).filter(Holder::present).map(Holder::server);
        }

        Optional<Endpoint> endpoint(ServerId id) {
            return Optional.ofNullable(holders.get(id)).map(holder -> holder.server.endpoint());
        }

        boolean isElsewhere(Holder holder) {
            return !holder.server.name().equals(self);
        }
    }

    private final List<Consumer<ServerId>> listeners = new CopyOnWriteArrayList<>();
    private Function<ServerId, @Nullable NodeName> letIn = id -> null;
    private Map<ServerId, List<Server>> claims = Map.of();
    private @Nullable NodeName self;
    private volatile Snapshot published = Snapshot.of(null, Map.of());

    /** @param names under which each server was let into the cluster, as committed; asked by any thread, without blocking */
    public void remember(Function<ServerId, @Nullable NodeName> names) {
        synchronized (this) {
            letIn = names;
        }
        decide();
    }

    /** Takes the roster over. */
    public void follow(Roster roster) {
        Map<ServerId, List<Server>> now = roster.members().stream()
                .flatMap(Server::of)
                .collect(Collectors.groupingBy(Server::id, LinkedHashMap::new, Collectors.toList()));
        synchronized (this) {
            claims = now;
            self = roster.self().name();
        }
        decide();
    }

    /** The member that this id stands for; empty when gossip knows none, or none that can be believed. */
    public Optional<Server> find(ServerId id) {
        return published.find(id);
    }

    /** All that gossip knows and that are believed, in whatever state, by name. The same list until one of them changes. */
    public List<Server> all() {
        return published.all;
    }

    /** Those of {@link #all} that are alive, without this agent. The same list until one of them changes. */
    public List<Server> others() {
        return published.others;
    }

    /** Where that server is, or was last. */
    public Optional<Endpoint> endpoint(ServerId id) {
        return published.endpoint(id);
    }

    /** Where another server than this agent is, or was last. */
    public Optional<Endpoint> elsewhere(ServerId id) {
        Snapshot now = published;
        return Optional.ofNullable(now.holders.get(id))
                .filter(now::isElsewhere)
                .map(holder -> holder.server.endpoint());
    }

    /** Ids of all servers but this agent that have, or had, an address. */
    public Set<ServerId> elsewhere() {
        Snapshot now = published;
        return now.holders.entrySet().stream()
                .filter(entry -> now.isElsewhere(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether that member is the server that it says it is; false also of one that is no server. */
    public boolean isHolder(Member member) {
        return published.names.contains(member.name());
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
                    if (server.isAlive() && !isHolder(id, server.name())) {
                        questions.add(new Claim(id, server.name(), server.endpoint()));
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
            Map<ServerId, Holder> next = new HashMap<>(published.holders);
            next.put(claim.id, new Holder(server, true, true));
            publish(next);
        }
        listeners.forEach(listener -> listener.accept(claim.id));
    }

    /** How many living members say that they are a server which somebody else is. */
    public synchronized int disbelieved() {
        return (int) claims.values().stream()
                .flatMap(List::stream)
                .filter(server -> server.isAlive() && !isHolder(server.id, server.name()))
                .count();
    }

    private boolean isVacant(ServerId id) {
        Holder holder = published.holders.get(id);
        return holder == null || !holder.isAlive();
    }

    private void decide() {
        List<ServerId> moved = new ArrayList<>();
        synchronized (this) {
            Map<ServerId, Holder> next = new HashMap<>();
            Set<ServerId> ids = new HashSet<>(published.holders.keySet());
            ids.addAll(claims.keySet());
            int gone = 0;
            for (ServerId id : ids) {
                Holder holder = holder(id, claims.getOrDefault(id, List.of()));
                if (holder != null && (holder.present || letIn.apply(id) != null || gone++ < MAX_GONE)) {
                    next.put(id, holder);
                    if (published
                            .endpoint(id)
                            .filter(holder.server.endpoint()::equals)
                            .isEmpty()) {
                        moved.add(id);
                    }
                }
            }
            publish(next);
        }
        moved.forEach(id -> listeners.forEach(listener -> listener.accept(id)));
    }

    private @Nullable Holder holder(ServerId id, List<Server> of) {
        Holder before = published.holders.get(id);
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
        if (!next.equals(published.holders) || !Objects.equals(self, published.self)) {
            published = Snapshot.of(self, next);
        }
    }
}
