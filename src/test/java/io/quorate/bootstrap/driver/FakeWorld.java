package io.quorate.bootstrap.driver;

import io.quorate.answer.AskException;
import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.FoundingService;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Terms;
import io.quorate.bootstrap.Testimony;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommittedServers;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.LogGrowth;
import io.quorate.consensus.Measurement;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.RequestFigures;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.membership.Membership;
import io.quorate.membership.Roster;
import io.quorate.membership.ServerRoster;
import io.quorate.membership.UserEvent;
import io.quorate.peers.LeaveRequest;
import io.quorate.peers.PeerSetService;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcException;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Ticker;
import io.quorate.store.StateReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Several servers in one process: the real driver, with membership, the server port and raft as plain objects. Raft here elects the
 * smallest running voter as soon as a majority runs, and writes one entry at each change. One lock guards the world.
 */
@NullMarked
final class FakeWorld implements AutoCloseable {
    static final FoundingSettings.Timing QUICK = new FoundingSettings.Timing(
            Duration.ofMillis(150),
            Duration.ofMillis(300),
            Duration.ofMillis(200),
            Duration.ofMillis(800),
            Duration.ofMillis(200),
            Duration.ofMillis(300),
            Duration.ofSeconds(60));

    private static final int PUPPET_PORT = 999;

    /** What leaves a server, at the moment when it does. */
    interface Watch {
        Watch NOBODY = new Watch() {};

        default void said(Server by, byte[] message, boolean isAnswer) {}

        /** To gossip. */
        default void showed(Server by, Founding.View view) {}

        default void startsRaft(Server server, Consensus.GroupStart start) {}
    }

    private static final RaftStatus ERROR = new RaftStatus(
            null, RaftStatus.Role.ERROR, null, 1, 0, 0, 0, 0, 0, 0, List.of(), List.of(), -1, Map.of(), "it failed");

    private final Path root;
    private final FoundingSettings.Timing timing;
    private final Watch watch;
    private final Map<NodeName, Server> servers = new TreeMap<>();
    private final Map<Integer, Server> ports = new ConcurrentHashMap<>();
    private final Set<NodeName> cut = ConcurrentHashMap.newKeySet();
    private final Set<Set<NodeName>> cutPairs = ConcurrentHashMap.newKeySet();
    /** Gossip says that they left, wherever it does not hear them. */
    final Set<NodeName> left = ConcurrentHashMap.newKeySet();

    /** No leader's change of the configuration succeeds. */
    volatile boolean unchangeable;

    /** Their server ports answer nobody; gossip hears them. */
    final Set<NodeName> deaf = ConcurrentHashMap.newKeySet();

    private final Map<String, Group> groups = new HashMap<>();
    final Map<ServerId, NodeName> names = Collections.synchronizedMap(new LinkedHashMap<>());
    final Set<ServerId> expelled = ConcurrentHashMap.newKeySet();
    final Map<ServerId, Long> removed = new ConcurrentHashMap<>();
    private final Map<ServerId, Integer> places = new ConcurrentHashMap<>();
    final List<ServerId> transfers = new CopyOnWriteArrayList<>();
    private final AtomicInteger claimsAsked = new AtomicInteger();
    private volatile @Nullable Puppet puppet;
    private int nextPort = 1000;

    FakeWorld(Path root) {
        this(root, QUICK, Watch.NOBODY);
    }

    FakeWorld(Path root, FoundingSettings.Timing timing, Watch watch) {
        this.root = root;
        this.timing = timing;
        this.watch = watch;
    }

    Server server(String name, int expect) {
        return server(name, expect, List.of());
    }

    synchronized Server server(String name, int expect, List<NodeName> founders) {
        Server server = new Server(new NodeName(name), expect, founders, nextPort++);
        servers.put(server.name, server);
        ports.put(server.port, server);
        return server;
    }

    void cut(String name) {
        cut.add(new NodeName(name));
        gossip();
    }

    /** These two alone do not reach each other, raft's messages included. */
    void cut(Server one, Server other) {
        cutPairs.add(new HashSet<>(List.of(one.name, other.name)));
        gossip();
    }

    void mend(String name) {
        cut.remove(new NodeName(name));
        gossip();
    }

    /** Everybody sees everybody that runs; who stopped or is cut off is seen as failed. */
    synchronized void gossip() {
        servers.values().forEach(s -> s.members.changed());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        servers.values()
                .forEach(s ->
                        text.append(s.lastView()).append('\n').append(s.raft()).append('\n'));
        return text.toString();
    }

