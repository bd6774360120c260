package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.agent.settings.DataFolder;
import io.quorate.agent.settings.SharedKey;
import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.answer.Offer;
import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingService;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.catalog.CatalogOperations;
import io.quorate.consensus.JraftConsensus;
import io.quorate.discovery.Discovery;
import io.quorate.event.EventLog;
import io.quorate.event.EventOperations;
import io.quorate.health.HealthOperations;
import io.quorate.kernel.IpText;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.Plain;
import io.quorate.membership.GossipMembership;
import io.quorate.membership.GossipSettings;
import io.quorate.membership.GossipTimings;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Membership;
import io.quorate.membership.ServerRoster;
import io.quorate.operator.AgentParts;
import io.quorate.operator.OperatorOperations;
import io.quorate.operator.ServerWords;
import io.quorate.rpc.BoltRpcCaller;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcPort;
import io.quorate.rpc.Tls;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Clocks;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;

/**
 * All parts of one agent, in the order in which they start: what can be refused, the server port, gossip, founding, joining, and
 * last the web side, which only reports. They stop the other way round.
 */
final class Agent {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final Duration START_JOIN = Duration.ofSeconds(40);
    private static final Duration LEAVE = Duration.ofSeconds(8);

    private final AgentSettings settings;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final Stop stop;
    private @Nullable Departure departure;
    private @Nullable Reloading reloading;
    private final ServerRoster servers = new ServerRoster();
    private @Nullable ServerSide server;

    private Agent(AgentSettings settings, Stop stop) {
        this.settings = settings;
        this.stop = stop;
    }

    private record Part(String name, AutoCloseable part) {}

    /**
     * @param reader reads anew what the agent is told, given what it runs with
     * @param stop asked when the agent wants its process to end; when it is asked before the start is over, the start ends
     * @throws StartException when it cannot start; what had started is stopped again
     * @throws Stop.Asked when it need not go on; what had started is stopped again
     */
    static Agent start(AgentSettings settings, DataFolder folder, UnaryOperator<AgentSettings> reader, Stop stop) {
        Agent agent = new Agent(settings, stop);
        try {
            agent.startParts(folder, reader);
            return agent;
        } catch (Stop.Asked e) {
            agent.leaveIfSettingsSaySo();
            agent.stop();
            throw e;
        } catch (FoundingException | IOException e) {
            agent.stop();
            throw new StartException(Plain.reason(e), e);
        } catch (RuntimeException e) {
            agent.stop();
            throw e;
        }
    }

    private void startParts(DataFolder folder, UnaryOperator<AgentSettings> reader) throws IOException {
        for (InetAddress address : settings.network().client()) {
            probe(address, settings.network().httpPort());
        }
        stop.check();
        RpcPort.prepareProcess();
        BoltRpcCaller rpc = started("rpc client", new BoltRpcCaller(Tls.NONE, Ticker.system()));
        NodeId node = openData(folder, rpc);
        stop.check();
        startAmongOthers(folder, reader, rpc, node);
    }

    /** From here on others hear of this agent. */
    private void startAmongOthers(
            DataFolder folder, UnaryOperator<AgentSettings> reader, BoltRpcCaller rpc, NodeId node) throws IOException {
        NodeFacts facts = new NodeFacts(settings.node(), node, settings.nodeMeta());
        Announcer.Ports ports = ports(facts);
        EventLoop loop = started("gossip loop", new EventLoop(Duty.VITAL, "gossip"));
        Discovery discovery = started("discovery", new Discovery(Clocks.wall()));
        Membership membership = started("gossip", startGossip(gossip(folder, node, ports, discovery, loop)));
        LivePlacement placement = placement(membership);
        Joining joining = new Joining(settings.joining(), membership, discovery, loop);
        EventLoop errands = started("errands", new EventLoop("errands"));
        departure = new Departure(membership, server, errands, stop::ask);
        ServerWords words = new ServerWords(rpc, Ticker.system());
        Reloading reload = started("reload", new Reloading(settings, reader, membership, joining));
        reloading = reload;
        OpenRequest asks = new OpenRequest();
        AgentParts agentParts = Report.parts(
                settings,
                folder.path(),
                node,
                membership,
                placement,
                rpc,
                server,
                words,
                departure,
                joining,
                reload,
                asks);
        if (server == null) {
            startClient(membership, ports, asks, errands, rpc);
        } else {
            server.start(membership, ports, facts, asks);
        }
        Answers answers = started("answers", answers(agentParts, placement, rpc, node));
        new FactsCourier(facts, placement::leaderByGossip, answers, Ticker.system(), errands).start(errands);
        words.start(agentParts, errands);
        EventLog events = new EventLog(settings.node(), List::of, errands);
        membership.listenToEvents(events::heard);
        join(membership, joining);
        web(folder, agentParts, answers, events);
        LOG.atInfo().addKeyValue("http", httpAddresses()).log("agent running");
    }

