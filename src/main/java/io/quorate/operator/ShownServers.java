package io.quorate.operator;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The servers of this datacenter as people are told of them: as {@link ServerRoster} has them, and where that knows nothing of one, by
 * what is committed of it or what raft's address book remembers.
 */
public final class ShownServers {
    private final AgentParts parts;
    private final ServerRoster directory;
    private final List<ServerRoster.Server> all;

    private ShownServers(AgentParts parts) {
        this.parts = parts;
        directory = parts.membership().servers();
        all = directory.all();
    }

    public static ShownServers of(AgentParts parts) {
        return new ShownServers(parts);
    }

    /** Alive, failed or left, by name; as it was when this was made. */
    public List<ServerRoster.Server> all() {
        return all;
    }

    public List<ServerRoster.Server> alive() {
        return all.stream().filter(ServerRoster.Server::isAlive).toList();
    }

    /** Its id as text, by what the living servers say; {@code (none)} when they say none. */
    String cluster() {
        return alive().stream()
                .flatMap(known -> Stream.ofNullable(known.member().cluster()))
                .map(cluster -> cluster.id().toString())
                .findFirst()
                .orElse("(none)");
    }

    public Optional<ServerRoster.Server> find(ServerId id) {
        return directory.find(id);
    }

    /** Its name as gossip has it, else as it was when it was taken into the cluster; empty when neither knows it. */
    public Optional<String> name(ServerId id) {
        AgentParts.ServerParts server = parts.server();
        if (isSelf(id)) {
            return Optional.of(parts.identity().name().value());
        }
        return find(id).map(known -> known.member().name().value())
                .or(() -> Optional.ofNullable(
                                server == null
                                        ? null
                                        : server.consensus().names().get(id))
                        .map(NodeName::value));
    }

    /** Whether gossip knows it, in whatever state. */
    public boolean isMember(ServerId id) {
        return isSelf(id) || find(id).isPresent();
    }

    /** Where it is, or was last; empty when it was never seen. */
    public Optional<Endpoint> endpoint(ServerId id) {
        AgentParts.ServerParts server = parts.server();
        if (isSelf(id)) {
            return Optional.ofNullable(parts.identity().rpcEndpoint());
        }
        return find(id).map(ServerRoster.Server::endpoint)
                .or(() -> server == null ? Optional.empty() : server.addresses().find(id));
    }

    /** Whether it said just now that it cannot take part in consensus, e.g. because of its disk, though its process answers. */
    boolean isUnable(ServerId id) {
        return parts.words().word(id).map(ServerWord::inability).isPresent();
    }

    /** The last entry that this server, or by its own word the leader, knows to be committed. */
    public long committed(RaftStatus raft) {
        ServerId leader = raft.leader();
        long told = leader == null || isSelf(leader)
                ? 0
                : parts.words().word(leader).map(ServerWord::commitIndex).orElse(0L);
        return Math.max(raft.commitIndex(), told);
    }

    /** As text; empty when it was never seen. */
    public String address(ServerId id) {
        return endpoint(id).map(Endpoint::toString).orElse("");
    }

    private boolean isSelf(ServerId id) {
        AgentParts.ServerParts server = parts.server();
        return server != null && server.founding().view().self().equals(id);
    }
}