    @Override
    public void close() {
        List.copyOf(servers.values()).forEach(Server::stop);
    }

    /** What raft throws whenever it is to start; absent: nothing. */
    volatile @Nullable Error atStart;

    private boolean arePeersApart(ServerId one, ServerId other) {
        Server first = ports.get(places.getOrDefault(one, -1));
        Server second = ports.get(places.getOrDefault(other, -1));
        return first != null && second != null && apart(first, second);
    }

    /** Somebody who is no server of this world sends a message of founding. */
    void say(Server to, byte[] message) {
        var unused = call(to, Conversation.METHOD, message);
    }

    CompletableFuture<byte[]> call(Server to, String method, byte[] message) {
        RpcHandler handler = to.handler(method);
        if (handler == null) {
            throw new IllegalArgumentException(method);
        }
        return handler.handle(message).toCompletableFuture();
    }

    /**
     * A member that is no server of ours: the test speaks for it.
     *
     * @param pretended whose place in the datacenter it announces, under its own name
     * @param answers by method and request
     */
    record Puppet(
            NodeName name, Founding.View pretended, BiFunction<String, byte[], CompletableFuture<byte[]>> answers) {}

    void puppet(Puppet joining) {
        puppet = joining;
        gossip();
    }

    /** A puppet that announces that one's id, and answers nobody. */
    void claimOnly(String name, Server pretended) {
        puppet(new Puppet(
                new NodeName(name),
                pretended.lastView(),
                (method, request) ->
                        CompletableFuture.failedFuture(new RpcException(RpcException.Kind.UNKNOWN, "no answer"))));
    }

    /** A puppet that announces that one's id, and answers under it. */
    void claim(String name, Server pretended) {
        claim(name, pretended, (challenge, instance) -> FolderProof.NONE);
    }

    /** Likewise, and proves to have a copy of that one's folder. */
    void claimWithACopy(String name, Server pretended) {
        FoundingRecord record = new RecordFile(pretended.folder).read().orElseThrow();
        claim(name, pretended, (challenge, instance) -> FolderProof.of(record, challenge, instance));
    }

    private void claim(String name, Server pretended, BiFunction<UUID, UUID, String> proof) {
        List<ServerId> voters = pretended.raft().voters();
        puppet(new Puppet(
                new NodeName(name),
                pretended.lastView(),
                (method, request) -> method.equals(Attestation.METHOD)
                        ? CompletableFuture.completedFuture(claimed(request, pretended, voters, proof))
                        : CompletableFuture.failedFuture(new RpcException(RpcException.Kind.FAILED, "no"))));
    }

    /** A puppet with an id of its own that says that it asks for that one's removal, whatever it is asked. */
    ServerId accomplice(String name, Server like, ServerId victim) {
        Founding.View view = like.lastView();
        ServerId id = new ServerId(new UUID(0x4000, name.hashCode()));
        byte[] confirms = new Attestation(
                        id,
                        new UUID(-1, -1),
                        Attestation.Phase.OUTSIDE,
                        1,
                        null,
                        List.of(),
                        false,
                        Testimony.Place.NONE,
                        null,
                        victim,
                        FolderProof.NONE)
                .encode();
        puppet(new Puppet(
                new NodeName(name),
                new Founding.View(
                        id,
                        new NodeName(name),
                        FoundingState.BLANK,
                        null,
                        false,
                        null,
                        false,
                        view.expect(),
                        view.founders(),
                        1,
                        view.known(),
                        view.missing(),
                        view.why()),
                (method, request) -> method.equals(Attestation.METHOD)
                        ? CompletableFuture.completedFuture(confirms)
                        : CompletableFuture.failedFuture(new RpcException(RpcException.Kind.FAILED, "no"))));
        return id;
    }

    int claimsAsked() {
        return claimsAsked.get();
    }

