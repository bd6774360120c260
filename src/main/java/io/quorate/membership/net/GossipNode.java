package io.quorate.membership.net;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.membership.ForeignCluster;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipSettings;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.Membership;
import io.quorate.membership.Roster;
import io.quorate.membership.ServerRoster;
import io.quorate.membership.UserEvent;
import io.quorate.membership.swim.Effect;
import io.quorate.membership.swim.Extras;
import io.quorate.membership.swim.Hindrance;
import io.quorate.membership.swim.Message;
import io.quorate.membership.swim.PeerRecord;
import io.quorate.membership.swim.Swim;
import io.quorate.membership.swim.SwimSettings;
import io.quorate.membership.swim.Wire;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
    private static final Duration SNAPSHOT_INTERVAL = Duration.ofSeconds(1);

    private final GossipSettings settings;
    private final EventLoop loop;
    private final GossipCounters counters = new GossipCounters();
    private final PacketCodec codec;
    private final GossipSockets sockets;
    private final @Nullable GossipFolder folder;
    private final KnownMembers known;
    private final Datagrams datagrams;
    private final Streams streams;
    private final Swim swim;
    private final Publication publication;
    private final Deeds deeds;
    private final Endpoint address;
    private final long startNanos;
    private final Map<Long, CompletableFuture<JoinReport>> joins = new HashMap<>();
    private final Map<Long, CompletableFuture<@Nullable Void>> leaves = new HashMap<>();
    private final Warnings warnings;
    private final Joins resolving;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Timers.@Nullable Timer wake;
    private Timers.@Nullable Timer snapshotTimer;
    private long wakeAtMs = Long.MAX_VALUE;
    private long commands;

    private GossipNode(GossipSettings settings, GossipSockets sockets, @Nullable GossipFolder folder, PacketCodec codec)
            throws IOException {
        this.settings = settings;
        this.loop = settings.loop();
        this.sockets = sockets;
        this.folder = folder;
        this.codec = codec;
        warnings = new Warnings(settings.name());
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
        known = new KnownMembers(folder, settings.rejoinAfterLeave());
        datagrams = new Datagrams(sockets.udp(), codec, counters);
        streams = new Streams(sockets.tcp(), sockets.udp(), new Inbox(), codec, counters, settings.ticker());
        publication = new Publication(counters, swim.roster(), settings.servers());
        deeds = new Deeds(
                datagrams,
                streams,
                publication,
                swim,
                folder,
                new Deeds.Awaited(joins, leaves),
                (cause, text) -> warnings.tell(cause, text, now()));
        resolving = new Joins(
                settings.discovery(), loop, settings.wall(), publication.meetings(), this::onLoop, this::sync);
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
        GossipFolder folder = settings.folder() == null ? null : new GossipFolder(Disk.real(), settings.folder());
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
        try {
            // In the roster before anybody can ask for it: who decides by it must not take a moment's ignorance for an
            // answer.
            loop.submit(() -> {
                        swim.remember(known.atStart().servers());
                        run(swim.start());
                        publication.gauge(swim);
                        snapshotTimer = loop.every(SNAPSHOT_INTERVAL, () -> known.look(swim));
                        return true;
                    })
                    .join();
        } catch (RuntimeException e) {
            throw new IOException("gossip could not begin", e);
        }
        streams.start();
        if (!known.atStart().addresses().isEmpty()) {
            List<Swim.Target> targets =
                    known.toRejoin(new Random(settings.random().nextLong()));
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
                try {
                    turn();
                } finally {
                    // Not watched again, a packet that fails once would make this member deaf for ever.
                    streams.watchDatagrams();
                }
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
        public void failed(long id, Hindrance hindrance) {
            onLoop(() -> run(swim.onStreamFailed(now(), id, hindrance)));
        }
    }

    /** Every waiting packet first: after a pause the answers that wait must not count as lost. */
    private void turn() {
        if (closed.get()) {
            return;
        }
        loop.assertInside();
        int packets = 0;
        try {
            while (packets < PACKETS_PER_TURN && datagrams.receive(this::take)) {
                packets++;
            }
        } finally {
            run(swim.advance(now()));
            if (packets == PACKETS_PER_TURN) {
                onLoop(this::turn);
            }
        }
    }

    /** Published at the end of the turn: a burst of packets must not freeze the roster once for each. */
    private void take(Endpoint from, Wire.Packet packet) {
        carryOut(swim.onPacket(now(), from, packet.forInstance(), packet.messages()));
    }

    /** Carries out effects in their order; the roster is published before anybody is told of a change in it. */
    private void run(List<Effect> effects) {
        try {
            carryOut(effects);
            publication.publish(swim);
        } finally {
            schedule();
        }
    }

    /** One that fails takes none of the others with it: among them may be the answer that somebody waits for. */
    private void carryOut(List<Effect> effects) {
        for (Effect effect : effects) {
            Failures.guarded(Duty.VITAL, "gossip", () -> carryOut(effect)).run();
        }
    }

    private void carryOut(Effect effect) {
        effect.match(deeds).run();
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
            publication.wokeLate(now() - wakeAtMs);
            wakeAtMs = Long.MAX_VALUE;
            try {
                turn();
            } finally {
                schedule();
            }
            publication.gauge(swim);
        });
    }

    // ---- what others call ----

    @Override
    public Roster roster() {
        return publication.roster();
    }

    @Override
    public ServerRoster servers() {
        return publication.servers();
    }

    @Override
    public CompletableFuture<JoinReport> join(List<String> sources) {
        return resolving.join(sources);
    }

    private CompletableFuture<JoinReport> sync(List<Swim.Target> targets) {
        CompletableFuture<JoinReport> result = new CompletableFuture<>();
        long command = ++commands;
        joins.put(command, result);
        try {
            run(swim.join(now(), command, targets));
        } catch (RuntimeException | Error e) {
            joins.remove(command);
            result.completeExceptionally(e);
            throw e;
        }
        return result;
    }

    @Override
    public void listen(Consumer<MemberEvent> listener) {
        publication.listen(listener);
    }

    @Override
    public CompletableFuture<Long> fire(UUID id, byte[] body) {
        if (body.length > UserEvent.MAX_BODY) {
            throw new IllegalArgumentException(
                    "an event of " + body.length + " bytes, at most " + UserEvent.MAX_BODY + " fit");
        }
        byte[] copy = body.clone();
        return asked(result -> run(swim.fire(now(), id, copy, result::complete)));
    }

    @Override
    public void listenToEvents(Consumer<UserEvent> listener) {
        publication.listenToEvents(listener);
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
    public void setKeys(List<byte[]> keys, boolean verifyIncoming, boolean verifyOutgoing) {
        codec.exchange(new Keyring(keys), verifyIncoming, verifyOutgoing);
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
            known.leave();
            return swim.finishLeave(now(), command);
        });
    }

    private CompletableFuture<@Nullable Void> leaving(LongFunction<List<Effect>> step) {
        return asked(result -> {
            long command = ++commands;
            leaves.put(command, result);
            try {
                run(step.apply(command));
            } catch (RuntimeException | Error e) {
                leaves.remove(command);
                throw e;
            }
        });
    }

    @Override
    public CompletableFuture<@Nullable Void> forceLeave(NodeName name, boolean prune) {
        return asked(result -> {
            List<Effect> effects = swim.forceLeave(now(), name, prune);
            if (effects == null) {
                result.completeExceptionally(new NoSuchElementException("no member is named " + name));
            } else {
                run(effects);
                result.complete(null);
            }
        });
    }

    /** Does it on the loop, and ends with its failure when it fails or when gossip is stopped: nobody else would end it. */
    private <T extends @Nullable Object> CompletableFuture<T> asked(Consumer<CompletableFuture<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletableFuture<Boolean> begun = loop.submit(() -> {
            if (closed.get()) {
                throw new IllegalStateException("gossip is stopped");
            }
            work.accept(result);
            return true;
        });
        var unused = begun.whenComplete((yes, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    @Override
    public Map<String, Object> stats() {
        Map<String, Object> stats = publication.stats();
        stats.put("encrypted", codec.isSealing());
        stats.put("encrypted_incoming_open", codec.isOpen());
        stats.put("address", address.toString());
        return stats;
    }

    @Override
    public @Nullable Trouble trouble() {
        return publication.trouble();
    }

    @Override
    public List<ForeignCluster> foreignClusters() {
        return publication.foreign();
    }

    @Override
    public List<Meeting> meetings() {
        return publication.meetings().all();
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
            known.keep(swim);
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
