package io.quorate.membership.net;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.Meeting;
import io.quorate.membership.net.Seal.Kind;
import io.quorate.membership.swim.Hindrance;
import io.quorate.membership.swim.Message;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP side, and the waiting for datagrams: one thread, one selector, no blocking call, so that slow and hostile peers cost
 * a place in a table and never a thread. All state is owned by that thread; other threads hand it tasks.
 */
final class Streams implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);
    private static final int MAX_IN = 64;
    private static final int MAX_IN_PER_ADDRESS = 4;
    private static final int MAX_OUT = 64;
    private static final long BUDGET = 32L * 1024 * 1024;
    private static final long SWEEP_MS = 100;
    static final long CONNECT_MS = 5_000;
    static final long EXCHANGE_MS = 10_000;
    static final long HEADER_MS = 2_000;
    /** Between two pieces of one message. */
    static final long PAUSE_MS = 3_000;
    /** Without a free descriptor, say, accepting fails again at once: others have time to close theirs. */
    private static final long ACCEPT_AGAIN_MS = 1_000;

    /** Told on the selector's thread; must not block. */
    interface Listener {
        /** The datagram socket has something; it is not watched again until {@link Streams#watchDatagrams()}. */
        void readable();

        void asked(long id, Message ask);

        void last(long id, Message last);

        void answered(long id, Message answer);

        void failed(long id, Hindrance hindrance);
    }

    private final ServerSocketChannel server;
    private final Selector selector;
    private final SelectionKey datagrams;
    private final SelectionKey accepting;
    private final Listener listener;
    private final PacketCodec codec;
    private final GossipCounters counters;
    private final Ticker ticker;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Map<Long, Connection> connections = new HashMap<>();
    private final Map<InetAddress, Integer> inbound = new HashMap<>();
    private final AtomicLong budget = new AtomicLong(BUDGET);
    private final Thread thread;
    private int in;
    private int out;
    private long lastInbound;
    /** When the next is accepted; 0 while all are. */
    private long acceptAgainMs;

    private volatile boolean closed;

    Streams(
            ServerSocketChannel server,
            DatagramChannel udp,
            Listener listener,
            PacketCodec codec,
            GossipCounters counters,
            Ticker ticker)
            throws IOException {
        this.server = server;
        this.listener = listener;
        this.codec = codec;
        this.counters = counters;
        this.ticker = ticker;
        selector = Selector.open();
        server.configureBlocking(false);
        accepting = server.register(selector, SelectionKey.OP_ACCEPT);
        datagrams = udp.register(selector, SelectionKey.OP_READ);
        thread = Threads.thread(Duty.VITAL, "gossip-io", this::run);
    }

    void start() {
        thread.start();
    }

    /** Any thread. */
    void watchDatagrams() {
        submit(() -> {
            if (datagrams.isValid()) {
                datagrams.interestOps(SelectionKey.OP_READ);
            }
        });
    }

    /** Any thread. The answer or the failure comes back under the number. */
    void open(long id, Endpoint to, Message ask) {
        submit(() -> connect(id, to, ask));
    }

    /** Any thread. */
    void answer(long id, Message answer, boolean more) {
        submit(() -> {
            Connection connection = connections.get(id);
            if (connection != null) {
                connection.write(Kind.ANSWER, answer, more);
            }
        });
    }

    /** Any thread. */
    void finish(long id, @Nullable Message last) {
        submit(() -> {
            Connection connection = connections.get(id);
            if (connection != null) {
                connection.finish(last);
            }
        });
    }

    private void submit(Runnable task) {
        if (!closed) {
            tasks.add(task);
            selector.wakeup();
        }
    }

    long nowMs() {
        return ticker.nanos() / 1_000_000;
    }

    private void run() {
        long swept = nowMs();
        while (!closed) {
            try {
                selector.select(connections.isEmpty() && acceptAgainMs == 0 ? 0 : SWEEP_MS);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
                while (keys.hasNext()) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    serve(key);
                }
                if (nowMs() - swept >= SWEEP_MS) {
                    swept = nowMs();
                    if (acceptAgainMs != 0 && swept >= acceptAgainMs) {
                        acceptAgainMs = 0;
                        accepting.interestOps(SelectionKey.OP_ACCEPT);
                    }
                    new ArrayList<>(connections.values()).forEach(c -> c.checkDeadline(nowMs()));
                }
            } catch (ClosedSelectorException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.atError().setCause(e).log("gossip streams: task failed");
            }
        }
    }

    private void serve(SelectionKey key) throws IOException {
        if (!key.isValid()) {
            return;
        }
        if (key == datagrams) {
            key.interestOps(0);
            listener.readable();
        } else if (key.isAcceptable()) {
            accept();
        } else if (key.attachment() instanceof Connection connection) {
            connection.ready();
        }
    }

    private @Nullable Connection oldestSilent(@Nullable InetAddress of) {
        // Numbers of those that came go down.
        return connections.values().stream()
                .filter(connection -> connection.isSilentGuest(of))
                .max(Comparator.comparingLong(Connection::id))
                .orElse(null);
    }

    private void accept() throws IOException {
        SocketChannel channel;
        try {
            channel = server.accept();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            LOG.atWarn().log("no connection can be accepted for gossip, trying again in 1 s: {}", e.getMessage());
            accepting.interestOps(0);
            acceptAgainMs = nowMs() + ACCEPT_AGAIN_MS;
            return;
        }
        if (channel == null) {
            return;
        }
        InetAddress address = ((InetSocketAddress) channel.getRemoteAddress()).getAddress();
        // A whole pool may live on one machine, and then speaks from one address.
        int allowed = address.isLoopbackAddress() ? MAX_IN : MAX_IN_PER_ADDRESS;
        boolean ownBound = inbound.getOrDefault(address, 0) >= allowed;
        if (ownBound || in >= MAX_IN) {
            counters.add(Tally.REJECTED_STREAM);
            // Whoever connects and says nothing makes room, so that strangers keep no member out.
            Connection silent = oldestSilent(ownBound ? address : null);
            if (silent == null) {
                channel.close();
                return;
            }
            silent.abandon();
        }
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        Connection connection = new Connection(this, --lastInbound, channel, key, address);
        key.attach(connection);
        connections.put(connection.id(), connection);
        inbound.merge(address, 1, Integer::sum);
        in++;
        counters.add(Tally.STREAMS_IN);
        connection.expect(Kind.ASK, nowMs() + HEADER_MS, nowMs() + EXCHANGE_MS);
    }

    private void connect(long id, Endpoint to, Message ask) {
        if (out >= MAX_OUT) {
            listener.failed(id, new Hindrance(Meeting.Outcome.BUSY, "too many syncs at once"));
            return;
        }
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = channel.connect(to.socketAddress());
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            Connection connection = new Connection(this, id, channel, key, null);
            key.attach(connection);
            connections.put(id, connection);
            out++;
            counters.add(Tally.STREAMS_OUT);
            connection.connecting(ask, nowMs() + CONNECT_MS);
            if (connected) {
                connection.ready();
            }
        } catch (IOException e) {
            closeQuietly(channel);
            listener.failed(id, hindrance(e));
        }
    }

    void gone(Connection connection, @Nullable InetAddress from) {
        if (connections.remove(connection.id()) == null) {
            return;
        }
        if (from == null) {
            out--;
        } else {
            in--;
            inbound.computeIfPresent(from, (a, n) -> n == 1 ? null : n - 1);
        }
    }

    Listener listener() {
        return listener;
    }

    PacketCodec codec() {
        return codec;
    }

    GossipCounters counters() {
        return counters;
    }

    AtomicLong budget() {
        return budget;
    }

    static Hindrance hindrance(IOException e) {
        String reason = Plain.reason(e).toLowerCase(Locale.ROOT);
        if (reason.contains("reset") || reason.contains("broken pipe")) {
            // Who closes with bytes unread resets the connection: it took it, and did not understand.
            return new Hindrance(Meeting.Outcome.HUNG_UP, "closed without an answer (" + reason + ")");
        }
        return new Hindrance(
                reason.contains("refused") ? Meeting.Outcome.REFUSED : Meeting.Outcome.UNREACHABLE, reason);
    }

    static void closeQuietly(@Nullable AutoCloseable channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (Exception e) {
                LOG.atDebug().setCause(e).log("close failed");
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        new ArrayList<>(connections.values()).forEach(Connection::abandon);
        closeQuietly(server);
        closeQuietly(selector);
    }
}
