package io.quorate.membership.net;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.GossipSettings;
import io.quorate.membership.JoinReport;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.Membership;
import io.quorate.membership.Roster;
import io.quorate.membership.swim.Effect;
import io.quorate.membership.swim.Extras;
import io.quorate.membership.swim.MalformedException;
import io.quorate.membership.swim.Message;
import io.quorate.membership.swim.PeerRecord;
import io.quorate.membership.swim.Snapshots;
import io.quorate.membership.swim.Swim;
import io.quorate.membership.swim.SwimSettings;
import io.quorate.membership.swim.Wire;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the protocol decides: sockets, files, the published roster. All protocol state is owned by the event loop;
 * the datagram socket is read on it too, so that waiting packets are always read before timers run.
 */
public final class GossipNode implements Membership {
    private static final Logger LOG = LoggerFactory.getLogger(GossipNode.class);
    private static final int PACKETS_PER_TURN = 256;
    private static final Duration SNAPSHOT_INTERVAL = Duration.ofSeconds(10);
    private static final int MAX_REJOINED = 64;

    private final GossipSettings settings;
    private final EventLoop loop;
    private final GossipCounters counters = new GossipCounters();
    private final PacketCodec codec;
    private final GossipSockets sockets;
    private final @Nullable GossipFolder folder;
    private final Streams streams;
    private final Swim swim;
    private final Endpoint address;
    private final long startNanos;
    private final List<Consumer<MemberEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<MemberEvent> events = new ArrayList<>();
    private final Map<Long, CompletableFuture<JoinReport>> joins = new HashMap<>();
    private final Map<Long, CompletableFuture<@Nullable Void>> leaves = new HashMap<>();
    private final Warnings warnings;
    private final Joins resolving;
    private final ByteBuffer input = ByteBuffer.allocate(65_536);
    private final AtomicBoolean closed = new AtomicBoolean();
    private Timers.@Nullable Timer wake;
    private Timers.@Nullable Timer snapshotTimer;
    private long wakeAtMs = Long.MAX_VALUE;
    private long commands;
    private long publishedVersion = -1;
    private long snapshotVersion = -1;
    private volatile long loopLagMs;
    private List<Endpoint> lastAddresses = List.of();
    private boolean left;
    private volatile boolean hungUpOn;
    private volatile Roster roster;
    private volatile Map<String, Object> gauges = Map.of();
    private volatile List<ForeignCluster> foreign = List.of();
    private volatile @Nullable String nameConflict;

    private GossipNode(GossipSettings settings, GossipSockets sockets, @Nullable GossipFolder folder, PacketCodec codec)
            throws IOException {
        this.settings = settings;
        this.loop = settings.loop();
        this.sockets = sockets;
        this.folder = folder;
        this.codec = codec;
        warnings = new Warnings(settings.name());
        resolving = new Joins(settings.discovery(), loop, this::onLoop, this::sync);
        address = settings.advertised(sockets.port());
        startNanos = settings.ticker().nanos();
        long first = folder == null ? 1 : folder.firstIncarnation();
        PeerRecord self = new PeerRecord(
                settings.name(),
                settings.id(),
                instance(),
                first,
                address,
                settings.cluster(),
                settings.tags(),
                PeerRecord.Protocols.OURS,
                Extras.NONE);
        SwimSettings swimSettings = new SwimSettings(
                settings.pool(),
                settings.datacenter(),
                settings.timings(),
                codec.room(),
                settings.wall().instant());
        swim = new Swim(swimSettings, self, first, settings.random(), counters, 0);
        streams = new Streams(sockets.tcp(), sockets.udp(), new Inbox(), codec, counters, settings.ticker());
        roster = swim.roster();
    }

    private long instance() {
        long instance = 0;
        while (instance == 0) {
            instance = settings.random().nextLong();
        }
        return instance;
    }

    /** @throws java.net.BindException when the port is in use or the address is not this machine's */
    public static Membership start(GossipSettings settings) throws IOException {
        requireSize(settings.tags());
        PacketCodec codec = new PacketCodec(
                settings.pool(),
                new Keyring(settings.keys()),
                settings.verifyIncoming(),
                settings.verifyOutgoing(),
                settings.random());
        GossipFolder folder = settings.folder() == null ? null : new GossipFolder(settings.folder());
        GossipSockets sockets = GossipSockets.bind(settings.bind(), settings.port());
        GossipNode node;
        try {
            node = new GossipNode(settings, sockets, folder, codec);
        } catch (IOException | RuntimeException e) {
            Streams.closeQuietly(sockets.tcp());
            Streams.closeQuietly(sockets.udp());
            throw e;
        }
        node.begin();
        return node;
    }

