package io.quorate.operator.web;

import io.quorate.answer.AskException;
import io.quorate.answer.Asking;
import io.quorate.answer.Operation;
import io.quorate.discovery.JoinAddress;
import io.quorate.http.BadRequestException;
import io.quorate.http.Json;
import io.quorate.http.JsonForm;
import io.quorate.http.Query;
import io.quorate.http.RefusedException;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.membership.JoinReport;
import io.quorate.membership.MemberState;
import io.quorate.operator.AgentParts;
import io.quorate.operator.ConsulReports;
import io.quorate.operator.OperatorOperations;
import io.quorate.operator.PeerRemoval;
import io.quorate.operator.RaftPeer;
import io.quorate.peers.Removal;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The agent itself, and who leads, in Consul's dialect. */
public final class ConsulAgentRoutes implements RouteSource {
    /** What became of a member that was forced to leave. */
    private static final String MEMBER = "X-Quorate-Member";

    private static final String ALL_SEGMENTS = "_all";

    private static final OperatorOperations.Nothing NOTHING = new OperatorOperations.Nothing();
    private static final JsonForm<String> TEXT = new JsonForm<>((text, json) -> json.writeString(text));
    private static final JsonForm<List<String>> TEXTS = new JsonForm<>((texts, json) -> Json.value(json, texts));
    private static final JsonForm<List<RaftPeer>> CONFIGURATION = new JsonForm<>(ConsulAgentRoutes::configuration);

    private final AgentParts parts;
    private final Asking asking;
    private final ConsulReports reports;
    private final PeerRemoval removal;

    public ConsulAgentRoutes(AgentParts parts, Asking asking) {
        this.parts = parts;
        this.asking = asking;
        this.reports = new ConsulReports(parts);
        this.removal = new PeerRemoval(parts, asking);
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/agent/self").on("GET", request -> json(reports.self()));
        routes.at("/v1/agent/members").on("GET", this::members);
        routes.at("/v1/agent/join/").on("PUT", this::join);
        routes.at("/v1/agent/leave")
                .on("PUT", request -> parts.control().leave().handle((done, error) -> emptyOrRefused(error)));
        routes.at("/v1/agent/reload")
                .on("PUT", request -> parts.control().reload().handle((done, error) -> emptyOrRefused(error)));
        routes.at("/v1/agent/force-leave/").on("PUT", this::forceLeave);
        routes.at("/v1/status/leader")
                .asks("GET", OperatorOperations.LEADER, request -> of(OperatorOperations.LEADER, request, TEXT));
        routes.at("/v1/status/peers")
                .asks(
                        "GET",
                        OperatorOperations.PEER_ADDRESSES,
                        request -> of(OperatorOperations.PEER_ADDRESSES, request, TEXTS));
        routes.at("/v1/operator/raft/configuration")
                .asks(
                        "GET",
                        OperatorOperations.RAFT_CONFIGURATION,
                        request -> asking.ask(OperatorOperations.RAFT_CONFIGURATION, NOTHING, request.terms())
                                .thenApply(answer -> Reply.of(answer, CONFIGURATION, request.isPretty())));
        // The removal asks the leader itself: this agent has to confirm that it does.
        routes.at("/v1/operator/raft/peer").on("DELETE", this::removePeer);
    }

    /** What any server answers by itself. */
    private <A> CompletionStage<Reply> of(
            Operation<OperatorOperations.Nothing, A> operation, Request request, JsonForm<A> form) {
        return asking.ask(operation, NOTHING, request.ofAnyServer())
                .thenApply(answer -> Reply.of(answer, form, request.isPretty()));
    }

