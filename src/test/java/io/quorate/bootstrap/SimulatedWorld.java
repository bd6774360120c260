package io.quorate.bootstrap;

import io.quorate.bootstrap.FoundingCore.Step;
import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.peers.PeerSetRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Some servers with the founding rules of production, over a network that delays, loses and cuts, with disks that are wiped and
 * processes that crash between any two effects or stand still for a while. Gossip and raft are models: gossip tells late and
 * sometimes what is no longer so; raft elects among connected voters, stores entry by entry and commits on a majority. Everything
 * follows from the seed.
 */
@NullMarked
final class SimulatedWorld {
    private static final int TICK_MS = 50;
    private static final int ANSWER_MS = 500;
    private static final int STABLE_MS = 1000;
    private static final int SILENCE_MS = 2000;
    private static final int MAX_ENTRIES = 20;

    private final Random random;
    final int expect;
    final boolean declared;
    private final List<Server> servers = new ArrayList<>();
    private final PriorityQueue<Delivery> network = new PriorityQueue<>();
    private final Map<ClusterRef, Raft> rafts = new LinkedHashMap<>();
    private final Map<ServerId, NodeName> names = new LinkedHashMap<>();
    private final Set<ServerId> expelled = new HashSet<>();
    private final Map<ClusterId, Set<ServerId>> pledgedOnDisk = new HashMap<>();
    private final Set<ServerId> everThere = new HashSet<>();
    private final int[] side;
    private final Fresh fresh;
    private int now;
    private long sequence;
    private boolean faults = true;
    private int losses;

    private record Delivery(int at, long sequence, Runnable what) implements Comparable<Delivery> {
        @Override
        public int compareTo(Delivery other) {
            return at == other.at ? Long.compare(sequence, other.sequence) : Integer.compare(at, other.at);
        }
    }

    SimulatedWorld(long seed) {
        random = new Random(seed);
        fresh = Fresh.from(random);
        expect = 1 + random.nextInt(3) + (random.nextInt(10) == 0 ? 2 : 0);
        int count = expect + random.nextInt(4);
        declared = random.nextInt(4) == 0;
        side = new int[count];
        List<NodeName> founders =
                IntStream.range(0, expect).mapToObj(SimulatedWorld::name).toList();
        boolean oneWithout = !declared && count > 1 && random.nextInt(4) == 0;
        for (int i = 0; i < count; i++) {
            Expect own = oneWithout && i == count - 1 ? Expect.NONE : new Expect(expect);
            servers.add(new Server(i, new Terms(name(i), Space.DC, own, declared ? founders : List.of(), false)));
        }
    }

    private static NodeName name(int i) {
        return new NodeName("s" + i);
    }

    /** Runs for so long; faults come and go all the time. */
    void runWithFaults(int forMs) {
        int end = now + forMs;
        while (now < end) {
            misfortune();
            tick();
        }
    }

    /** No more faults; ends when everybody is where it belongs, or waits for what was lost. True when the former. */
    boolean healAndRun(int atMostMs) {
        faults = false;
        Arrays.fill(side, 0);
        servers.forEach(s -> s.pausedUntil = 0);
        servers.stream().filter(s -> !s.up).forEach(Server::boot);
        int end = now + atMostMs;
        while (now < end) {
            tick();
            if (now % 1000 == 0 && isSettled()) {
                return true;
            }
            // Long enough for every release, twice.
            if (now % 10_000 == 0 && end - now < atMostMs - 6 * Later.RELEASE_MS && isRightlyStuck()) {
                return false;
            }
        }
        return false;
    }

