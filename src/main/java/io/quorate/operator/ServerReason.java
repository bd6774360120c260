package io.quorate.operator;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Reasons;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What founding says a server waits for, corrected by what the other servers say of themselves. */
final class ServerReason {
    private static final Set<ReasonCode> MEMBER_WITHOUT_LEADER =
            EnumSet.of(ReasonCode.ELECTION, ReasonCode.QUORUM_LOST, ReasonCode.WAITING_FOR_ADOPTION);

    private final Founding.View view;
    private final RaftStatus raft;
    private final ShownServers servers;
    private final ServerWords words;
    private final boolean removed;

    ServerReason(AgentParts.ServerParts server, ShownServers servers, ServerWords words) {
        this.view = server.founding().view();
        this.raft = server.consensus().status();
        this.servers = servers;
        this.words = words;
        removed = server.consensus().removed().getOrDefault(view.self(), -1L) >= view.starts();
    }

    Why explain(Why own) {
        ClusterRef cluster = view.cluster();
        if (cluster == null) {
            return own.code() == ReasonCode.WAITING_FOR_SERVERS ? namesakes(own).orElseGet(() -> founders(own)) : own;
        }
        // An operator removed it, and nobody takes it in while it runs: that the others go on without it explains
        // nothing.
        boolean sentAway = removed && own.code() == ReasonCode.WAITING_FOR_ADOPTION;
        if (sentAway || !MEMBER_WITHOUT_LEADER.contains(own.code())) {
            return own;
        }
        return outside(cluster, own)
                .or(() -> lostQuorum(cluster, own))
                .or(() -> unheardLeader(cluster, own))
                .orElse(own);
    }

    private Optional<String> leader(ServerWord word) {
        return Optional.ofNullable(word.leader())
                .map(id -> servers.name(ServerId.of(id)).orElse(id));
    }

    /** Others follow a leader that counts this server among its voters, and that is not heard here. */
    private Optional<Why> unheardLeader(ClusterRef cluster, Why own) {
        if (own.code() != ReasonCode.ELECTION) {
            return Optional.empty();
        }
        String self = view.self().toString();
        for (ServerRoster.Server known : servers.all()) {
            Optional<String> leader = known.isAlive()
                    ? words.word(known.id())
                            .filter(word -> word.isReady()
                                    && cluster.toString().equals(word.cluster())
                                    && word.voters().contains(self)
                                    && !self.equals(word.leader()))
                            .flatMap(this::leader)
                    : Optional.empty();
            if (leader.isPresent()) {
                String name = known.member().name().toString();
                String follower =
                        name.equals(leader.get()) ? name + " leads" : name + " follows leader " + leader.get();
                return Optional.of(new Why(
                        ReasonCode.ELECTION,
                        follower + ", but this server does not hear " + leader.get(),
                        "if it stays so, mend the network between this server and " + leader.get()
                                + ": each must reach the other's server port over TCP",
                        own.evidence()));
            }
        }
        return Optional.empty();
    }

    /** The others have a leader and go on without this server: it is in their configuration no more, or not yet. */
    private Optional<Why> outside(ClusterRef cluster, Why own) {
        List<ServerRoster.Server> going = servers.all().stream()
                .filter(ServerRoster.Server::isAlive)
                .filter(k -> words.word(k.id())
                        .filter(word -> word.isReady()
                                && cluster.toString().equals(word.cluster())
                                && !word.voters().isEmpty()
                                && !word.voters().contains(view.self().toString()))
                        .isPresent())
                .toList();
        if (going.isEmpty()) {
            return Optional.empty();
        }
        boolean byHand = going.stream()
                .flatMap(k -> words.word(k.id()).stream())
                .anyMatch(word -> word.hasRemoved(view.self(), view.starts()));
        if (byHand) {
            return Optional.of(Reasons.removed(cluster, own.evidence()));
        }
        String leader = words.word(going.get(0).id()).flatMap(this::leader).orElse("its leader");
        long seconds = going.stream()
                .flatMap(k -> words.word(k.id()).stream())
                .map(word -> word.returnsInS().getOrDefault(view.self().toString(), 0L))
                .max(Long::compare)
                .orElse(0L);
        return Optional.of(new Why(
                ReasonCode.WAITING_FOR_ADOPTION,
                "cluster " + cluster.id() + " goes on without this server, which left it or was removed; its leader, "
                        + leader + ", adds this server again"
                        + (seconds > 0
                                ? " in " + seconds + " s at the earliest: a server that left is left alone for a minute"
                                : " as soon as it has answered"),
                "nothing: it gets the data from " + leader + ", and votes again once it has kept up for a while",
                own.evidence()));
    }

    private Optional<Why> lostQuorum(ClusterRef cluster, Why own) {
        if (own.code() == ReasonCode.WAITING_FOR_ADOPTION || !raft.voters().contains(view.self())) {
            return Optional.empty();
        }
        Set<String> answering = own.evidence().stream()
                .filter(Why.Evidence::reachable)
                .map(Why.Evidence::serverId)
                .filter(id -> id != null)
                .collect(Collectors.toSet());
        VotersNow now = new VotersNow(
                raft.voters(),
                cluster.toString(),
                servers,
                words,
                id -> id.equals(view.self()) || answering.contains(id.toString()),
                true);
        return now.hasQuorum() ? Optional.empty() : Optional.of(now.lost(ReasonCode.QUORUM_LOST, own.evidence()));
    }

    /** Two of one name are one server to gossip: whoever waits for the others waits for one that is there, and is not let in. */
    private Optional<Why> namesakes(Why own) {
        return words.namesakes()
                .text()
                .or(() -> namesakes(servers, words))
                .map(text -> new Why(
                        ReasonCode.NAME_CONFLICT,
                        text,
                        "stop one of the two, and start it again with another name (-node)",
                        own.evidence()));
    }

    /** As another server saw it that was asked just now. */
    static Optional<String> namesakes(ShownServers servers, ServerWords words) {
        return servers.all().stream()
                .flatMap(known -> words
                        .word(known.id())
                        .flatMap(word -> Optional.ofNullable(word.namesakes()))
                        .map(text -> known.member().name() + " says: " + text)
                        .stream())
                .findFirst();
    }

    /** Lists of founders that differ can never be met by the same servers. */
    private Why founders(Why own) {
        Map<String, List<String>> declared = new TreeMap<>();
        if (!view.founders().isEmpty()) {
            declared.put(
                    view.name().value(),
                    view.founders().stream().map(NodeName::value).sorted().toList());
        }
        for (ServerRoster.Server known : servers.all()) {
            words.word(known.id())
                    .filter(word -> !word.founders().isEmpty())
                    .ifPresent(word -> declared.put(
                            known.member().name().value(),
                            word.founders().stream().sorted().toList()));
        }
        if (declared.values().stream().distinct().count() < 2) {
            return own;
        }
        return new Why(
                ReasonCode.FOUNDERS_MISMATCH,
                "servers declare different founders: "
                        + declared.entrySet().stream()
                                .map(each -> each.getKey() + " declares " + String.join(", ", each.getValue()))
                                .collect(Collectors.joining("; ")),
                "start all of them with the same -founders",
                own.evidence());
    }
}