    private void begin() throws IOException {
        Snapshots known = folder == null ? Snapshots.EMPTY : folder.members();
        try {
            // In the roster before anybody can ask for it: who decides by it must not take a moment's ignorance for an
            // answer.
            loop.submit(() -> {
                        swim.remember(known.servers());
                        run(swim.start());
                        gauges = Collections.unmodifiableMap(swim.gauges());
                        snapshotTimer = loop.every(SNAPSHOT_INTERVAL, this::keepMembers);
                        return true;
                    })
                    .join();
        } catch (RuntimeException e) {
            throw new IOException("gossip could not begin", e);
        }
        streams.start();
        lastAddresses = known.addresses();
        if (!lastAddresses.isEmpty()) {
            List<Endpoint> some = new ArrayList<>(lastAddresses);
            Collections.shuffle(some, new Random(settings.random().nextLong()));
            // One that answers is enough: it knows the others.
            List<Swim.Target> targets = some.stream()
                    .limit(MAX_REJOINED)
                    .map(a -> new Swim.Target(a.toString(), a))
                    .toList();
            onLoop(() -> {
                CompletableFuture<Void> told = sync(targets)
                        .thenAccept(report -> LOG.atInfo()
                                .addKeyValue("contacted", report.contacted())
                                .addKeyValue("tried", targets.size())
                                .log("joined again the members known before"));
                LOG.atDebug().addKeyValue("done", told.isDone()).log("joining the members known before");
            });
        }
    }

    private long now() {
        return (settings.ticker().nanos() - startNanos) / 1_000_000;
    }

