package io.quorate.consensus;

import io.quorate.Await;
import io.quorate.consensus.jraft.RaftServer;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Level;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.BoltRpcCaller;
import io.quorate.rpc.RpcPort;
import io.quorate.rpc.Tls;
import io.quorate.runtime.Clocks;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Servers of one group in this JVM, each with a port and a book of its own. SOFAJRaft keeps one list of nodes per JVM, so that
 * nodes answer for each other here: tests about wrong addresses and hard kills need processes.
 */
final class RaftCluster implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(20);
    static final ConsensusSettings.Timing QUICK =
            new ConsensusSettings.Timing(700, 200, ConsensusSettings.Snapshots.ONLY_WHEN_ASKED);

    private final Path root;
    final ClusterRef ref = ClusterRef.founded(new ClusterId(UUID.randomUUID()));
    private final Map<ServerId, Endpoint> addresses = new ConcurrentHashMap<>();
    private final List<Book> books = new CopyOnWriteArrayList<>();
    final Map<ServerId, Server> servers = new LinkedHashMap<>();

    /** What each server says that it understands. */
    final Map<ServerId, Integer> levels = new ConcurrentHashMap<>();

    private final Set<ServerId> cutOff = ConcurrentHashMap.newKeySet();
    private final AtomicLong aheadNanos = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private final Ticker ticker = this::nanos;

    RaftCluster(Path root) {
        this.root = root;
    }

    private long nanos() {
        if (Thread.currentThread().getName().startsWith("raft-deadline")) {
            looks.incrementAndGet();
        }
        return System.nanoTime() + aheadNanos.get();
    }

    final class Book implements AddressBook {
        private final ServerId self;
        private final List<Consumer<ServerId>> listeners = new CopyOnWriteArrayList<>();

        Book(ServerId self) {
            this.self = self;
        }

        @Override
        public Optional<Endpoint> find(ServerId server) {
            return Optional.ofNullable(addresses.get(server));
        }

        @Override
        public Set<ServerId> known() {
            Set<ServerId> all = new TreeSet<>(addresses.keySet());
            all.remove(self);
            return all;
        }

        @Override
        public void onMove(Consumer<ServerId> listener) {
            listeners.add(listener);
        }
    }

    final class Server {
        final ServerId id;
        final Path folder;
        final RpcPort port;
        final Consensus consensus;
        private final BoltRpcCaller caller;
        private boolean stopped;

        Server(ServerId id, RpcPort port, BoltRpcCaller caller, Consensus consensus) {
            this.id = id;
            this.port = port;
            this.caller = caller;
            this.consensus = consensus;
            this.folder = root.resolve(id.toString());
        }

        RaftStatus status() {
            return consensus.status();
        }

        String note(String name) {
            return consensus
                    .state()
                    .read(connection -> {
                        try (Statement statement = connection.createStatement();
                                ResultSet row =
                                        statement.executeQuery("SELECT text FROM notes WHERE name = '" + name + "'")) {
                            return row.next() ? row.getString(1) : "";
                        }
                    })
                    .value();
        }

        CommandFamily.Result write(String name, String text) throws Exception {
            return consensus.append(new NoteCommand.Write(name, text)).get(10, TimeUnit.SECONDS);
        }

        /** Once more it does nothing: a test stops servers, and the cluster stops all that there were. */
        void stop() {
            if (stopped) {
                return;
            }
            stopped = true;
            consensus.close();
            port.close();
            caller.close();
        }
    }

    static List<ServerId> ids(int count) {
        List<ServerId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(new ServerId(UUID.randomUUID()));
        }
        ids.sort(null);
        return ids;
    }

    /** Opens a port and a consensus without a group. */
    Server open(ServerId id, CommandFamily<?, ?> family, ConsensusSettings.Timing timing) {
        return open(id, family, timing, LogFaults.NONE);
    }

    Server open(ServerId id, CommandFamily<?, ?> family, ConsensusSettings.Timing timing, LogFaults faults) {
        RpcPort port = RpcPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        BoltRpcCaller caller = new BoltRpcCaller();
        Book book = new Book(id);
        books.add(book);
        addresses.put(id, Endpoint.of(port.address()));
        ConsensusSettings settings = new ConsensusSettings(
                book,
                port,
                caller,
                Tls.NONE,
                List.of(family),
                timing,
                from -> isCutOff(id) || isCutOff(from),
                new ConsensusSettings.Levels(
                        levels.getOrDefault(id, Level.FIRST), other -> levels.getOrDefault(other, Level.FIRST)),
                faults);
        Server server = new Server(id, port, caller, new RaftServer(settings, ticker, Clocks.wall()));
        servers.put(id, server);
        for (Book other : books) {
            other.listeners.forEach(l -> l.accept(id));
        }
        return server;
    }

    Server open(ServerId id) {
        return open(id, new NoteCommand.Family(), QUICK);
    }

    void start(Server server, List<ServerId> founders, boolean led) {
        try {
            if (!Files.exists(server.folder)) {
                Files.createDirectories(server.folder);
                server.consensus.layOut(server.folder, "token-" + server.id);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.consensus.start(
                new Consensus.GroupStart(ref, server.id, server.folder, "token-" + server.id, founders, led));
    }

    List<Server> found(int count) {
        List<ServerId> ids = ids(count);
        List<Server> all = ids.stream().map(this::open).toList();
        all.forEach(server -> start(server, ids, false));
        return all;
    }

    Server leader() {
        Await.until(
                "a leader known by all",
                SOON,
                () -> {
                    Set<ServerId> leaders = new TreeSet<>();
                    int knowing = 0;
                    // A blank server knows nobody before it is added.
                    List<Server> members = servers.values().stream()
                            .filter(s -> !s.status().voters().isEmpty())
                            .toList();
                    for (Server server : members) {
                        ServerId leader = server.status().leader();
                        if (leader != null) {
                            leaders.add(leader);
                            knowing++;
                        }
                    }
                    return leaders.size() == 1
                            && knowing == members.size()
                            && servers.containsKey(leaders.iterator().next())
                            && servers.get(leaders.iterator().next()).status().isLeader();
                },
                this::states);
        return servers.values().stream()
                .filter(s -> s.status().isLeader())
                .findFirst()
                .orElseThrow();
    }

    Object states() {
        return servers.values().stream()
                .map(s -> "\n" + s.id + " " + s.status())
                .toList();
    }

    void awaitNote(Server server, String name, String text) {
        Await.until(name + "=" + text, SOON, () -> server.note(name).equals(text), this::states);
    }

    /** So long passes at once for deadlines and ages of ours; raft's own timers do not see it. */
    void pass(Duration time) {
        aheadNanos.addAndGet(time.toNanos());
    }

    /** Until every server's loop for deadlines has gone round a few times. */
    void awaitLooks() {
        // It asks for the time three times at most in one round.
        long enough = looks.get() + 12L * servers.size();
        Await.until("rounds of the loops", SOON, () -> looks.get() >= enough, looks::get);
    }

    /** From now on no server takes a request of this one, nor this one a request of others. It notices nothing else. */
    void cutOff(Server server) {
        cutOff.add(server.id);
    }

    private boolean isCutOff(ServerId id) {
        return cutOff.contains(id);
    }

    void drop(Server server) {
        server.stop();
        servers.remove(server.id);
    }

    @Override
    public void close() {
        servers.values().forEach(Server::stop);
    }
}