    private void startClient(
            Membership membership, Announcer.Ports ports, OpenRequest asks, EventLoop errands, RpcCaller rpc) {
        asks.listen(() -> membership.setTags(ports.ofClient().asks(asks.now()).encode()));
        errands.every(FoundingSettings.Timing.DEFAULT.round(), FoundingService.identityQuestions(servers, rpc));
    }

    private void join(Membership membership, Joining joining) {
        joinAtStart(membership);
        started("retry join", joining).start(this::joinsEnded, stop::ask);
        stop.check();
    }

    /** Whose data directory it is: a server's is opened with its port, so that nobody else can be told of this id before. */
    private NodeId openData(DataFolder folder, BoltRpcCaller rpc) throws IOException {
        if (settings.server()) {
            JraftConsensus.prepareProcess(folder.path().resolve("lib"));
            server = started("server", openServer(folder, rpc));
        } else {
            FormerServer.giveUp(folder.path(), settings.forgetServer());
        }
        NodeId node = NodeIdentity.of(
                folder.path(),
                settings.nodeId(),
                Optional.ofNullable(server).map(s -> new NodeId(s.self().value())));
        Opening.tell(settings, folder, node, server);
        return node;
    }

    private Announcer.Ports ports(NodeFacts facts) {
        return new Announcer.Ports(
                settings.datacenter(),
                server == null ? 0 : server.endpoint.port(),
                Math.max(0, settings.network().httpPort()),
                Build.version(),
                facts.digest());
    }

    private ServerSide openServer(DataFolder folder, BoltRpcCaller rpc) {
        AgentSettings.Network network = settings.network();
        try {
            return ServerSide.open(settings, folder.path(), rpc, servers);
        } catch (UncheckedIOException e) {
            throw Unbound.of("ports.server", "-server-port", network.bind(), network.serverPort(), e);
        }
    }

    private Membership startGossip(GossipSettings gossip) throws IOException {
        try {
            return GossipMembership.start(gossip);
        } catch (BindException e) {
            throw Unbound.of("ports.serf_lan", "-serf-lan-port", gossip.bind(), gossip.port(), e);
        }
    }

    private LivePlacement placement(Membership membership) {
        Story story = new Story(membership);
        story.followMembers();
        if (server == null) {
            return new LivePlacement(servers, null);
        }
        story.followLeader(server.consensus, server::self);
        return new LivePlacement(
                servers, new LivePlacement.Own(server.consensus, server.book, server::self, server.endpoint));
    }

    private GossipSettings gossip(
            DataFolder folder, NodeId node, Announcer.Ports ports, Discovery discovery, EventLoop loop) {
        AgentSettings.Network network = settings.network();
        AgentSettings.Gossip gossip = settings.gossip();
        GossipTimings timings = GossipTimings.builder()
                .probe(gossip.probeInterval(), gossip.probeTimeout())
                .gossip(gossip.gossipInterval(), gossip.gossipNodes())
                .mults(gossip.suspicionMult(), gossip.retransmitMult())
                .reconnectTimeout(gossip.reconnectTimeout())
                .build();
        return GossipSettings.builder(settings.node(), node, network.bind(), network.advertise())
                .port(network.gossipPort())
                .datacenter(settings.datacenter().value())
                .folder(folder.path())
                .keys(gossip.keys().stream().map(SharedKey::bytes).toList())
                .verify(gossip.verifyIncoming(), gossip.verifyOutgoing())
                .rejoinAfterLeave(settings.joining().rejoinAfterLeave())
                .timings(timings)
                .servers(servers)
                .tags((server == null ? ports.ofClient() : ports.ofServer(server.founding.view(), null)).encode())
                .cluster(server == null ? null : server.founding.view().cluster())
                .build(discovery, Chance.secure(), Ticker.system(), Clocks.wall(), loop);
    }