    /** Tasks that come after the end are dropped. */
    private void onLoop(Runnable task) {
        try {
            loop.execute(() -> {
                if (!closed.get()) {
                    task.run();
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("gossip loop is closed");
        }
    }

    // ---- packets and timers ----

    private final class Inbox implements Streams.Listener {
        @Override
        public void readable() {
            onLoop(() -> {
                turn();
                streams.watchDatagrams();
            });
        }

        @Override
        public void asked(long id, Message ask) {
            onLoop(() -> run(swim.onStreamAsk(now(), id, ask)));
        }

        @Override
        public void last(long id, Message last) {
            onLoop(() -> run(swim.onStreamLast(now(), id, last)));
        }

        @Override
        public void answered(long id, Message answer) {
            onLoop(() -> run(swim.onStreamAnswer(now(), id, answer)));
        }

        @Override
        public void failed(long id, String reason) {
            onLoop(() -> run(swim.onStreamFailed(now(), id, reason)));
        }
    }

    /** Every waiting packet first: after a pause the answers that wait must not count as lost. */
    private void turn() {
        if (closed.get()) {
            return;
        }
        loop.assertInside();
        int packets = 0;
        while (packets < PACKETS_PER_TURN && receive()) {
            packets++;
        }
        run(swim.advance(now()));
        if (packets == PACKETS_PER_TURN) {
            onLoop(this::turn);
        }
    }

    private boolean receive() {
        input.clear();
        InetSocketAddress from;
        try {
            from = (InetSocketAddress) sockets.udp().receive(input);
        } catch (ClosedChannelException e) {
            return false;
        } catch (IOException e) {
            // An earlier packet met a closed port: nothing of this one.
            LOG.atDebug().setCause(e).log("receive failed");
            return true;
        }
        if (from == null) {
            return false;
        }
        input.flip();
        counters.add(Tally.PACKETS_IN);
        counters.add(Tally.BYTES_IN, input.remaining());
        if (from.getPort() == 0) {
            counters.add(Tally.REJECTED_MALFORMED);
            return true;
        }
        try {
            Wire.Packet packet = Wire.decodePacket(codec.open(input));
            counters.add(Tally.REJECTED_TYPE, packet.unknownTypes());
            // Published at the end of the turn: a burst of packets must not freeze the roster once for each.
            swim.onPacket(now(), Endpoint.of(from), packet.forInstance(), packet.messages())
                    .forEach(this::carryOut);
        } catch (RejectedException e) {
            counters.add(e.reason());
        } catch (MalformedException e) {
            counters.add(Tally.REJECTED_MALFORMED);
        }
        return true;
    }

    /** Carries out effects in their order; the roster is published before anybody is told of a change in it. */
    private void run(List<Effect> effects) {
        for (Effect effect : effects) {
            carryOut(effect);
        }
        publish();
        schedule();
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.SendPacket packet) {
            send(packet);
        } else if (effect instanceof Effect.OpenStream open) {
            streams.open(open.id(), open.to(), open.ask());
        } else if (effect instanceof Effect.AnswerStream answer) {
            streams.answer(answer.id(), answer.answer(), answer.more());
        } else if (effect instanceof Effect.CloseStream close) {
            streams.finish(close.id(), close.last());
        } else if (effect instanceof Effect.Publish event) {
            events.add(event.event());
        } else if (effect instanceof Effect.RaiseBound bound) {
            if (folder != null) {
                folder.raise(bound.bound());
            }
        } else if (effect instanceof Effect.JoinDone join) {
            hungUpOn = join.report().contacted() == 0
                    && join.report().failures().stream()
                            .anyMatch(f -> f.reason().equals(Connection.HUNG_UP));
            CompletableFuture<JoinReport> result = joins.remove(join.command());
            if (result != null) {
                result.complete(join.report());
            }
        } else if (effect instanceof Effect.LeaveDone leave) {
            CompletableFuture<@Nullable Void> result = leaves.remove(leave.command());
            if (result != null) {
                result.complete(null);
            }
        } else if (effect instanceof Effect.Warn warn) {
            warnings.tell(warn.cause(), warn.text(), now());
        }
    }

    private void send(Effect.SendPacket packet) {
        byte[] bytes = codec.datagram(Wire.encodePacket(packet.forInstance(), packet.messages()));
        try {
            sockets.udp().send(ByteBuffer.wrap(bytes), packet.to().socketAddress());
            counters.add(Tally.PACKETS_OUT);
            counters.add(Tally.BYTES_OUT, bytes.length);
        } catch (IOException e) {
            // As good as a lost packet: the probe will tell.
            LOG.atDebug().addKeyValue("to", packet.to()).setCause(e).log("send failed");
        }
    }

    private void publish() {
        foreign = swim.foreignClusters();
        nameConflict = swim.nameConflict();
        if (swim.version() != publishedVersion) {
            publishedVersion = swim.version();
            roster = swim.roster();
        }
        if (events.isEmpty()) {
            return;
        }
        List<MemberEvent> told = List.copyOf(events);
        events.clear();
        for (MemberEvent event : told) {
            for (Consumer<MemberEvent> listener : listeners) {
                try {
                    listener.accept(event);
                } catch (RuntimeException e) {
                    LOG.atError().addKeyValue("event", event).setCause(e).log("listener failed");
                }
            }
        }
    }

    private void schedule() {
        long next = swim.nextDeadlineMs();
        if (next == Long.MAX_VALUE || closed.get() || next == wakeAtMs) {
            return;
        }
        if (wake != null) {
            wake.cancel();
        }
        wakeAtMs = next;
        wake = loop.after(Duration.ofMillis(Math.max(1, next - now())), () -> {
            loopLagMs = Math.max(0, now() - wakeAtMs);
            wakeAtMs = Long.MAX_VALUE;
            turn();
            gauges = Collections.unmodifiableMap(swim.gauges());
        });
    }

    private void keepMembers() {
        if (folder == null || left || swim.version() == snapshotVersion) {
            return;
        }
        snapshotVersion = swim.version();
        List<Endpoint> living = swim.livingAddresses();
        if (!living.isEmpty()) {
            // With nobody there, where they were last is still the best that is known.
            lastAddresses = living;
        }
        folder.keep(new Snapshots(lastAddresses, swim.clusterMembers()));
    }

    // ---- what others call ----

    @Override
    public Roster roster() {
        return roster;
    }

    @Override
    public CompletableFuture<JoinReport> join(List<String> sources) {
        return resolving.join(sources);
    }

    private CompletableFuture<JoinReport> sync(List<Swim.Target> targets) {
        CompletableFuture<JoinReport> result = new CompletableFuture<>();
        long command = ++commands;
        joins.put(command, result);
        run(swim.join(now(), command, targets));
        return result;
    }

    @Override
    public void listen(Consumer<MemberEvent> listener) {
        listeners.add(listener);
    }

    @Override
    public void setTags(SortedMap<String, String> tags) {
        requireSize(tags);
        SortedMap<String, String> copy = new TreeMap<>(tags);
        onLoop(() -> run(swim.setTags(now(), copy)));
    }

    private static void requireSize(SortedMap<String, String> tags) {
        int size = Wire.tagsSize(tags);
        if (size > Wire.MAX_TAGS) {
            throw new IllegalArgumentException(
                    "tags take " + size + " bytes, more than the " + Wire.MAX_TAGS + " that fit");
        }
    }

    @Override
    public void setCluster(@Nullable ClusterRef cluster) {
        onLoop(() -> run(swim.setCluster(now(), cluster)));
    }

    @Override
    public CompletableFuture<@Nullable Void> beginLeave() {
        return leaving(command -> swim.beginLeave(now(), command));
    }

    @Override
    public CompletableFuture<@Nullable Void> finishLeave() {
        return leaving(command -> {
            left = true;
            if (folder != null && !settings.rejoinAfterLeave()) {
                folder.keep(Snapshots.EMPTY);
            }
            return swim.finishLeave(now(), command);
        });
    }

    private CompletableFuture<@Nullable Void> leaving(LongFunction<List<Effect>> step) {
        CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
        onLoop(() -> {
            leaves.put(++commands, result);
            run(step.apply(commands));
        });
        return result;
    }

    @Override
    public CompletableFuture<@Nullable Void> forceLeave(NodeName name, boolean prune) {
        CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
        onLoop(() -> {
            List<Effect> effects = swim.forceLeave(now(), name, prune);
            if (effects == null) {
                result.completeExceptionally(new NoSuchElementException("no member is named " + name));
            } else {
                run(effects);
                result.complete(null);
            }
        });
        return result;
    }

    @Override
    public Map<String, Object> stats() {
        Map<String, Object> stats = new TreeMap<>(gauges);
        stats.put("encrypted", codec.isSealing());
        stats.put("encrypted_incoming_open", codec.isOpen());
        stats.put("coordinate_resets", 0);
        stats.put("loop_lag_ms", loopLagMs);
        stats.put("address", address.toString());
        for (Tally key : Tally.values()) {
            String name = key.meter().replace('.', '_');
            stats.put(key.value().isEmpty() ? name : name + "_" + key.value(), counters.get(key));
        }
        return stats;
    }

    @Override
    public @Nullable Trouble trouble() {
        String conflict = nameConflict;
        if (conflict != null) {
            return new Trouble(
                    "NAME_CONFLICT",
                    conflict,
                    "give this agent another node name, or stop the other one; it asks again every 30 s");
        }
        if (roster.members().size() > 1) {
            return null;
        }
        String seen;
        if (counters.get(Tally.REJECTED_KEY) > 0) {
            seen = "gossip arrives sealed under a key that this agent does not have";
        } else if (counters.get(Tally.REJECTED_SEALED) + counters.get(Tally.REJECTED_PLAIN) > 0) {
            seen = "gossip arrives from members that seal when this agent does not, or the other way round";
        } else if (hungUpOn) {
            seen = "the members that were joined hung up without a word, as they do when the key is another";
        } else {
            return null;
        }
        return new Trouble(
                "KEY_MISMATCH", seen + ", and nobody is known", "give this agent the gossip key of its pool (encrypt)");
    }

    @Override
    public List<ForeignCluster> foreignClusters() {
        return foreign;
    }

    @Override
    public GossipCounters counters() {
        return counters;
    }

    @Override
    public Endpoint address() {
        return address;
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        CompletableFuture<Boolean> stopped = loop.submit(() -> {
            if (wake != null) {
                wake.cancel();
            }
            if (snapshotTimer != null) {
                snapshotTimer.cancel();
            }
            keepMembers();
            IllegalStateException end = new IllegalStateException("gossip is stopped");
            joins.values().forEach(j -> j.completeExceptionally(end));
            leaves.values().forEach(l -> l.complete(null));
            return true;
        });
        if (!loop.isInside()) {
            stopped.exceptionally(e -> false).join();
        }
        streams.close();
        Streams.closeQuietly(sockets.udp());
        if (folder != null) {
            folder.close();
        }
    }
}
