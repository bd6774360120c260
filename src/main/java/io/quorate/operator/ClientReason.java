package io.quorate.operator;

import io.quorate.bootstrap.Why;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.ServerRoster;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a client waits for. It has nothing of its own to wait for: it waits for what its servers say of themselves when they are
 * asked, and where they cannot be asked, for what gossip says of them.
 */
final class ClientReason {
    /** From what says most to what says least about why nobody is served. What one server alone lacks comes last. */
    private static final List<ReasonCode> TELLING = List.of(
            ReasonCode.QUORUM_LOST,
            ReasonCode.EXPECT_MISMATCH,
            ReasonCode.FOUNDERS_MISMATCH,
            ReasonCode.FOREIGN_CLUSTER,
            ReasonCode.NAME_CONFLICT,
            ReasonCode.KEY_MISMATCH,
            ReasonCode.WAITING_FOR_SERVERS,
            ReasonCode.FOUNDING,
            ReasonCode.ELECTION,
            ReasonCode.WAITING_FOR_ADOPTION,
            ReasonCode.STARTING,
            ReasonCode.DATA_LOST,
            ReasonCode.DISK,
            ReasonCode.VERSION_TOO_OLD,
            ReasonCode.FAILED);

    private final ShownServers servers;
    private final ServerWords words;
    private final List<ServerRoster.Server> alive;
    private final List<Why.Evidence> evidence;

    private ClientReason(ShownServers servers, ServerWords words) {
        this.servers = servers;
        this.words = words;
        alive = servers.all().stream().filter(ServerRoster.Server::isAlive).toList();
        evidence = servers.all().stream().map(this::evidence).toList();
    }

    static Why of(ShownServers servers, ServerWords words) {
        return new ClientReason(servers, words).why();
    }

    private Why why() {
        if (alive.isEmpty()) {
            return nobody();
        }
        Optional<ServerRoster.Server> informed =
                alive.stream().filter(k -> leads(k.tags())).findFirst();
        if (informed.isPresent() && !alive.stream().allMatch(this::deniesIt)) {
            return ready(informed.get());
        }
        if (alive.stream().allMatch(k -> words.silence(k.id()).isPresent())) {
            return portClosed();
        }
        List<ServerRoster.Server> asked =
                alive.stream().filter(k -> words.word(k.id()).isPresent()).toList();
        if (!asked.isEmpty()
                && asked.stream().allMatch(k -> words.word(k.id()).orElseThrow().isReady())) {
            return ready(asked.get(0));
        }
        return lostQuorum().or(() -> byTheirWord(asked)).orElseGet(this::byGossip);
    }

    private Why nobody() {
        if (servers.all().isEmpty()) {
            return new Why(
                    ReasonCode.NO_SERVERS,
                    "no server is known to this client",
                    "join any agent of the datacenter: PUT /join with its address, or start with -retry-join",
                    evidence);
        }
        return new Why(
                ReasonCode.NO_SERVERS,
                "none of the known servers is alive: " + names(servers.all()),
                "start them again with their data; if they moved where this client cannot find them, join any agent of the"
                        + " datacenter: PUT /join with its address, or start with -retry-join",
                evidence);
    }

    private Why ready(ServerRoster.Server informed) {
        return new Why(
                ReasonCode.READY,
                "server " + informed.member().name() + " knows a leader",
                "nothing: this client is ready",
                evidence);
    }

    /** It was asked just now, and serves nobody or cannot be reached, whatever its tags still say. */
    private boolean deniesIt(ServerRoster.Server known) {
        return words.silence(known.id()).isPresent()
                || words.word(known.id()).filter(word -> !word.isReady()).isPresent();
    }

    private Why portClosed() {
        String each = alive.stream()
                .map(k -> k.member().name() + " at " + k.endpoint() + " ("
                        + words.silence(k.id()).orElse("") + ")")
                .collect(Collectors.joining(", "));
        if (alive.stream().noneMatch(k -> words.isOutOfReach(k.id()))) {
            return new Why(
                    ReasonCode.NO_SERVERS,
                    "no server answers at its server port: " + each,
                    "nothing for some seconds, in which gossip finds out whether they stopped; then start those again that"
                            + " did",
                    evidence);
        }
        return new Why(
                ReasonCode.NO_SERVERS,
                "the servers are alive in gossip, but none answers at its server port: " + each,
                "let TCP through from this client to the servers' port ("
                        + alive.stream()
                                .map(k -> String.valueOf(k.endpoint().port()))
                                .distinct()
                                .collect(Collectors.joining(", "))
                        + "): see firewalls, network policies, and that the servers advertise an address that can be"
                        + " reached from here",
                evidence);
    }