    private static void configuration(List<RaftPeer> peers, JsonGenerator json) {
        json.writeStartObject();
        json.writeName("Servers");
        json.writeStartArray();
        for (RaftPeer peer : peers) {
            json.writeStartObject();
            json.writeStringProperty("ID", peer.id());
            json.writeStringProperty("Node", peer.node());
            json.writeStringProperty("Address", peer.address());
            json.writeBooleanProperty("Leader", peer.leader());
            json.writeStringProperty("ProtocolVersion", "3");
            json.writeBooleanProperty("Voter", peer.voter());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberProperty("Index", 0);
        json.writeEndObject();
    }

    private CompletionStage<Reply> members(Request request) {
        if (!request.query().first("wan").isEmpty()) {
            // There is no pool between datacenters.
            return json(null);
        }
        String segment = request.query().first("segment");
        if (!segment.isEmpty() && !segment.equals(ALL_SEGMENTS)) {
            throw new RefusedException("Network segments are not supported in this version of Consul");
        }
        return json(reports.members());
    }

    private CompletionStage<Reply> join(Request request) {
        String address = request.rest();
        if (!request.query().first("wan").isEmpty()) {
            throw new RefusedException(
                    parts.isServer()
                            ? "WAN federation is not supported by this version of Quorate"
                            : "Must be a server to join WAN cluster");
        }
        if (address.isEmpty()) {
            throw new RefusedException(listed(List.of("Failed to resolve : lookup : no such host")));
        }
        String wrong = JoinAddress.problem(address);
        if (wrong != null) {
            throw new RefusedException(listed(List.of("Failed to resolve " + address + ": " + wrong)));
        }
        return parts.membership().join(List.of(address)).thenApply(ConsulAgentRoutes::joined);
    }

    private CompletionStage<Reply> forceLeave(Request request) {
        NodeName name;
        try {
            name = new NodeName(request.rest());
        } catch (IllegalArgumentException e) {
            throw unknown(request.rest());
        }
        boolean isAlive = parts.membership()
                .roster()
                .find(name)
                .map(member -> member.state() == MemberState.ALIVE)
                .orElse(false);
        boolean isVoter = isVoter(name);
        return parts.membership()
                .forceLeave(name, request.query().has("prune"))
                .handle((done, error) -> error == null || !(cause(error) instanceof NoSuchElementException)
                        ? forced(name, true, emptyOrRefused(error), isAlive, isVoter)
                        : forced(name, false, Reply.empty(), isAlive, isVoter))
                .thenCompose(reply -> reply);
    }

    private boolean isVoter(NodeName name) {
        AgentParts.ServerParts server = parts.server();
        return server != null
                && parts.membership().servers().all().stream()
                        .filter(known -> known.name().equals(name))
                        .anyMatch(known -> server.consensus().status().voters().contains(known.id()));
    }

    /**
     * Gossip knows names only, and an agent of another id may bear this one by now: a voter of that name or id that nobody hears any
     * more is taken out by the leader. Without a leader it stays one: gossip's word for a leave costs no vote. The answer is Consul's,
     * which does not tell a member that was sent away from one that lives and stays: our own header does.
     *
     * @param isAlive as far as gossip knew when it was asked
     * @param isVoter as far as raft knew here when it was asked
     */
    private CompletionStage<Reply> forced(NodeName name, boolean known, Reply reply, boolean isAlive, boolean isVoter) {
        PeerRemoval.Question question =
                new PeerRemoval.Question(PeerRemoval.By.NAME_OR_ID, name.value(), Removal.SILENT);
        return removal.ask(question).thenApply(answer -> switch (answer.outcome()) {
            case REMOVED -> reply.with(MEMBER, "removed");
            case ALIVE -> reply.with(MEMBER, "alive");
            case REFUSED, UNCERTAIN -> throw new RefusedException(answer.reason());
            case BUSY -> throw new AskException(AskException.Kind.BUSY, answer.reason());
            case UNKNOWN_PEER, NO_LEADER -> {
                if (isVoter && answer.outcome() == PeerRemoval.Outcome.NO_LEADER) {
                    throw new RefusedException(name + " is marked as left, but it is still a voter, because "
                            + answer.reason() + ". Run this again once there is a leader");
                }
                if (!known) {
                    throw unknown(name.value());
                }
                yield reply.with(MEMBER, isAlive ? "alive" : "left");
            }
        });
    }

    private static void checkPeer(Query query) {
        if (!query.has("id") && !query.has("address")) {
            throw new BadRequestException(
                    "Bad request: Must specify either ?id with the server's ID or ?address with IP:port of peer to remove");
        }
        if (query.has("id") && query.has("address")) {
            throw new BadRequestException("Bad request: Must specify only one of ?id or ?address");
        }
    }

    /** With {@code force}, which is ours, also where most of the voters that stay would not answer. */
    private CompletionStage<Reply> removePeer(Request request) {
        Query query = request.query();
        checkPeer(query);
        String datacenter = query.first("dc");
        if (!datacenter.isEmpty()
                && !datacenter.equals(parts.identity().datacenter().value())) {
            throw new RefusedException("No path to datacenter");
        }
        boolean byId = query.has("id");
        String value = query.first(byId ? "id" : "address");
        PeerRemoval.Question question = new PeerRemoval.Question(
                byId ? PeerRemoval.By.ID : PeerRemoval.By.ADDRESS,
                value,
                query.saysYes("force") ? Removal.FORCED : Removal.SAFE);
        return removal.ask(question).thenApply(answer -> switch (answer.outcome()) {
            case REMOVED -> Reply.empty();
            case UNKNOWN_PEER ->
                throw new RefusedException(
                        (byId ? "id" : "address") + " \"" + value + "\" was not found in the Raft configuration");
            case NO_LEADER -> throw new RefusedException("No cluster leader");
            case BUSY -> throw new AskException(AskException.Kind.BUSY, answer.reason());
            case REFUSED, ALIVE, UNCERTAIN -> throw new RefusedException(answer.reason());
        });
    }

    private static Reply emptyOrRefused(@Nullable Throwable error) {
        if (error != null) {
            throw new RefusedException(Plain.reason(cause(error)));
        }
        return Reply.empty();
    }

    private static Reply joined(JoinReport report) {
        if (report.contacted() > 0) {
            return Reply.empty();
        }
        throw new RefusedException(
                listed(report.failures().stream().map(ConsulAgentRoutes::failed).toList()));
    }

    private static String failed(JoinReport.Failure failure) {
        String address = failure.address();
        return failure.kind() == JoinReport.Kind.NOT_RESOLVED
                ? "Failed to resolve " + address + ": lookup " + address + ": no such host"
                : "Failed to join " + address + ": " + failure.reason();
    }

    /** Several errors as Go programs list them. */
    private static String listed(List<String> errors) {
        StringBuilder text = new StringBuilder();
        text.append(errors.size()).append(errors.size() == 1 ? " error occurred:\n" : " errors occurred:\n");
        errors.forEach(error -> text.append("\t* ").append(error).append('\n'));
        return text.append('\n').toString();
    }

    private static RefusedException unknown(String name) {
        return new RefusedException("agent: No node found with name '" + name + "'");
    }

    private static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static CompletionStage<Reply> json(@Nullable Object value) {
        return CompletableFuture.completedFuture(Reply.json(json -> Json.value(json, value)));
    }
}
