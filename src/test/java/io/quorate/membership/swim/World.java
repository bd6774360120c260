package io.quorate.membership.swim;

import io.quorate.codec.MalformedException;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.GossipTimings;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.membership.UserEvent;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Many members in one thread: a virtual clock, one seeded source of chance, and a network that delays, loses, doubles, reorders
 * and cuts. The members run the production classes. The same seed gives the same run.
 */
final class World {
    static final GossipTimings LAN = GossipTimings.LAN;

    final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Endpoint, Node> byAddress = new HashMap<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Set<String> cuts = new HashSet<>();
    private long number;
    private long nowMs;
    private long nextStream;
    private int nextAddress = 1;
    double loss;
    double doubled;
    long minLatencyMs = 1;
    long maxLatencyMs = 5;
    GossipTimings timings = LAN;
    /** Packets and messages go through their bytes. */
    boolean encoded;
    /** Whether due timers run before the packets that wait after a pause. */
    boolean timersFirst;

    @Nullable
    List<Recorded> recording;

    World(long seed) {
        random = new Random(seed);
    }

    /** A datagram that somebody kept. */
    record Recorded(Endpoint from, Endpoint to, long forInstance, List<Message> messages) {}

    private record Event(long at, long number, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    long now() {
        return nowMs;
    }

    void at(long ms, Runnable task) {
        events.add(new Event(Math.max(nowMs, ms), number++, task));
    }

    void run(long ms) {
        runUntil(() -> false, ms);
    }

    /** Whether it came true; looked at each 50 ms of virtual time, more seldom with many members. */
    boolean runUntil(BooleanSupplier condition, long withinMs) {
        long end = nowMs + withinMs;
        long look = nowMs;
        while (true) {
            if (nowMs >= look) {
                if (condition.getAsBoolean()) {
                    return true;
                }
                look = nowMs + (nodes.size() > 500 ? 250 : 50);
            }
            Event next = events.peek();
            long stop = Math.min(end, look);
            if (next == null || next.at > stop) {
                nowMs = stop;
                if (nowMs >= end) {
                    return condition.getAsBoolean();
                }
                continue;
            }
            events.poll();
            nowMs = next.at;
            next.task.run();
        }
    }

    Node node(String name) {
        Node node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException(name);
        }
        return node;
    }

    List<Node> all() {
        return new ArrayList<>(nodes.values());
    }

    List<Node> running() {
        return nodes.values().stream().filter(n -> n.running).toList();
    }

