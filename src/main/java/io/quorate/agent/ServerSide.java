package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.answer.Answers;
import io.quorate.answer.Offer;
import io.quorate.bootstrap.FoundingService;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Terms;
import io.quorate.catalog.Catalog;
import io.quorate.catalog.CatalogFamily;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.CommittedServers;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.ConsensusSettings;
import io.quorate.consensus.JraftConsensus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Level;
import io.quorate.kernel.ServerId;
import io.quorate.kv.KvFamily;
import io.quorate.kv.KvLocks;
import io.quorate.kv.KvOperations;
import io.quorate.kv.LockDelays;
import io.quorate.kv.TombstoneReaper;
import io.quorate.membership.Membership;
import io.quorate.membership.ServerRoster;
import io.quorate.peers.PeerSetService;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcPort;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Clocks;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Ticker;
import io.quorate.session.SessionEnds;
import io.quorate.session.SessionFamily;
import io.quorate.session.SessionKeeper;
import io.quorate.session.SessionOperations;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What only a server has: its port, founding, raft, and as leader the care for the catalog. Built and closed by {@link Agent}. */
final class ServerSide implements AutoCloseable {
    final RpcPort port;
    final LiveAddressBook book;
    final Consensus consensus;
    final FoundingService founding;
    final PeerSetService peers;
    final Catalog catalog;
    final Endpoint endpoint;
    private final SessionKeeper sessions;
    private final Duration shortestTtl;
    private final LockDelays delays;
    private final TombstoneReaper tombstones;
    private @Nullable CatalogKeeper keeper;

    private ServerSide(
            RpcPort port,
            LiveAddressBook book,
            Consensus consensus,
            FoundingService founding,
            PeerSetService peers,
            Catalog catalog,
            Endpoint endpoint,
            SessionKeeper sessions,
            Duration shortestTtl,
            LockDelays delays) {
        this.delays = delays;
        this.tombstones = new TombstoneReaper(consensus, Clocks.wall());
        this.port = port;
        this.book = book;
        this.consensus = consensus;
        this.founding = founding;
        this.peers = peers;
        this.catalog = catalog;
        this.endpoint = endpoint;
        this.sessions = sessions;
        this.shortestTtl = shortestTtl;
    }

    /**
     * Opens the server port and reads the data directory; nothing is sent before {@link #start}.
     *
     * @param servers empty until gossip runs
     */
    static ServerSide open(AgentSettings settings, Path folder, RpcCaller rpc, ServerRoster servers) {
        AgentSettings.Network network = settings.network();
        RpcPort port = RpcPort.open(new InetSocketAddress(network.bind(), network.serverPort()));
        try {
            LiveAddressBook book = new LiveAddressBook(servers);
            LockDelays delays = new LockDelays(Ticker.system());
            ConsensusSettings raft = ConsensusSettings.of(
                    book,
                    port,
                    rpc,
                    families(delays),
                    ConsensusSettings.Timing.multiplied(settings.raft().multiplier())
                            .snapshots(ConsensusSettings.Snapshots.after(
                                    settings.raft().snapshotThreshold())));
            Consensus consensus =
                    JraftConsensus.create(raft.levels(new ConsensusSettings.Levels(Level.PRESENT, book::level)));
            FoundingSettings parts = new FoundingSettings(
                    folder,
                    Disk.real(),
                    terms(settings),
                    timing(settings),
                    consensus,
                    rpc,
                    CommittedServers.of(consensus),
                    book,
                    Chance.secure(),
                    Ticker.system());
            FoundingService founding = FoundingService.open(parts);
            PeerSetService peers = new PeerSetService(parts, founding.surroundings());
            // The store gives value and index together; what reads the catalog asks for the index itself.
            Catalog catalog = new Catalog(new CatalogState(consensus.state()));
            Endpoint endpoint = new Endpoint(network.advertise(), port.address().getPort());
            SessionKeeper sessions = new SessionKeeper(consensus, consensus.state());
            return new ServerSide(
                    port,
                    book,
                    consensus,
                    founding,
                    peers,
                    catalog,
                    endpoint,
                    sessions,
                    settings.sessionTtlMin(),
                    delays);
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
    }

    /** In the order in which a snapshot holds them; what happens to one reaches those above it in the same transaction. */
    private static List<CommandFamily<?, ?>> families(LockDelays delays) {
        SessionEnds ends = new SessionEnds(List.of(new KvLocks(delays)));
        return List.of(new CatalogFamily(List.of(ends), List.of(ends)), new SessionFamily(ends), new KvFamily());
    }

    ServerId self() {
        return founding.view().self();
    }

    void start(Membership membership, Announcer.Ports ports, NodeFacts own, OpenRequest asks) {
        CatalogKeeper made = new CatalogKeeper(membership, consensus, catalog, own);
        keeper = made;
        founding.handlers().forEach(port::serve);
        peers.handlers().forEach(port::serve);
        new Announcer(membership, founding, consensus, ports, asks).start();
        made.start();
        sessions.start();
        tombstones.start();
        founding.start(membership, peers);
    }

    /** What this server answers to nodes that tell it of themselves, to servers that leave, and about sessions; after {@link #start}. */
    List<Offer<?, ?>> offers() {
        List<Offer<?, ?>> offers = new ArrayList<>();
        offers.add(Offer.does(NodeFacts.TELL, Objects.requireNonNull(keeper)::take));
        offers.add(LeaveOperation.offer(peers::remove));
        offers.addAll(SessionOperations.offers(sessions, shortestTtl, Chance.secure()));
        offers.addAll(KvOperations.offers(delays));
        return offers;
    }

    /** Other agents are answered, and this server asks them, from now on. */
    void serve(Answers answers) {
        answers.handlers().forEach(port::serve);
        peers.reaching(new LeaveOperation(answers));
    }

    private static Terms terms(AgentSettings settings) {
        AgentSettings.Joining joining = settings.joining();
        boolean joins = !joining.join().isEmpty() || !joining.retryJoin().isEmpty();
        return new Terms(
                settings.node(),
                settings.datacenter(),
                settings.founding().expect(),
                settings.founding().founders(),
                joins);
    }

    private static FoundingSettings.Timing timing(AgentSettings settings) {
        FoundingSettings.Timing usual = FoundingSettings.Timing.DEFAULT;
        Duration stabilization = settings.raft().stabilization();
        return new FoundingSettings.Timing(
                usual.round(),
                usual.ask(),
                settings.founding().stableMargin(),
                settings.founding().releaseTimeout(),
                stabilization,
                usual.silence(),
                usual.story());
    }

    @Override
    public void close() {
        if (keeper != null) {
            keeper.close();
        }
        sessions.close();
        tombstones.close();
        founding.close();
        try {
            consensus.close();
        } finally {
            port.close();
        }
    }
}