    private byte[] claimed(
            byte[] request, Server pretended, List<ServerId> voters, BiFunction<UUID, UUID, String> proof) {
        UUID challenge;
        try {
            challenge = Attestation.Question.decode(request).challenge();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        UUID instance = new UUID(-1, -1);
        claimsAsked.incrementAndGet();
        Founding.View view = pretended.lastView();
        return new Attestation(
                        view.self(),
                        instance,
                        Attestation.Phase.RUNNING,
                        1_000_000,
                        view.cluster(),
                        voters,
                        true,
                        Testimony.Place.VOTER,
                        null,
                        null,
                        proof.apply(challenge, instance))
                .encode();
    }

    private boolean apart(Server one, Server other) {
        return cut.contains(one.name) != cut.contains(other.name)
                || cutPairs.contains(new HashSet<>(List.of(one.name, other.name)));
    }

    /** Brings it to whom that server takes for the leader, if it can be reached. */
    private CompletionStage<@Nullable Void> atLeader(Server from, LeaveRequest request) {
        ServerId leads = from.raft().leader();
        Server leader = leads == null ? null : ports.get(places.getOrDefault(leads, -1));
        if (leader == null || leader.service == null || apart(from, leader) || deaf.contains(leader.name)) {
            return CompletableFuture.failedFuture(
                    new AskException(AskException.Kind.NO_SERVER, "no leader is there, or it is not reached"));
        }
        return leader.peers().remove(request);
    }

    final class Server {
        final NodeName name;
        final int port;
        final Path folder;
        final FakeMembers members = new FakeMembers(this);
        private final Terms terms;
        /** Before {@link #open}. */
        Disk disk = Disk.real();

        RandomGenerator chance = io.quorate.runtime.Chance.secure();

        private volatile @Nullable FoundingService service;
        private volatile @Nullable PeerSetService peers;
        private volatile @Nullable FakeConsensus raft;
        private volatile Founding.@Nullable View last;

        Server(NodeName name, int expect, List<NodeName> founders, int port) {
            this.name = name;
            this.port = port;
            folder = root.resolve(name.value());
            terms = new Terms(name, new Datacenter("dc1"), new Expect(expect), founders, false);
        }

        Server start() {
            open();
            return begin();
        }

        /** Known to the others from here on, and silent. */
        Server open() {
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            FakeConsensus consensus = new FakeConsensus(this);
            raft = consensus;
            FoundingSettings settings = new FoundingSettings(
                    folder,
                    disk,
                    terms,
                    timing,
                    consensus,
                    new FakeRpc(this),
                    new FakeCommitted(),
                    new FakeBook(),
                    chance,
                    Ticker.system());
            FoundingService opened = FoundingService.open(settings);
            PeerSetService made = new PeerSetService(settings, opened.surroundings());
            made.reaching(request -> atLeader(this, request));
            peers = made;
            last = opened.view();
            service = opened;
            places.put(opened.view().self(), port);
            opened.listen(view -> {
                watch.showed(this, view);
                last = view;
                places.put(view.self(), port);
                gossip();
            });
            return this;
        }

        Server begin() {
            service().start(members, peers());
            service().joinsEnded();
            gossip();
            return this;
        }

        FoundingService service() {
            FoundingService running = service;
            if (running == null) {
                throw new IllegalStateException(name + " does not run");
            }
            return running;
        }

        /** As {@link #service}: what was opened with it. */
        PeerSetService peers() {
            service();
            return java.util.Objects.requireNonNull(peers);
        }

        /** Of the server port; absent when it has no such method. */
        @Nullable
        RpcHandler handler(String method) {
            RpcHandler founding = service().handlers().get(method);
            return founding == null ? peers().handlers().get(method) : founding;
        }

        Founding.View view() {
            return service().view();
        }

        Founding.View lastView() {
            Founding.View seen = last;
            if (seen == null) {
                throw new IllegalStateException(name + " never ran");
            }
            return seen;
        }

        FakeConsensus consensus() {
            return java.util.Objects.requireNonNull(raft);
        }

        RaftStatus raft() {
            FakeConsensus running = raft;
            return running == null ? RaftStatus.NONE : running.status();
        }

        void stop() {
            FoundingService running = service;
            service = null;
            if (running != null) {
                running.close();
            }
            gossip();
        }

        void wipe() throws IOException {
            try (var files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(p -> p.toFile().delete());
            }
        }
    }

    final class FakeMembers implements Membership {
        private final Server server;
        private final List<Consumer<MemberEvent>> listeners = new CopyOnWriteArrayList<>();
        private final ServerRoster directory = new ServerRoster();

        FakeMembers(Server server) {
            this.server = server;
        }

        void changed() {
            listeners.forEach(l -> l.accept(new MemberEvent.Updated(roster().self())));
        }

        @Override
        public CompletableFuture<Long> fire(UUID id, byte[] body) {
            throw new UnsupportedOperationException("nobody speaks here");
        }

        @Override
        public void listenToEvents(Consumer<UserEvent> listener) {
            throw new UnsupportedOperationException("nobody speaks here");
        }

        @Override
        public List<ForeignCluster> foreignClusters() {
            return List.of();
        }

        @Override
        public List<Meeting> meetings() {
            return List.of();
        }

        @Override
        public GossipCounters counters() {
            return new GossipCounters();
        }

        @Override
        public Endpoint address() {
            return roster().self().address();
        }

        @Override
        public Roster roster() {
            List<Member> all = new ArrayList<>();
            synchronized (FakeWorld.this) {
                for (Server other : servers.values()) {
                    Founding.View view = other.last;
                    if (view != null) {
                        boolean alive = other.service != null && !apart(server, other);
                        MemberState gone = left.contains(other.name) ? MemberState.LEFT : MemberState.FAILED;
                        all.add(member(other, view, alive ? MemberState.ALIVE : gone));
                    }
                }
            }
            Puppet joined = puppet;
            if (joined != null) {
                MemberState state = left.contains(joined.name()) ? MemberState.LEFT : MemberState.ALIVE;
                all.add(member(joined.name(), PUPPET_PORT, joined.pretended(), state));
            }
            Member self = all.stream()
                    .filter(m -> m.name().equals(server.name))
                    .findFirst()
                    .orElseThrow();
            return new Roster(self, all);
        }

        private Member member(Server other, Founding.View view, MemberState state) {
            return member(other.name, other.port, view, state);
        }

        private Member member(NodeName name, int port, Founding.View view, MemberState state) {
            SortedMap<String, String> tags = new AgentTags(
                            "dc1",
                            view.self(),
                            view.expect(),
                            view.state(),
                            view.starts(),
                            port,
                            0,
                            "test",
                            view.voter(),
                            null)
                    .encode();
            return new Member(
                    name,
                    new NodeId(view.self().value()),
                    1,
                    1,
                    new Endpoint(loopback(), port),
                    view.cluster(),
                    tags,
                    state,
                    Instant.EPOCH);
        }

        @Override
        public ServerRoster servers() {
            directory.follow(roster());
            return directory;
        }

        @Override
        public CompletableFuture<JoinReport> join(List<String> addresses) {
            return CompletableFuture.completedFuture(new JoinReport(0, List.of()));
        }

        @Override
        public void listen(Consumer<MemberEvent> listener) {
            listeners.add(listener);
        }

        @Override
        public void setTags(SortedMap<String, String> tags) {}

        @Override
        public void setCluster(@Nullable ClusterRef cluster) {}

        @Override
        public void setKeys(List<byte[]> keys, boolean verifyIncoming, boolean verifyOutgoing) {}

        @Override
        public CompletableFuture<@Nullable Void> beginLeave() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<@Nullable Void> finishLeave() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<@Nullable Void> forceLeave(NodeName name, boolean prune) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Map<String, Object> stats() {
            return Map.of();
        }

        @Override
        public @Nullable Trouble trouble() {
            return null;
        }

        @Override
        public void close() {}
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class FakeRpc implements RpcCaller {
        private final Server from;

        FakeRpc(Server from) {
            this.from = from;
        }

        @Override
        public CompletableFuture<byte[]> call(Endpoint to, String method, byte[] request, Duration timeout) {
            Puppet joined = puppet;
            if (joined != null && to.port() == PUPPET_PORT) {
                if (method.equals(Conversation.METHOD)) {
                    watch.said(from, request, false);
                }
                return joined.answers().apply(method, request);
            }
            Server target = ports.get(to.port());
            FoundingService service = target == null ? null : target.service;
            if (target == null || service == null || apart(from, target) || deaf.contains(target.name)) {
                return CompletableFuture.failedFuture(new RpcException(RpcException.Kind.NOT_SENT, "nobody there"));
            }
            RpcHandler handler = target.handler(method);
            if (handler == null) {
                return CompletableFuture.failedFuture(new RpcException(RpcException.Kind.FAILED, "no such method"));
            }
            boolean founding = method.equals(Conversation.METHOD);
            if (founding) {
                watch.said(from, request, false);
            }
            return handler.handle(request)
                    .toCompletableFuture()
                    .thenApply(answer -> {
                        if (founding) {
                            watch.said(target, answer, true);
                        }
                        return answer;
                    })
                    .orTimeout(timeout.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        }
    }

    /** The last port of each id that ever was. */
    private final class FakeBook implements AddressBook {
        @Override
        public Optional<Endpoint> find(ServerId server) {
            return Optional.ofNullable(places.get(server)).map(port -> new Endpoint(loopback(), port));
        }

        @Override
        public Set<ServerId> known() {
            return Set.copyOf(places.keySet());
        }

        @Override
        public void onMove(Consumer<ServerId> listener) {}
    }

    private final class FakeCommitted implements CommittedServers {
        @Override
        public Map<ServerId, NodeName> names() {
            synchronized (names) {
                return new LinkedHashMap<>(names);
            }
        }

        @Override
        public Set<ServerId> expelled() {
            return Set.copyOf(expelled);
        }

        @Override
        public CompletableFuture<@Nullable Void> remember(ServerId server, NodeName name) {
            names.remove(server);
            names.put(server, name);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Map<ServerId, Long> removed() {
            return Map.copyOf(removed);
        }

        @Override
        public CompletableFuture<@Nullable Void> remove(ServerId server, NodeName name, long starts) {
            removed.put(server, starts);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<@Nullable Void> expel(ServerId server, NodeName name) {
            expelled.add(server);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** One raft group, as if its log were shared. */
    private static final class Group {
        List<ServerId> voters = new ArrayList<>();
        List<ServerId> learners = new ArrayList<>();
        final Map<ServerId, FakeConsensus> running = new TreeMap<>();

        @Nullable
        ServerId leader;

        long commit;
    }

    final class FakeConsensus implements Consensus {
        private final List<Consumer<RaftStatus>> listeners = new CopyOnWriteArrayList<>();
        private final Server server;
        private @Nullable GroupStart started;
        private RaftStatus.@Nullable Disk failed;
        private @Nullable String refuses;

        /** Until it is started again. */
        void breakDown(RaftStatus.Disk disk) {
            synchronized (FakeWorld.this) {
                failed = disk;
            }
        }

        /** Each start fails with these words; null: no longer. */
        void refuse(@Nullable String words) {
            synchronized (FakeWorld.this) {
                refuses = words;
            }
        }

        FakeConsensus(Server server) {
            this.server = server;
        }

        @Override
        public StateReader state() {
            throw new IllegalStateException("no state in this test");
        }

        @Override
        public Map<ServerId, NodeName> expelled() {
            return Map.of();
        }

        @Override
        public Map<ServerId, Long> removed() {
            return Map.of();
        }

        @Override
        public Map<ServerId, NodeName> names() {
            return Map.of();
        }

        @Override
        public Optional<String> tooOld(ServerId server) {
            return Optional.empty();
        }

        @Override
        public CompletableFuture<@Nullable Void> snapshot() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public LogGrowth sinceSnapshot() {
            return LogGrowth.NONE;
        }

        @Override
        public Map<Measurement, Double> measurements() {
            return Map.of();
        }

        @Override
        public void close() {}

        @Override
        public void layOut(Path folder, String token) {}

        @Override
        public void start(GroupStart group) {
            watch.startsRaft(server, group);
            synchronized (FakeWorld.this) {
                Error planted = atStart;
                if (planted != null) {
                    throw planted;
                }
                if (!Files.exists(group.folder().resolve("label"))) {
                    throw new ConsensusException("no label", true);
                }
                if (group.led() && inspect(group.folder()).isEmpty()) {
                    throw new ConsensusException("the log is empty", true);
                }
                if (refuses != null) {
                    throw new ConsensusException(refuses, false);
                }
                started = group;
                failed = null;
                Group g = groups.computeIfAbsent(group.cluster().raftGroup(), k -> new Group());
                if (g.voters.isEmpty()) {
                    g.voters.addAll(group.founders());
                }
                // Of two that go by one id the others know the one that was there first.
                g.running.putIfAbsent(group.self(), this);
                settle(g);
            }
        }

        @Override
        public void stop() {
            synchronized (FakeWorld.this) {
                GroupStart was = started;
                started = null;
                if (was != null) {
                    Group g = group(was);
                    g.running.remove(was.self(), this);
                    settle(g);
                }
            }
        }

        private Group group(GroupStart start) {
            return groups.computeIfAbsent(start.cluster().raftGroup(), k -> new Group());
        }

        private void settle(Group g) {
            List<ServerId> up =
                    g.voters.stream().filter(g.running::containsKey).sorted().toList();
            g.leader = up.size() > g.voters.size() / 2 ? up.get(0) : null;
            if (g.leader != null) {
                g.commit++;
                Set<ServerId> inside = new HashSet<>(g.voters);
                inside.addAll(g.learners);
                g.running.forEach((id, raft) -> {
                    if (inside.contains(id) && raft.started != null) {
                        try {
                            Files.writeString(raft.started.folder().resolve("log"), "" + g.commit);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                });
            }
            g.running.values().forEach(r -> {
                RaftStatus status = r.status();
                r.listeners.forEach(l -> l.accept(status));
            });
        }

        @Override
        public StoredLog inspect(Path folder) {
            return Files.exists(folder.resolve("log")) ? new StoredLog(1, 1) : new StoredLog(0, 0);
        }

        @Override
        public RaftStatus status() {
            synchronized (FakeWorld.this) {
                GroupStart start = started;
                if (start == null) {
                    return RaftStatus.NONE;
                }
                if (failed != null) {
                    return ERROR.disk(failed);
                }
                Group g = group(start);
                boolean listed = g.voters.contains(start.self()) || g.learners.contains(start.self());
                boolean inside = listed && this.equals(g.running.get(start.self()));
                boolean leads = inside && start.self().equals(g.leader);
                long commit = inside && g.leader != null ? g.commit : 0;
                Map<ServerId, RaftStatus.Follower> followers = new HashMap<>();
                if (leads) {
                    g.running.keySet().stream()
                            .filter(id -> !arePeersApart(start.self(), id))
                            .forEach(id -> followers.put(id, new RaftStatus.Follower(g.commit, 0, true)));
                }
                return new RaftStatus(
                        start.cluster(),
                        leads ? RaftStatus.Role.LEADER : RaftStatus.Role.FOLLOWER,
                        inside ? g.leader : null,
                        1,
                        commit,
                        1,
                        commit,
                        commit,
                        0,
                        0,
                        listed ? List.copyOf(g.voters) : List.of(),
                        listed ? List.copyOf(g.learners) : List.of(),
                        0,
                        followers,
                        null);
            }
        }

        @Override
        public void listen(Consumer<RaftStatus> listener) {
            listeners.add(listener);
        }

        @Override
        public CompletableFuture<@Nullable Void> change(PeerChange change) {
            synchronized (FakeWorld.this) {
                GroupStart start = started;
                if (start == null || !start.self().equals(group(start).leader)) {
                    return CompletableFuture.failedFuture(new NotCommittedException("not leader"));
                }
                if (unchangeable) {
                    return CompletableFuture.failedFuture(new IllegalStateException("no change now"));
                }
                Group g = group(start);
                if (change instanceof PeerChange.AddLearner add) {
                    g.learners.add(add.server());
                } else if (change instanceof PeerChange.AddVoter add) {
                    g.learners.remove(add.server());
                    g.voters.add(add.server());
                } else if (change instanceof PeerChange.ReplaceVoter replace) {
                    g.voters.remove(replace.old());
                    g.voters.add(replace.by());
                } else if (change instanceof PeerChange.Remove remove) {
                    g.voters.remove(remove.server());
                    g.learners.remove(remove.server());
                }
                settle(g);
                return CompletableFuture.completedFuture(null);
            }
        }

        @Override
        public CompletableFuture<@Nullable Void> transferLeadership(ServerId to) {
            transfers.add(to);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public boolean isConnected(ServerId peer) {
            synchronized (FakeWorld.this) {
                return started != null && group(started).running.containsKey(peer);
            }
        }

        @Override
        public <R> CompletableFuture<R> append(Command<R> command) {
            return CompletableFuture.failedFuture(new NotCommittedException("no commands here"));
        }

        @Override
        public CompletableFuture<@Nullable Void> leaseBarrier() {
            return readBarrier();
        }

        @Override
        public long statusAgeMs() {
            return 0;
        }

        @Override
        public RequestFigures requests() {
            return RequestFigures.NONE;
        }

        @Override
        public CompletableFuture<@Nullable Void> readBarrier() {
            return CompletableFuture.failedFuture(new NotCommittedException("no reads here"));
        }
    }
}
