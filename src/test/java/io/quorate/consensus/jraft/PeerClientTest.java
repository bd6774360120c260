package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.remoting.Connection;
import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.option.NodeOptions;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.RpcPort;
import io.quorate.rpc.Tls;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Raft's client against peers that come and go. */
class PeerClientTest {
    private static final ServerId PEER = new ServerId(new UUID(0, 7));
    private static final int CLOSED_AT_ONCE = 200;

    @Test
    void aPeerThatClosedConnectionsWhileTheyWereMadeIsReachedWhenItIsBack() throws IOException {
        RpcPort.prepareProcess();
        try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PeerClient client = new PeerClient(
                    at(peer.getLocalPort()), Tls.NONE, new Progress(Ticker.system()), new Standing("group", PEER));
            client.init(new NodeOptions());
            try {
                AtomicInteger accepted = new AtomicInteger();
                Threads.named("peer")
                        .newThread(() -> closeAtOnceThenStay(peer, accepted))
                        .start();
                // Among so many one is closed in the moment between the connect and the pool.
                await(() -> client.checkConnection(Peers.endpoint(PEER), true) && accepted.get() > CLOSED_AT_ONCE);
            } finally {
                client.shutdown();
            }
        }
    }

    @Test
    @Fault(
            line = "B1",
            fault = "a peer connects while the raft node is being started, before its replicators are ready",
            seen = "the event is passed over and no error is logged; from the start on events are passed on")
    void aNodeThatHasNotStartedIsToldOfNoConnection() throws IOException {
        AtomicInteger told = new AtomicInteger();
        ReplicatorGroup group = (ReplicatorGroup) Proxy.newProxyInstance(
                PeerClientTest.class.getClassLoader(),
                new Class<?>[] {ReplicatorGroup.class},
                (self, method, words) -> {
                    assertThat(method.getName()).isEqualTo("checkReplicator");
                    told.incrementAndGet();
                    return null;
                });
        ConnectEvents events = new ConnectEvents(group);
        Connection connection = new Connection(new EmbeddedChannel());
        events.onEvent(Peers.endpoint(PEER).toString(), connection);
        assertThat(told).hasValue(0);
        events.started();
        events.onEvent(Peers.endpoint(PEER).toString(), connection);
        assertThat(told).hasValue(1);

        RpcPort.prepareProcess();
        try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PeerClient client = new PeerClient(
                    at(peer.getLocalPort()), Tls.NONE, new Progress(Ticker.system()), new Standing("group", PEER));
            client.registerConnectEventListener(group);
            client.nodeStarted();
            client.init(new NodeOptions());
            try {
                await(() -> client.checkConnection(Peers.endpoint(PEER), true) && told.get() > 1);
            } finally {
                client.shutdown();
            }
        }
    }

    private static void closeAtOnceThenStay(ServerSocket peer, AtomicInteger accepted) {
        List<Socket> kept = new ArrayList<>();
        try {
            while (!peer.isClosed()) {
                Socket socket = peer.accept();
                if (accepted.incrementAndGet() > CLOSED_AT_ONCE) {
                    kept.add(socket);
                } else {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
            }
        } catch (IOException e) {
            assertThat(peer.isClosed()).isTrue();
        }
        assertThat(kept).isNotEmpty();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static AddressBook at(int port) {
        Endpoint place = new Endpoint(InetAddress.getLoopbackAddress(), port);
        return new AddressBook() {
            @Override
            public Optional<Endpoint> find(ServerId server) {
                return Optional.of(place);
            }

            @Override
            public Set<ServerId> known() {
                return Set.of(PEER);
            }

            @Override
            public void onMove(Consumer<ServerId> listener) {
                assertThat(listener).isNotNull();
            }
        };
    }
}