    /** The cluster as a server that was asked knows it; where none could be asked, as gossip does. */
    private Optional<Why> lostQuorum() {
        List<ServerId> voters = alive.stream()
                .flatMap(k -> words.word(k.id()).stream())
                .filter(word -> !word.isReady() && word.cluster() != null)
                .map(word -> word.voters().stream().map(ServerId::of).toList())
                .filter(ids -> !ids.isEmpty())
                .findFirst()
                .orElseGet(() -> servers.all().stream()
                        .filter(k -> k.tags().voter())
                        .map(ServerRoster.Server::id)
                        .toList());
        ClusterRef cluster = alive.stream()
                .map(k -> k.member().cluster())
                .filter(c -> c != null)
                .findFirst()
                .orElse(null);
        if (voters.isEmpty() || cluster == null) {
            return Optional.empty();
        }
        VotersNow now = new VotersNow(
                voters,
                cluster.toString(),
                servers,
                words,
                id -> servers.find(id).filter(ServerRoster.Server::isAlive).isPresent(),
                false);
        return now.hasQuorum() ? Optional.empty() : Optional.of(now.lost(ReasonCode.QUORUM_LOST, evidence));
    }

    private Optional<Why> byTheirWord(List<ServerRoster.Server> asked) {
        for (ReasonCode code : TELLING) {
            List<ServerRoster.Server> saying = asked.stream()
                    .filter(k -> code.equals(
                            words.word(k.id()).flatMap(ServerWord::known).orElse(null)))
                    .toList();
            if (!saying.isEmpty()) {
                ServerWord word = words.word(saying.get(0).id()).orElseThrow();
                return Optional.of(new Why(
                        code,
                        (saying.size() == 1 ? "server " : "servers ") + names(saying) + ": " + word.message()
                                + unreached(),
                        word.nextStep(),
                        evidence));
            }
        }
        return Optional.empty();
    }

    private String unreached() {
        List<String> closed = alive.stream()
                .filter(k -> words.silence(k.id()).isPresent())
                .map(k -> k.member().name() + " at " + k.endpoint())
                .toList();
        return closed.isEmpty() ? "" : "; no answer at the server port of " + String.join(", ", closed);
    }

    private Why byGossip() {
        List<ServerRoster.Server> members =
                alive.stream().filter(k -> k.member().cluster() != null).toList();
        if (!members.isEmpty()) {
            return new Why(
                    ReasonCode.ELECTION,
                    "no server that is alive knows a leader: " + names(members),
                    "nothing: the servers elect one when a majority of them is there; ask one of them for /why",
                    evidence);
        }
        int expect =
                alive.stream().mapToInt(k -> k.tags().expect().servers()).max().orElse(0);
        if (alive.size() < expect) {
            return new Why(
                    ReasonCode.WAITING_FOR_SERVERS,
                    "the servers have no cluster yet: " + alive.size() + " of " + expect + " are there: "
                            + names(alive),
                    "start the missing servers, or join them",
                    evidence);
        }
        return new Why(
                ReasonCode.FOUNDING,
                "the servers have no cluster yet: " + names(alive),
                "nothing if they are founding one; else ask one of them for /why",
                evidence);
    }

    private boolean leads(AgentTags tags) {
        return tags.leader() != null && alive.stream().anyMatch(k -> k.id().equals(tags.leader()));
    }

    private Why.Evidence evidence(ServerRoster.Server known) {
        ClusterRef cluster = known.member().cluster();
        return new Why.Evidence(
                known.member().name().value(),
                known.id().toString(),
                known.endpoint().toString(),
                true,
                known.isAlive() && words.silence(known.id()).isEmpty(),
                known.tags().founding(),
                cluster == null ? null : cluster.toString(),
                known.tags().expect().servers(),
                null);
    }

    private static String names(List<ServerRoster.Server> servers) {
        return servers.stream().map(k -> k.member().name().value()).collect(Collectors.joining(", "));
    }
}