    private void misfortune() {
        int dice = random.nextInt(4000);
        Server unlucky = servers.get(random.nextInt(servers.size()));
        if (dice < 20) {
            for (int i = 0; i < side.length; i++) {
                side[i] = random.nextInt(2);
            }
        } else if (dice < 60) {
            Arrays.fill(side, 0);
        } else if (dice < 90) {
            unlucky.pausedUntil = now + random.nextInt(15_000);
        } else if (dice < 130) {
            unlucky.crash();
        } else if (dice < 134 && losses < 2) {
            losses++;
            unlucky.crash();
            unlucky.machine = random.nextBoolean() ? Machine.NEW : unlucky.machine.without(true);
        }
        if (!unlucky.up && random.nextInt(40) == 0) {
            unlucky.boot();
        }
        if (unlucky.isActive() && dice % 20 == 0) {
            forge(unlucky);
        }
    }

    /** A stranger sends what he likes, whenever he likes: at most he is a reason to ask. */
    private void forge(Server to) {
        Server pretended = servers.get(random.nextInt(servers.size()));
        Charter charter = to.state.charter() != null ? to.state.charter() : pretended.state.charter();
        ClusterRef cluster = to.state.standing() instanceof Standing.Member m
                ? m.cluster()
                : ClusterRef.founded(charter == null || random.nextBoolean() ? fresh.clusterId() : charter.id());
        ServerId id = pretended.state.record().id();
        List<FoundingState> kinds = FoundingState.STANDINGS;
        FoundingState kind = kinds.get(random.nextInt(kinds.size()));
        boolean bound = kind == FoundingState.PLEDGED || kind == FoundingState.WITHDRAWN;
        if (bound && (charter == null || !charter.names(id))) {
            charter = new Charter(
                    fresh.clusterId(),
                    Space.DC,
                    List.of(
                            new Founder(id, pretended.terms.name()),
                            new Founder(fresh.serverId(), new NodeName("stranger"))));
        }
        Word forged = new Word(
                id,
                pretended.terms.name(),
                Space.DC,
                pretended.terms.expect(),
                random.nextInt(100),
                kind,
                bound ? charter : null,
                kind == FoundingState.MEMBER ? cluster : null,
                random.nextBoolean(),
                null,
                charter == null ? null : charter.id());
        State before = to.state;
        to.carryOut(to.core.on(before, new Event.Asked(forged), now));
        check(to.state.equals(before) || !to.up, "a stranger's message changed " + to);
        to.lookInto(forged);
        to.lookInto(cluster);
    }

    private void tick() {
        now += TICK_MS;
        while (!network.isEmpty() && network.peek().at() <= now) {
            network.remove().what().run();
        }
        if (now % 100 == 0) {
            List.copyOf(rafts.values()).forEach(Raft::tick);
        }
        servers.stream().filter(Server::isActive).forEach(Server::tick);
    }

    private boolean connected(Server one, Server other) {
        return one.isActive() && other.isActive() && side[one.index] == side[other.index];
    }