    /** Tried once; none reached ends the agent, as an operator who names members expects to be with them. */
    private void joinAtStart(Membership membership) {
        List<String> addresses = settings.joining().join();
        if (addresses.isEmpty()) {
            return;
        }
        List<String> shown = addresses.stream().map(Discovery::shown).toList();
        try {
            CompletableFuture<JoinReport> joined = membership.join(addresses);
            CompletableFuture<?> either =
                    CompletableFuture.anyOf(joined, stop.asked().toCompletableFuture());
            Object unused = either.get(START_JOIN.toMillis(), TimeUnit.MILLISECONDS);
            stop.check();
            JoinReport report = joined.join();
            if (report.contacted() == 0) {
                throw new StartException("join: none of " + String.join(", ", shown) + " was reached: "
                        + report.failures().stream()
                                .map(JoinReport.Failure::toString)
                                .collect(Collectors.joining("; ")));
            }
            LOG.atInfo().addKeyValue("contacted", report.contacted()).log("joined");
        } catch (ExecutionException | TimeoutException e) {
            throw new StartException("join: " + String.join(", ", shown) + " not reached: " + Plain.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("join: interrupted", e);
        }
        joinsEnded();
    }

    private void joinsEnded() {
        if (server != null) {
            server.founding.joinsEnded();
        }
    }

    private Answers answers(AgentParts parts, LivePlacement placement, RpcCaller rpc, NodeId node) {
        List<Offer<?, ?>> offers = new ArrayList<>();
        AnswerParts.Server side = null;
        if (server != null) {
            side = new AnswerParts.Server(server.consensus, server.consensus.state());
            offers.addAll(CatalogOperations.offers(settings.datacenter()));
            offers.addAll(HealthOperations.offers());
            offers.addAll(OperatorOperations.offers(parts, Objects.requireNonNull(parts.server())));
            offers.addAll(EventOperations.offers(parts.membership(), Chance.secure()));
            offers.addAll(server.offers());
        }
        Answers answers = new Answers(
                new AnswerParts(settings.datacenter(), placement, rpc, side, AnswerParts.HOLD, node.hashCode()),
                offers);
        if (server != null) {
            server.serve(answers);
        }
        return answers;
    }

    private void web(DataFolder folder, AgentParts agentParts, Answers answers, EventLog events) throws IOException {
        AgentSettings.Network network = settings.network();
        Path httpFolder = Files.createDirectories(folder.path().resolve("http"));
        List<Object> beans = List.of(
                agentParts,
                answers,
                events,
                settings.datacenter(),
                settings.node(),
                new AgentApplication.HttpPlace(network.client(), network.httpPort(), httpFolder));
        SpringApplication application = AgentApplication.with(
                beans,
                Map.of(
                        "server.port", network.httpPort(),
                        "server.address", IpText.of(network.client().get(0)),
                        "management.health.diskspace.path", folder.path().toString()));
        started("web", application.run());
        // Stopped before the web side, which would answer them all by itself: 500, and nothing more.
        started("whoever waits", answers::stopping);
        started("whoever waits for an event", events);
    }

    private String httpAddresses() {
        AgentSettings.Network network = settings.network();
        return network.client().stream()
                .map(address -> IpText.beforePort(address) + ":" + network.httpPort())
                .collect(Collectors.joining(", "));
    }

    /** Reads the settings again: see {@link Reloading#reload}. */
    void reload() {
        Reloading known = reloading;
        if (known != null) {
            // It says itself what comes of it.
            var unused = known.reload();
        }
    }

    /** As a signal to an agent that has started does: others that know it already must not take it for one that failed. */
    private void leaveIfSettingsSaySo() {
        Departure known = departure;
        if (known != null && settings.leaveOnTerminate()) {
            try {
                known.leave().get(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                LOG.atWarn().addKeyValue("reason", e).log("could not leave; stopping without leaving");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Leaves the datacenter, and then ends the process. */
    CompletionStage<@Nullable Void> leave() {
        Departure known = departure;
        if (known == null) {
            throw new IllegalStateException("still starting");
        }
        return known.leave();
    }

    /** Stops all parts, the last started first; membership of the cluster is untouched. */
    void stop() {
        ServerSide own = server;
        if (own != null) {
            try {
                own.peers.handOverLeadership().get(5, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                LOG.atWarn().setCause(e).log("leadership not handed over; the others will elect");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.part().close();
            } catch (Exception e) {
                LOG.atWarn().addKeyValue("part", part.name()).setCause(e).log("did not stop cleanly");
            }
        }
        LOG.atInfo().log("agent stopped");
    }

    private <T extends AutoCloseable> T started(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    /** Tomcat binds last; whether it can is found out first, before anybody hears of this agent. */
    private static void probe(InetAddress address, int port) {
        if (port <= 0) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw Unbound.of("ports.http", "-http-port", address, port, e);
        }
    }
}
