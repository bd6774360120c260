package io.quorate.agent;

import io.quorate.answer.Servers;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Membership;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.AddressBook;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The servers as this agent sees them: by raft where it takes part, else by what they say in their tags. */
final class Directory implements Servers {
    /** A status is put together five times a second; only one that is much older says something about the time since. */
    private static final long FRESH_MS = 600;

    private final Membership membership;
    private final @Nullable Own own;
    private volatile boolean everHadLeader;

    /** @param own absent on a client */
    Directory(Membership membership, @Nullable Own own) {
        this.membership = membership;
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
        return alive().stream()
                .map(server -> server.tags().leader())
                .filter(Objects::nonNull)
                .flatMap(leader -> membership.servers().find(leader).stream())
                .filter(ServerRoster.Server::isAlive)
                .flatMap(server -> Stream.ofNullable(server.endpoint()))
                .findFirst();
    }

    @Override
    public List<Endpoint> servers() {
        List<ServerRoster.Server> servers = alive();
        // A member that knows the leader serves best, one that was removed or is cut off knows none; others only if
        // need be.
        List<ServerRoster.Server> members = servers.stream()
                .filter(s -> s.tags().founding().equals("member"))
                .toList();
        List<ServerRoster.Server> led =
                members.stream().filter(s -> s.tags().leader() != null).toList();
        return (!led.isEmpty() ? led : members.isEmpty() ? servers : members)
                .stream().flatMap(s -> Stream.ofNullable(s.endpoint())).toList();
    }

    /** Without those that claim to be a server which another one is, and without this one. */
    private List<ServerRoster.Server> alive() {
        NodeName self = membership.roster().self().name();
        return membership.servers().all().stream()
                .filter(server -> server.isAlive() && !server.name().equals(self) && server.endpoint() != null)
                .toList();
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