    private void send(Server from, Server to, Runnable arrival) {
        int copies = faults && random.nextInt(20) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (faults && random.nextInt(10) == 0) {
                continue;
            }
            int delay = faults && random.nextInt(20) == 0 ? random.nextInt(20_000) : 1 + random.nextInt(50);
            network.add(new Delivery(now + delay, sequence++, () -> {
                if (connected(from, to) || (to.isActive() && delay > ANSWER_MS)) {
                    arrival.run();
                }
            }));
        }
    }

    /** One process and its disk. */
    private final class Server {
        final int index;
        final FoundingCore core;
        final Terms terms;
        Machine machine = Machine.NEW;
        State state = State.starting(FoundingRecord.fresh(new ServerId(new java.util.UUID(0, 0)), name(0)));
        FoundingRecord told = state.record();
        boolean up;
        int life;
        int pausedUntil;
        int nextGossip;
        boolean inRound;
        final Map<ServerId, Integer> caughtUp = new HashMap<>();
        final Map<ServerId, Integer> quietSince = new HashMap<>();
        final Map<Integer, Integer> lastSeen = new HashMap<>();
        final Set<NodeName> asking = new HashSet<>();
        boolean looking;

        Server(int index, Terms terms) {
            this.index = index;
            this.terms = terms;
            core = new FoundingCore(terms, Later.TIMING, fresh);
            if (random.nextInt(3) > 0) {
                boot();
            }
        }

        boolean isActive() {
            return up && now >= pausedUntil;
        }

        void crash() {
            up = false;
            life++;
            machine = new Machine(machine.record(), machine.folder(), Machine.Phase.DOWN);
        }

        void boot() {
            up = true;
            inRound = false;
            lastSeen.clear();
            asking.clear();
            looking = false;
            Step step = core.start(Optional.ofNullable(machine.record()), machine.folder());
            carryOut(new Step(core.begun(step.state(), now), step.effects()));
        }

        void take(Event event) {
            if (up) {
                carryOut(core.on(state, event, now));
            }
        }

        private void carryOut(Step step) {
            int effects = step.effects().size();
            boolean dies = faults && effects > 0 && random.nextInt(150) == 0;
            int done = dies ? random.nextInt(effects) : effects;
            machine = machine.after(step, done, new Machine.Watcher() {
                @Override
                public void persisted(FoundingRecord record) {
                    everThere.add(record.id());
                    if (record.standing() instanceof Standing.Pledged pledged) {
                        pledgedOnDisk
                                .computeIfAbsent(pledged.charter().id(), k -> new HashSet<>())
                                .add(record.id());
                    }
                    if (record.standing() instanceof Standing.Member member && member.charter() != null) {
                        check(
                                pledgedOnDisk
                                        .getOrDefault(member.cluster().id(), Set.of())
                                        .containsAll(member.charter().ids()),
                                "started without all pledges: " + member);
                    }
                }

                @Override
                public void told(FoundingRecord record) {
                    told = record;
                }
            });
            state = step.state();
            if (dies) {
                crash();
                return;
            }
            for (Effect effect : step.effects()) {
                if (effect instanceof Effect.StartRaft start) {
                    rafts.computeIfAbsent(start.cluster(), Raft::new).started(start);
                } else if (effect instanceof Effect.AskAll) {
                    round();
                } else if (effect instanceof Effect.InspectLog inspect) {
                    take(new Event.LogInspected(
                            inspect.charter().id(), machine.folder().empty()));
                }
            }
        }

        void tick() {
            if (now >= nextGossip) {
                nextGossip = now + 300 + random.nextInt(400);
                gossip();
            }
            if (now >= core.nextMs(state)) {
                take(new Event.TimePassed(inRound));
            }
        }

        private void gossip() {
            List<Peer> peers = new ArrayList<>();
            for (Server other : servers) {
                if (other == this) {
                    continue;
                }
                if (connected(this, other)) {
                    lastSeen.put(other.index, now);
                }
                Integer seen = lastSeen.get(other.index);
                Peer before = state.peers().get(other.terms.name());
                if (seen == null) {
                    continue;
                }
                boolean alive = now - seen < 2000;
                if (connected(this, other) || before == null) {
                    FoundingRecord record = other.told;
                    ClusterRef of = record.standing() instanceof Standing.Member m ? m.cluster() : null;
                    peers.add(new Peer(
                            other.terms.name(),
                            record.id(),
                            null,
                            Peer.Presence.ALIVE,
                            other.terms.expect(),
                            of,
                            record.standing().state(),
                            1));
                } else {
                    peers.add(new Peer(
                            before.name(),
                            before.id(),
                            null,
                            alive ? Peer.Presence.ALIVE : Peer.Presence.FAILED,
                            before.expect(),
                            before.cluster(),
                            before.founding(),
                            1));
                }
            }
            take(new Event.PeersChanged(peers));
        }

        private void round() {
            List<Word> answers = new ArrayList<>();
            int mine = life;
            inRound = true;
            for (Peer peer : state.peers().values()) {
                Server to = servers.get(Integer.parseInt(peer.name().value().substring(1)));
                Word own = core.word(state, told, null);
                ClusterId about = about();
                int asked = now;
                send(this, to, () -> {
                    to.take(new Event.Asked(own));
                    Word answer = to.core.word(to.state, to.told, about);
                    to.lookInto(own);
                    send(to, this, () -> {
                        if (life == mine) {
                            take(new Event.Heard(answer, peer.id()));
                            if (now - asked < ANSWER_MS) {
                                answers.add(answer);
                            }
                        }
                    });
                });
            }
            network.add(new Delivery(now + ANSWER_MS, sequence++, () -> {
                if (life == mine) {
                    inRound = false;
                    if (isActive()) {
                        take(new Event.RoundEnded(List.copyOf(answers)));
                        keepPeers(List.copyOf(answers));
                    }
                }
            }));
        }

        /** What it says is hearsay: it is asked itself. */
        private void lookInto(Word said) {
            Peer peer = state.peers().get(said.name());
            if (!up || peer == null || !core.isNews(state, said) || !asking.add(peer.name())) {
                return;
            }
            Server to = servers.get(Integer.parseInt(peer.name().value().substring(1)));
            int mine = life;
            ClusterId about = about();
            Word own = core.word(state, told, null);
            send(this, to, () -> {
                to.take(new Event.Asked(own));
                Word answer = to.core.word(to.state, to.told, about);
                to.lookInto(own);
                send(to, this, () -> {
                    if (life == mine) {
                        take(new Event.Heard(answer, peer.id()));
                    }
                });
            });
            network.add(new Delivery(now + ANSWER_MS, sequence++, () -> asking.remove(peer.name())));
        }

        /** Somebody says that this cluster takes this server in, or replaced it: its members are asked. */
        private void lookInto(ClusterRef cluster) {
            boolean member = state.standing() instanceof Standing.Member;
            if (!up || looking || (member && raft() != rafts.get(cluster))) {
                return;
            }
            looking = true;
            int mine = life;
            ServerId self = state.record().id();
            Map<ServerId, Testimony> testimonies = new TreeMap<>();
            for (Peer peer : state.peers().values()) {
                Server to = servers.get(Integer.parseInt(peer.name().value().substring(1)));
                send(this, to, () -> {
                    Testimony testimony = to.testimony(self);
                    if (testimony != null && testimony.by().equals(peer.id())) {
                        send(to, this, () -> testimonies.put(testimony.by(), testimony));
                    }
                });
            }
            network.add(new Delivery(now + ANSWER_MS, sequence++, () -> {
                looking = false;
                if (isActive() && life == mine) {
                    Raft raft = raft();
                    List<ServerId> voters = raft == null || !raft.isInside(this) ? List.of() : raft.voters;
                    take(new Event.Inquired(cluster, voters, List.copyOf(testimonies.values())));
                }
            }));
        }

        private @Nullable Testimony testimony(ServerId of) {
            Raft raft = raft();
            if (raft == null || state.raft() != State.Raft.RUNNING) {
                return null;
            }
            Testimony.Place place = raft.voters.contains(of)
                    ? Testimony.Place.VOTER
                    : expelled.contains(of) ? Testimony.Place.EXPELLED : Testimony.Place.NONE;
            return new Testimony(state.record().id(), raft.cluster, raft.voters, state.leader(), place);
        }

        private @Nullable ClusterId about() {
            Charter charter = told.standing().charter();
            ClusterRef formerly = told.standing() instanceof Standing.Blank blank ? blank.formerly() : null;
            return charter != null ? charter.id() : formerly != null ? formerly.id() : null;
        }

        private void keepPeers(List<Word> answers) {
            Raft raft = raft();
            if (raft == null || raft.leader != this) {
                caughtUp.clear();
                quietSince.clear();
                return;
            }
            raft.learners.forEach(l -> caughtUp.putIfAbsent(l, now));
            PeerSetRule.Seen seen = new PeerSetRule.Seen(
                    state.record().id(),
                    terms.name(),
                    raft.status(this),
                    List.copyOf(state.peers().values()),
                    answers,
                    names,
                    state.charter() == null ? Map.of() : state.charter().nodeNames(),
                    expelled,
                    Map.of(),
                    Set.of(),
                    id -> now - caughtUp.getOrDefault(id, now) >= STABLE_MS,
                    id -> raft.running(id) != null,
                    id -> false,
                    id -> contact(raft, id));
            for (PeerSetRule.Action action : PeerSetRule.next(seen)) {
                if (action instanceof PeerSetRule.Action.Adopt adopt) {
                    tell(adopt.server(), raft.cluster);
                } else if (action instanceof PeerSetRule.Action.TellReplaced replaced) {
                    tell(replaced.server(), raft.cluster);
                } else if (action instanceof PeerSetRule.Action.Remember remember) {
                    names.remove(remember.server());
                    names.put(remember.server(), remember.name());
                } else if (action instanceof PeerSetRule.Action.Expel expel) {
                    expelled.add(expel.server());
                } else if (action instanceof PeerSetRule.Action.Change change) {
                    raft.change(this, change.change());
                }
            }
        }

        /** As the driver finds out: by raft, by asking the id itself, and what the others that can be reached see. */
        private PeerSetRule.Contact contact(Raft raft, ServerId id) {
            Server there = raft.running(id);
            if (there != null && connected(this, there)) {
                quietSince.remove(id);
                return PeerSetRule.Contact.REACHED;
            }
            boolean seen = servers.stream()
                    .filter(s -> s.isActive() && s.state.record().id().equals(id))
                    .anyMatch(
                            s -> servers.stream().anyMatch(w -> w.isActive() && connected(this, w) && connected(w, s)));
            if (seen) {
                quietSince.remove(id);
                return PeerSetRule.Contact.SEEN;
            }
            int quiet = now - quietSince.computeIfAbsent(id, i -> now);
            return quiet < SILENCE_MS
                    ? PeerSetRule.Contact.QUIET
                    : quiet < 6 * SILENCE_MS ? PeerSetRule.Contact.SILENT : PeerSetRule.Contact.LOST;
        }

        private void tell(Word server, ClusterRef cluster) {
            Server to = servers.get(Integer.parseInt(server.name().value().substring(1)));
            send(this, to, () -> {
                if (to.state.record().id().equals(server.id())) {
                    to.lookInto(cluster);
                }
            });
        }

        @Nullable
        Raft raft() {
            return state.standing() instanceof Standing.Member m ? rafts.get(m.cluster()) : null;
        }

        @Override
        public String toString() {
            return terms.name() + (up ? " " : " down ") + state.record() + " " + state.raft() + " " + state.proofs();
        }
    }

    /** One group. What a server has stored is kept by its id; the folder only knows whether that is anything. */
    private final class Raft {
        final ClusterRef cluster;
        List<ServerId> voters = new ArrayList<>();
        final List<ServerId> learners = new ArrayList<>();
        final Map<ServerId, Integer> stored = new HashMap<>();
        int committed;
        final Set<ServerId> founders = new HashSet<>();

        @Nullable
        Server leader;

        Raft(ClusterRef cluster) {
            this.cluster = cluster;
        }

        void started(Effect.StartRaft start) {
            if (founders.isEmpty()) {
                founders.addAll(start.founders());
                voters.addAll(start.founders());
            }
        }

        @Nullable
        Server running(ServerId id) {
            for (Server server : servers) {
                if (server.isActive()
                        && server.state.record().id().equals(id)
                        && server.state.raft() == State.Raft.RUNNING
                        && server.raft() == this) {
                    return server;
                }
            }
            return null;
        }

        void tick() {
            Server was = leader;
            leader = null;
            if (was != null && reach(was, voters) > voters.size() / 2) {
                leader = was;
            } else if (random.nextInt(5) == 0) {
                elect();
            }
            for (Server server : servers) {
                if (server.isActive() && server.raft() == this && server.state.raft() == State.Raft.RUNNING) {
                    boolean hears = leader != null && connected(server, leader) && isInside(server);
                    boolean knows = hears && committed > 0 && storedBy(server) > 0;
                    Event.RaftKnows news = new Event.RaftKnows(hears, hears && leader == server, knows);
                    if (server.core.isNews(server.state, news)) {
                        server.take(news);
                    }
                }
            }
            if (leader != null) {
                replicate(leader);
            }
        }

        private boolean isInside(Server server) {
            ServerId id = server.state.record().id();
            return voters.contains(id) || learners.contains(id);
        }

        private int reach(Server from, List<ServerId> whom) {
            int count = 0;
            for (ServerId id : whom) {
                Server server = running(id);
                if (server != null && (server == from || connected(from, server))) {
                    count++;
                }
            }
            return running(from.state.record().id()) == from ? count : 0;
        }

        private int storedBy(Server server) {
            return server.machine.folder().empty()
                    ? 0
                    : stored.getOrDefault(server.state.record().id(), 0);
        }

        private void elect() {
            for (ServerId id : voters) {
                Server candidate = running(id);
                if (candidate == null) {
                    continue;
                }
                int votes = 0;
                for (ServerId other : voters) {
                    Server voter = running(other);
                    if (voter == null) {
                        continue;
                    }
                    boolean hears = voter == candidate || connected(candidate, voter);
                    if (hears && storedBy(voter) <= storedBy(candidate)) {
                        votes++;
                    }
                }
                if (votes > voters.size() / 2) {
                    check(
                            storedBy(candidate) >= committed,
                            "elected without the committed entries: " + candidate + " has " + storedBy(candidate)
                                    + " of " + committed);
                    leader = candidate;
                    return;
                }
            }
        }

        private void replicate(Server from) {
            int last = storedBy(from);
            if (last == committed && last < MAX_ENTRIES) {
                last++;
            }
            List<ServerId> all = new ArrayList<>(voters);
            all.addAll(learners);
            for (ServerId id : all) {
                Server to = running(id);
                if (to == from || (to != null && connected(from, to) && random.nextInt(3) > 0)) {
                    stored.put(id, last);
                    to.machine = to.machine.storing();
                }
            }
            int target = last;
            long have = voters.stream()
                    .filter(v -> stored.getOrDefault(v, 0) >= target)
                    .count();
            if (have > voters.size() / 2 && last > committed) {
                committed = last;
                SimulatedWorld.this.oneLives(this);
            }
        }

        RaftStatus status(Server self) {
            Map<ServerId, RaftStatus.Follower> followers = new HashMap<>();
            stored.forEach((id, index) -> followers.put(id, new RaftStatus.Follower(index, 0, running(id) != null)));
            int last = storedBy(self);
            return new RaftStatus(
                    cluster,
                    RaftStatus.Role.LEADER,
                    self.state.record().id(),
                    1,
                    last,
                    1,
                    committed,
                    committed,
                    0,
                    0,
                    List.copyOf(voters),
                    List.copyOf(learners),
                    0,
                    followers,
                    null);
        }

        void change(Server by, PeerChange change) {
            if (leader != by || committed == 0) {
                return;
            }
            List<ServerId> next = new ArrayList<>(voters);
            List<ServerId> nextLearners = new ArrayList<>(learners);
            if (change instanceof PeerChange.AddLearner add) {
                nextLearners.add(add.server());
            } else if (change instanceof PeerChange.AddVoter add) {
                nextLearners.remove(add.server());
                // Two steps in JRaft: a leader that dies between them leaves the server in neither list.
                if (!faults || random.nextInt(4) > 0) {
                    next.add(add.server());
                }
            } else if (change instanceof PeerChange.ReplaceVoter replace) {
                next.remove(replace.old());
                next.add(replace.by());
            } else if (change instanceof PeerChange.Remove remove) {
                next.remove(remove.server());
                nextLearners.remove(remove.server());
            }
            if (next.size() > voters.size() || !next.equals(voters)) {
                // It is committed by the new set, which must therefore hold what the old one committed.
                for (ServerId id : next) {
                    Server to = running(id);
                    if (to != null && connected(by, to)) {
                        stored.put(id, storedBy(by));
                        to.machine = to.machine.storing();
                    }
                }
                long hold = next.stream()
                        .filter(id -> stored.getOrDefault(id, 0) >= storedBy(by))
                        .count();
                if (hold <= next.size() / 2 || reach(by, next) <= next.size() / 2) {
                    return;
                }
                committed = Math.max(committed, storedBy(by));
            }
            voters = next;
            learners.clear();
            learners.addAll(nextLearners);
        }
    }

    private void oneLives(Raft raft) {
        for (Raft other : rafts.values()) {
            boolean lives = other != raft && other.committed > 0;
            // Only when every declared founder lost its disk can the same names found again.
            boolean many = declared ? losses >= expect : everThere.size() >= 2 * expect;
            check(
                    !lives || (many && Collections.disjoint(raft.founders, other.founders)),
                    "two clusters live: " + raft.cluster + " and " + other.cluster);
        }
    }

    private void check(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError("at " + now + " ms: " + rule + "\n" + this);
        }
    }

    private boolean isSettled() {
        for (Server server : servers) {
            Raft raft = server.raft();
            boolean inside = raft != null
                    && raft.leader != null
                    && raft.voters.contains(server.state.record().id())
                    && server.state.leader()
                    && server.state.standing() instanceof Standing.Member m
                    && m.led();
            if (!inside) {
                return false;
            }
        }
        return true;
    }

    /** Something was lost for good, and whoever is not in a cluster with a leader waits for just that. */
    boolean isRightlyStuck() {
        if (losses == 0) {
            return false;
        }
        Set<ServerId> there = new HashSet<>();
        servers.forEach(s -> there.add(s.state.record().id()));
        int free = 0;
        boolean known = false;
        for (Server server : servers) {
            State state = server.state;
            Charter charter = state.charter();
            Raft raft = server.raft();
            if (raft != null) {
                known = true;
                // A voter that withdrew before the others began is as gone as one whose disk was lost.
                long left = raft.voters.stream()
                        .filter(v -> servers.stream()
                                .anyMatch(s -> s.raft() == raft
                                        && s.state.record().id().equals(v)))
                        .count();
                if (raft.leader == null && left > raft.voters.size() / 2) {
                    return false;
                }
                if (raft.leader != null && !raft.voters.contains(state.record().id())) {
                    return false;
                }
            } else if (charter != null && there.containsAll(charter.ids())) {
                return false;
            } else if (state.standing() instanceof Standing.Blank blank) {
                known |= blank.formerly() != null;
                // Where founders are declared the others cannot take the place of one that waits.
                boolean mayFound = !declared || server.terms.founders().contains(server.terms.name());
                free += blank.formerly() == null && mayFound ? 1 : 0;
            }
        }
        return known || free < expect;
    }

    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("expect " + expect + (declared ? " declared" : "") + ", losses " + losses + "\n");
        servers.forEach(s -> text.append("  ").append(s).append('\n'));
        rafts.values()
                .forEach(r -> text.append("  raft ")
                        .append(r.cluster.id())
                        .append(" voters ")
                        .append(r.voters)
                        .append(" learners ")
                        .append(r.learners)
                        .append(" committed ")
                        .append(r.committed)
                        .append(" leader ")
                        .append(r.leader == null ? "none" : r.leader.terms.name())
                        .append('\n'));
        return text.toString();
    }
}