    Endpoint freshAddress() {
        int n = nextAddress++;
        try {
            return new Endpoint(
                    InetAddress.getByAddress(new byte[] {10, (byte) (n >> 16), (byte) (n >> 8), (byte) n}), 8301);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    Node add(String name) {
        return add(name, freshAddress(), 1, null, new TreeMap<>());
    }

    List<Node> add(int count) {
        List<Node> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(add("n" + i));
        }
        return added;
    }

    Node add(
            String key,
            Endpoint address,
            long incarnation,
            @Nullable ClusterRef cluster,
            SortedMap<String, String> tags) {
        return add(key, key, new UUID(7, key.hashCode()), address, incarnation, cluster, tags, Extras.NONE);
    }

    /** @param key under which the test finds it; the name may be another member's */
    Node add(
            String key,
            String name,
            UUID id,
            Endpoint address,
            long incarnation,
            @Nullable ClusterRef cluster,
            SortedMap<String, String> tags,
            Extras extras) {
        Node node = new Node(key, name, new NodeId(id), address, incarnation, cluster, tags, extras);
        nodes.put(key, node);
        byAddress.put(address, node);
        node.settle(node.swim.start());
        return node;
    }

    void cut(Node a, Node b) {
        cuts.add(a.key + ">" + b.key);
        cuts.add(b.key + ">" + a.key);
    }

    void cutOneWay(Node from, Node to) {
        cuts.add(from.key + ">" + to.key);
    }

    void cut(List<Node> left, List<Node> right) {
        left.forEach(a -> right.forEach(b -> cut(a, b)));
    }

    void heal() {
        cuts.clear();
    }

    private boolean isCut(Node from, Node to) {
        return !cuts.isEmpty() && cuts.contains(from.key + ">" + to.key);
    }

    private long latency() {
        return minLatencyMs + random.nextInt((int) (maxLatencyMs - minLatencyMs + 1));
    }

    /** Puts a datagram on the wire. */
    void inject(Endpoint from, Endpoint to, long forInstance, List<Message> messages) {
        Node target = byAddress.get(to);
        if (target != null) {
            at(nowMs + latency(), () -> target.packet(from, forInstance, messages));
        }
    }

    /** An exchange that somebody who is no member begins and ends, whatever it is answered. */
    void bring(Node target, Message.Sync ask, Message last) {
        long id = --nextStream;
        target.input(() -> {
            target.settle(target.swim.onStreamAsk(nowMs, id, ask));
            target.settle(target.swim.onStreamLast(nowMs, id, last));
        });
    }

    /** Everybody that runs sees exactly these as alive. */
    boolean allSee(List<Node> expected) {
        for (Node node : expected) {
            if (node.swim.aliveCount() != expected.size()) {
                return false;
            }
        }
        for (Node node : expected) {
            for (Node other : expected) {
                MemberState state = node.swim.stateOf(other.name);
                if (state == null || !state.isAlive()) {
                    return false;
                }
            }
        }
        return true;
    }

    boolean allAgree(List<Node> expected) {
        for (Node node : expected) {
            if (node.swim.digest() != expected.get(0).swim.digest()) {
                return false;
            }
        }
        return true;
    }

    boolean everybody(List<Node> among, Predicate<Node> test) {
        return among.stream().allMatch(test);
    }

    final class Node {
        final String key;
        final NodeName name;
        final NodeId id;
        final SortedMap<String, String> tags;
        final Extras extras;
        final GossipCounters counters = new GossipCounters();
        final List<MemberEvent> events = new ArrayList<>();
        final List<UserEvent> told = new ArrayList<>();
        final List<String> warnings = new ArrayList<>();
        final Map<Long, JoinReport> joins = new HashMap<>();
        final Set<Long> leaves = new HashSet<>();
        private final Map<Long, Stream> streams = new HashMap<>();
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private @Nullable ClusterRef cluster;
        Endpoint address;
        Swim swim;
        long instance;
        boolean running = true;
        boolean keepsEvents = true;
        long bound;
        private boolean paused;
        private long life;
        private long wakeAt = Long.MAX_VALUE;
        private long commands;

        private Node(
                String key,
                String name,
                NodeId id,
                Endpoint address,
                long incarnation,
                @Nullable ClusterRef cluster,
                SortedMap<String, String> tags,
                Extras extras) {
            this.key = key;
            this.name = new NodeName(name);
            this.id = id;
            this.address = address;
            this.cluster = cluster;
            this.tags = tags;
            this.extras = extras;
            this.swim = swim(incarnation);
        }

        private Swim swim(long incarnation) {
            instance = random.nextLong() | 1;
            PeerRecord self =
                    new PeerRecord(name, id, instance, incarnation, address, cluster, tags, protocols(), extras);
            SwimSettings settings = new SwimSettings("lan", "dc1", timings, 1350, Instant.EPOCH);
            return new Swim(settings, self, incarnation, new Random(random.nextLong()), counters, nowMs);
        }

        /** One with unknown extras is of a later version, which still speaks ours. */
        private PeerRecord.Protocols protocols() {
            return extras.equals(Extras.NONE) ? PeerRecord.Protocols.OURS : new PeerRecord.Protocols(2, 4, 2);
        }

        /** Ends without a word. */
        void kill() {
            running = false;
            life++;
            byAddress.remove(address, this);
            streams.clear();
            waiting.clear();
            paused = false;
        }

        /** A new process, perhaps at another address; the folder's bound goes with it, or is gone (1). */
        void restart(Endpoint at, long incarnation) {
            kill();
            address = at;
            running = true;
            wakeAt = Long.MAX_VALUE;
            byAddress.put(at, this);
            swim = swim(incarnation);
            settle(swim.start());
        }

        void pause(long ms) {
            paused = true;
            long born = life;
            at(nowMs + ms, () -> {
                if (life == born && paused) {
                    paused = false;
                    if (timersFirst) {
                        wake();
                    }
                    while (!waiting.isEmpty()) {
                        waiting.poll().run();
                    }
                    wake();
                }
            });
        }

        private void input(Runnable task) {
            if (!running) {
                return;
            }
            if (paused) {
                waiting.add(task);
            } else {
                task.run();
            }
        }

        private void packet(Endpoint from, long forInstance, List<Message> messages) {
            input(() -> settle(swim.onPacket(nowMs, from, forInstance, messages)));
        }

        void wake() {
            if (running && !paused) {
                settle(swim.advance(nowMs));
            }
        }

        long join(Node... others) {
            return join(List.of(others));
        }

        long join(List<Node> others) {
            long command = ++commands;
            List<Swim.Target> targets = others.stream()
                    .map(o -> new Swim.Target(o.address.toString(), o.address))
                    .toList();
            input(() -> settle(swim.join(nowMs, command, targets)));
            return command;
        }

        JoinReport report(long command) {
            JoinReport report = joins.get(command);
            if (report == null) {
                throw new AssertionError("join " + command + " has not ended");
            }
            return report;
        }

        void setTags(SortedMap<String, String> tags) {
            input(() -> settle(swim.setTags(nowMs, tags)));
        }

        void setCluster(@Nullable ClusterRef to) {
            cluster = to;
            input(() -> settle(swim.setCluster(nowMs, to)));
        }

        long beginLeave() {
            long command = ++commands;
            input(() -> settle(swim.beginLeave(nowMs, command)));
            return command;
        }

        long finishLeave() {
            long command = ++commands;
            input(() -> settle(swim.finishLeave(nowMs, command)));
            return command;
        }

        UserEvent fire(byte... body) {
            UUID eventId = new UUID(random.nextLong(), random.nextLong());
            long[] time = new long[1];
            settle(swim.fire(nowMs, eventId, body, fired -> time[0] = fired));
            return new UserEvent(time[0], eventId, body);
        }

        void forceLeave(Node other, boolean prune) {
            List<Effect> effects = swim.forceLeave(nowMs, other.name, prune);
            if (effects == null) {
                throw new IllegalStateException(other.name + " unknown");
            }
            settle(effects);
        }

        @Nullable
        MemberState sees(Node other) {
            return swim.stateOf(other.name);
        }

        boolean seesAlive(Node other) {
            MemberState state = sees(other);
            return state != null && state.isAlive();
        }

        boolean seesAt(Node other, Endpoint where) {
            PeerRecord record = swim.recordOf(other.name);
            return record != null && record.address().equals(where);
        }

        long failuresTold() {
            return events.stream().filter(e -> e instanceof MemberEvent.Failed).count();
        }

        private void settle(List<Effect> effects) {
            for (Effect effect : effects) {
                carryOut(effect);
            }
            long next = Math.max(nowMs + 1, swim.nextDeadlineMs());
            if (running && next < wakeAt) {
                wakeAt = next;
                long born = life;
                at(next, () -> {
                    if (life == born) {
                        if (wakeAt <= nowMs) {
                            wakeAt = Long.MAX_VALUE;
                        }
                        wake();
                    }
                });
            }
        }

        private void carryOut(Effect effect) {
            if (effect instanceof Effect.SendPacket packet) {
                send(packet);
            } else if (effect instanceof Effect.OpenStream open) {
                open(open);
            } else if (effect instanceof Effect.AnswerStream answer) {
                Stream stream = streams.get(answer.id());
                if (stream != null) {
                    stream.answer(through(answer.answer()), answer.more());
                }
            } else if (effect instanceof Effect.CloseStream close) {
                Stream stream = streams.remove(close.id());
                Message last = close.last();
                if (stream != null) {
                    stream.close(last == null ? null : through(last));
                }
            } else if (effect instanceof Effect.Publish event) {
                if (keepsEvents) {
                    events.add(event.event());
                }
            } else if (effect instanceof Effect.Tell tell) {
                told.add(tell.event());
            } else if (effect instanceof Effect.RaiseBound raise) {
                bound = raise.bound();
            } else if (effect instanceof Effect.JoinDone done) {
                joins.put(done.command(), done.report());
            } else if (effect instanceof Effect.LeaveDone done) {
                leaves.add(done.command());
            } else if (effect instanceof Effect.Warn warn) {
                warnings.add(warn.text());
            }
        }

        private void send(Effect.SendPacket packet) {
            counters.add(Tally.PACKETS_OUT);
            List<Message> messages = packet.messages();
            if (recording != null) {
                recording.add(new Recorded(address, packet.to(), packet.forInstance(), messages));
            }
            if (encoded) {
                try {
                    byte[] bytes = Wire.encodePacket(packet.forInstance(), messages);
                    messages = Wire.decodePacket(ByteBuffer.wrap(bytes)).messages();
                } catch (MalformedException e) {
                    throw new IllegalStateException("own packet is malformed", e);
                }
            }
            int copies = random.nextDouble() < doubled ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                deliver(packet, messages);
            }
        }

        private void deliver(Effect.SendPacket packet, List<Message> messages) {
            if (loss > 0 && random.nextDouble() < loss) {
                return;
            }
            Endpoint from = address;
            at(nowMs + latency(), () -> {
                Node target = byAddress.get(packet.to());
                if (target != null && !isCut(this, target)) {
                    target.packet(from, packet.forInstance(), messages);
                }
            });
        }

        private Message through(Message message) {
            if (!encoded) {
                return message;
            }
            try {
                Message read = Wire.decodeStream(ByteBuffer.wrap(Wire.encodeStream(message)));
                if (read == null) {
                    throw new IllegalStateException("own message is unknown");
                }
                return read;
            } catch (MalformedException e) {
                throw new IllegalStateException("own message is malformed", e);
            }
        }

        private void open(Effect.OpenStream open) {
            Stream stream = new Stream(this, open.id(), open.to(), --nextStream);
            streams.put(open.id(), stream);
            Message ask = through(open.ask());
            at(nowMs + 2 * latency(), () -> stream.ask(ask));
        }
    }

