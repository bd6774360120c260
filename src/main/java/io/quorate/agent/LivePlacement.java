package io.quorate.agent;

import io.quorate.answer.Placement;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.Level;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.AddressBook;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where this agent takes a question: by raft where it takes part, else by what the servers say in their tags. */
final class LivePlacement implements Placement {
    /** A status is put together five times a second; only one that is much older says something about the time since. */
    private static final long FRESH_MS = 600;

    private final ServerRoster directory;
    private final @Nullable Own own;
    private volatile Serving serving = Serving.of(List.of());
    private volatile boolean everHadLeader;

    /** @param own absent on a client */
    LivePlacement(ServerRoster directory, @Nullable Own own) {
        this.directory = directory;
        this.own = own;
        if (own != null) {
            own.consensus.listen(status -> {
                if (status.leader() != null) {
                    everHadLeader = true;
                }
            });
        }
    }

    /** @param endpoint this server's RPC port as advertised */
    record Own(Consensus consensus, AddressBook book, Supplier<ServerId> self, Endpoint endpoint) {}

    /** Worked out once for each change of the servers, not for each request. */
    private record Serving(List<ServerRoster.Server> of, List<Endpoint> endpoints) {
        static Serving of(List<ServerRoster.Server> servers) {
            // A member that knows the leader serves best, one that was removed or is cut off knows none; others only if
            // need be.
            List<ServerRoster.Server> members = servers.stream()
                    .filter(s -> s.tags().founding() == FoundingState.MEMBER)
                    .toList();
            List<ServerRoster.Server> led =
                    members.stream().filter(s -> s.tags().leader() != null).toList();
            List<ServerRoster.Server> best = !led.isEmpty() ? led : members.isEmpty() ? servers : members;
            return new Serving(
                    servers, best.stream().map(ServerRoster.Server::endpoint).toList());
        }
    }

    @Override
    public boolean isServer() {
        return own != null;
    }

    @Override
    public boolean isLeader() {
        return own != null && own.consensus.status().isLeader();
    }

    @Override
    public Optional<Endpoint> leader() {
        if (own == null) {
            return Optional.empty();
        }
        ServerId leader = own.consensus.status().leader();
        if (leader == null) {
            return Optional.empty();
        }
        return leader.equals(own.self.get()) ? Optional.of(own.endpoint) : own.book.find(leader);
    }

    /** The leader's RPC port also on a client, by what the servers say; empty when they name none that is alive. */
    Optional<Endpoint> leaderByGossip() {
        if (own != null) {
            return leader();
        }
        return directory.others().stream()
                .map(server -> server.tags().leader())
                .filter(Objects::nonNull)
                .flatMap(leader -> directory.find(leader).stream())
                .filter(ServerRoster.Server::isAlive)
                .map(ServerRoster.Server::endpoint)
                .findFirst();
    }

    @Override
    public int leaderLevel() {
        ServerId leader = own == null ? null : own.consensus.status().leader();
        return leader == null
                ? Level.FIRST
                : directory.find(leader).map(server -> server.tags().level()).orElse(Level.FIRST);
    }

    @Override
    public List<Endpoint> servers(int level) {
        List<ServerRoster.Server> others = directory.others();
        if (level > Level.FIRST) {
            return Serving.of(others.stream()
                            .filter(server -> server.tags().level() >= level)
                            .toList())
                    .endpoints;
        }
        Serving last = serving;
        if (last.of != others) {
            last = Serving.of(others);
            serving = last;
        }
        return last.endpoints;
    }

    @Override
    public boolean everHadLeader() {
        return everHadLeader;
    }

    @Override
    public long lastContactMs() {
        if (own == null) {
            return -1;
        }
        // Age first: a status that is put together in between is younger, and the sum too large rather than too small.
        long ageMs = own.consensus.statusAgeMs();
        long contactMs = own.consensus.status().lastContactMs();
        return contactMs < 0 || ageMs < FRESH_MS ? contactMs : contactMs + ageMs;
    }
}