    /** One exchange: ends well, breaks when its peer dies, or times out when the network is cut. */
    private final class Stream {
        private final Node asker;
        private final long askerLife;
        private final long id;
        private final Endpoint to;
        private final long farId;
        private @Nullable Node answerer;
        private boolean over;

        private Stream(Node asker, long id, Endpoint to, long farId) {
            this.asker = asker;
            this.askerLife = asker.life;
            this.id = id;
            this.to = to;
            this.farId = farId;
        }

        private void ask(Message ask) {
            Node target = byAddress.get(to);
            if (target == null) {
                fail("connection refused", 0);
            } else if (isCut(asker, target) || isCut(target, asker)) {
                fail("no connection within 5 s", 5_000);
            } else {
                answerer = target;
                target.streams.put(farId, this);
                target.input(() -> target.settle(target.swim.onStreamAsk(nowMs, farId, ask)));
                at(nowMs + 10_000, () -> {
                    if (!over) {
                        fail("no answer within 10 s", 0);
                    }
                });
            }
        }

        private void answer(Message answer, boolean more) {
            Node from = answerer;
            if (from == null) {
                return;
            }
            if (!more) {
                from.streams.remove(farId);
            }
            at(nowMs + latency(), () -> {
                if (isCut(from, asker)) {
                    fail("no answer within 10 s", 10_000);
                } else if (!over) {
                    over = true;
                    toAsker(() -> asker.settle(asker.swim.onStreamAnswer(nowMs, id, answer)));
                }
            });
        }

        private void close(@Nullable Message last) {
            Node far = answerer;
            if (!over) {
                // Closed by the one that was asked, without a word.
                fail("closed without an answer", 0);
                return;
            }
            if (far == null || far.streams.remove(farId) == null) {
                return;
            }
            if (last != null && !isCut(asker, far)) {
                at(nowMs + latency(), () -> far.input(() -> far.settle(far.swim.onStreamLast(nowMs, farId, last))));
            } else {
                at(
                        nowMs + latency(),
                        () -> far.input(() -> far.settle(far.swim.onStreamFailed(nowMs, farId, broken("closed")))));
            }
        }

        private void fail(String reason, long afterMs) {
            if (over) {
                return;
            }
            over = true;
            at(
                    nowMs + afterMs,
                    () -> toAsker(() -> {
                        asker.streams.remove(id);
                        asker.settle(asker.swim.onStreamFailed(nowMs, id, broken(reason)));
                    }));
        }

        private static Hindrance broken(String reason) {
            return new Hindrance(Meeting.Outcome.UNREACHABLE, reason);
        }

        private void toAsker(Runnable task) {
            if (asker.life == askerLife) {
                asker.input(task);
            }
        }
    }
}
