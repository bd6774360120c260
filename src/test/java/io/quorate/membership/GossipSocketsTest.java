package io.quorate.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.quorate.Await;
import io.quorate.discovery.Discovery;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Clocks;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Ticker;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole of it over real sockets on the loopback. */
@Timeout(60)
class GossipSocketsTest {
    private static final GossipTimings FAST = GossipTimings.builder()
            .probe(Duration.ofMillis(200), Duration.ofMillis(100))
            .gossip(Duration.ofMillis(50), 3)
            .mults(3, 4)
            .sync(Duration.ofSeconds(5), Duration.ofSeconds(1))
            .build();

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Discovery discovery = new Discovery(Clocks.wall());

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        discovery.close();
    }

    @Test
    void fiveNodesJoinAndSeeEachOtherKilledAndLeaving() throws Exception {
        List<Membership> nodes = nodes(5, List.of());

        JoinReport report = nodes.get(0).join(addresses(nodes)).get(30, TimeUnit.SECONDS);

        assertThat(report).isEqualTo(new JoinReport(5, List.of()));
        nodes.forEach(node -> await(() -> alive(node) == 5));
        nodes.get(1).setTags(new TreeMap<>(Map.of("role", "db")));
        nodes.forEach(node -> await(() -> "db".equals(find(node, "n1").tags().get("role"))));

        nodes.get(4).close();
        for (Membership node : nodes.subList(0, 4)) {
            await(() -> find(node, "n4").state() == MemberState.FAILED);
        }

        nodes.get(3).beginLeave().get(10, TimeUnit.SECONDS);
        nodes.get(3).finishLeave().get(10, TimeUnit.SECONDS);
        nodes.get(3).close();
        for (Membership node : nodes.subList(0, 3)) {
            await(() -> find(node, "n3").state() == MemberState.LEFT);
        }

        nodes.get(0).forceLeave(new NodeName("n4"), false).get(5, TimeUnit.SECONDS);
        for (Membership node : nodes.subList(0, 3)) {
            await(() -> find(node, "n4").state() == MemberState.LEFT);
        }
        assertThatThrownBy(() ->
                        nodes.get(0).forceLeave(new NodeName("nobody"), false).get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NoSuchElementException.class);
        // Figures are put together a moment after the roster.
        await(() -> Integer.valueOf(2).equals(nodes.get(0).stats().get("left")));
        assertThat(nodes.get(0).stats())
                .containsEntry("members", 5)
                .containsEntry("encrypted", false)
                .containsKeys("health_score", "event_time", "member_time", "intent_queue", "packets_in");
    }

    @Test
    void whoJoinedFindsWhatTheOtherOneSaysNowInTheRosterAtOnce() throws Exception {
        Membership a = node("a", List.of(), "dc1", null, null, 0);
        Membership b = node("b", List.of(), "dc1", null, null, 0);
        for (int i = 0; i < 20; i++) {
            String said = "said " + i;
            b.setTags(new TreeMap<>(Map.of("role", said)));
            // Looked up by whoever is told of the join, in the moment of being told.
            assertThat(a.join(addresses(List.of(b)))
                            .thenApply(
                                    report -> String.valueOf(find(a, "b").tags().get("role")))
                            .get(30, TimeUnit.SECONDS))
                    .isEqualTo(said);
        }
    }

    @Test
    void membersWithOneKeyAmongSeveralFindEachOtherAndAStrangerIsTurnedAway() throws Exception {
        byte[] first = key(1);
        byte[] second = key(2);
        Membership a = node("a", List.of(first, second), "dc1", null, null, 0);
        Membership b = node("b", List.of(second, first), "dc1", null, null, 0);
        Membership other = node("c", List.of(key(3)), "dc1", null, null, 0);
        Membership plain = node("d", List.of(), "dc1", null, null, 0);

        assertThat(a.join(addresses(List.of(b))).get(30, TimeUnit.SECONDS).contacted())
                .isEqualTo(1);
        await(() -> alive(a) == 2 && alive(b) == 2);
        assertThat(a.stats()).containsEntry("encrypted", true);

        JoinReport refused = other.join(addresses(List.of(a))).get(30, TimeUnit.SECONDS);
        JoinReport refusedToo = plain.join(addresses(List.of(a))).get(30, TimeUnit.SECONDS);
        assertThat(refused.contacted()).isZero();
        assertThat(refused.failures().get(0).reason()).contains("gossip key");
        assertThat(refusedToo.contacted()).isZero();
        assertThat(a.counters().get(GossipCounters.Tally.REJECTED_KEY)).isPositive();
        assertThat(a.counters().get(GossipCounters.Tally.REJECTED_PLAIN)).isPositive();
        assertThat(a.join(addresses(List.of(other))).get(30, TimeUnit.SECONDS).contacted())
                .isZero();
        Membership.Trouble trouble = other.trouble();
        assertThat(Objects.requireNonNull(trouble).kind()).isEqualTo(Membership.Trouble.Kind.KEY_MISMATCH);
        assertThat(alive(a)).isEqualTo(2);
    }

    @Fault(
            line = "D1",
            fault =
                    "a join meets another datacenter, another cluster, a closed port, a name that is not resolved, an HTTP"
                            + " port, another key and a silent port",
            seen =
                    "each of them is kept with its address, its kind and what was said, both values named where two differ")
    @Test
    void whateverAJoinMeetsIsKeptWithItsAddress() throws Exception {
        ClusterRef one = ClusterRef.founded(ClusterId.of("11111111-1111-1111-1111-111111111111"));
        ClusterRef two = ClusterRef.founded(ClusterId.of("22222222-2222-2222-2222-222222222222"));
        Membership a = node("a", List.of(), "dc1", one, null, 0);
        Membership b = node("b", List.of(), "dc1", two, null, 0);
        Membership far = node("far", List.of(), "dc2", null, null, 0);
        Membership sealed = node("sealed", List.of(key(1)), "dc1", null, null, 0);
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.start();
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            String noGossip = "127.0.0.1:" + http.getAddress().getPort();
            String mute = "127.0.0.1:" + silent.getLocalPort();
            b.join(List.of(
                            a.address().toString(),
                            far.address().toString(),
                            sealed.address().toString(),
                            b.address().toString(),
                            noGossip,
                            mute,
                            "127.0.0.1:1",
                            "no-such-host.invalid"))
                    .get(30, TimeUnit.SECONDS);

            assertThat(meeting(b, a.address().toString()).outcome()).isEqualTo(Meeting.Outcome.OTHER_CLUSTER);
            assertThat(meeting(b, a.address().toString()).text()).contains(one.toString(), two.toString());
            assertThat(meeting(b, far.address().toString()).outcome()).isEqualTo(Meeting.Outcome.WRONG_DATACENTER);
            assertThat(meeting(b, far.address().toString()).text())
                    .isEqualTo("Member 'far' part of wrong datacenter 'dc2'; this agent is in datacenter 'dc1'");
            assertThat(meeting(b, sealed.address().toString()).outcome()).isEqualTo(Meeting.Outcome.HUNG_UP);
            assertThat(meeting(b, b.address().toString()).outcome()).isEqualTo(Meeting.Outcome.JOINED);
            assertThat(meeting(b, noGossip).outcome())
                    .isIn(Meeting.Outcome.NOT_GOSSIP, Meeting.Outcome.HUNG_UP, Meeting.Outcome.SILENT);
            assertThat(meeting(b, mute).outcome()).isEqualTo(Meeting.Outcome.SILENT);
            assertThat(meeting(b, "127.0.0.1:1").outcome()).isEqualTo(Meeting.Outcome.REFUSED);
            assertThat(meeting(b, "no-such-host.invalid").outcome()).isEqualTo(Meeting.Outcome.NOT_FOUND);
        } finally {
            http.stop(0);
        }
        Meeting turnedAway = meeting(far, b.address().toString());
        assertThat(turnedAway.asked()).isFalse();
        assertThat(turnedAway.text())
                .isEqualTo("'b' asked to join and was refused: it is in datacenter 'dc1', this agent in 'dc2'");
    }

    /** Says so much to whoever comes, whatever is asked, and then closes; with bytes unread that resets the connection. */
    private static void answer(ServerSocket with, byte[] words, boolean reads) {
        Thread answering = new Thread(() -> {
            try (Socket came = with.accept()) {
                came.getOutputStream().write(words);
                came.getOutputStream().flush();
                came.shutdownOutput();
                if (reads) {
                    byte[] ignored = came.getInputStream().readAllBytes();
                } else {
                    came.setSoLinger(true, 0);
                }
            } catch (IOException e) {
                // The one who asked is gone.
            }
        });
        answering.setDaemon(true);
        answering.start();
    }

    @Fault(
            line = "D1",
            fault = "a join meets an HTTPS port, an HTTP port, and a port that resets the connection",
            seen = "the answers in TLS and HTTP are told as such; the reset is told as an answer that was withheld")
    @Test
    void whatSpeaksTlsOrHttpIsToldAsThat() throws Exception {
        Membership a = node("a", List.of(), "dc1", null, null, 0);
        byte[] alert = {0x15, 3, 3, 0, 2, 2, 70};
        byte[] badRequest = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket tls = new ServerSocket(0, 8, here);
                ServerSocket http = new ServerSocket(0, 8, here);
                ServerSocket resets = new ServerSocket(0, 8, here)) {
            answer(tls, alert, true);
            answer(http, badRequest, true);
            answer(resets, new byte[0], false);
            List<String> all = Stream.of(tls, http, resets)
                    .map(socket -> "127.0.0.1:" + socket.getLocalPort())
                    .toList();
            a.join(all).get(30, TimeUnit.SECONDS);

            assertThat(meeting(a, all.get(0)).outcome()).isEqualTo(Meeting.Outcome.NOT_GOSSIP);
            assertThat(meeting(a, all.get(0)).text()).contains("TLS", "HTTPS");
            assertThat(meeting(a, all.get(1)).outcome()).isEqualTo(Meeting.Outcome.NOT_GOSSIP);
            assertThat(meeting(a, all.get(1)).text()).contains("in HTTP,");
            assertThat(meeting(a, all.get(2)).outcome()).isEqualTo(Meeting.Outcome.HUNG_UP);
        }
    }

    private static Meeting meeting(Membership of, String address) {
        return of.meetings().stream()
                .filter(m -> m.address().equals(address))
                .findFirst()
                .orElseThrow(() -> new AssertionError(address + " is not among " + of.meetings()));
    }

    @Test
    void whereverTheJoinIsRefusedTheReasonIsConsulsOrNamesBothClusters() throws Exception {
        ClusterRef one = ClusterRef.founded(ClusterId.of("11111111-1111-1111-1111-111111111111"));
        ClusterRef two = ClusterRef.founded(ClusterId.of("22222222-2222-2222-2222-222222222222"));
        Membership a = node("a", List.of(), "dc1", one, null, 0);
        Membership b = node("b", List.of(), "dc1", two, null, 0);
        Membership far = node("far", List.of(), "dc2", null, null, 0);

        JoinReport mixed = b.join(addresses(List.of(a))).get(30, TimeUnit.SECONDS);
        JoinReport wrong = far.join(addresses(List.of(a))).get(30, TimeUnit.SECONDS);
        JoinReport nobody = a.join(List.of("127.0.0.1:1", "provider=aws tag_key=x", "no-such-host.invalid"))
                .get(30, TimeUnit.SECONDS);

        assertThat(mixed.failures().get(0).reason()).contains(one.toString()).contains(two.toString());
        await(() -> !a.foreignClusters().isEmpty() && !b.foreignClusters().isEmpty());
        assertThat(a.foreignClusters().get(0).cluster()).isEqualTo(two);
        assertThat(a.foreignClusters().get(0).address()).isEqualTo(b.address());
        assertThat(b.foreignClusters().get(0).cluster()).isEqualTo(one);
        assertThat(wrong.failures().get(0).reason()).isEqualTo("Member 'a' part of wrong datacenter 'dc1'");
        assertThat(nobody.contacted()).isZero();
        assertThat(nobody.failures()).hasSize(3);
        assertThat(nobody.failures().toString())
                .contains("refused")
                .contains("provider=aws")
                .contains("not resolved");
        assertThat(alive(a)).isEqualTo(1);
    }

    @Test
    void aMemberThatCrashedComesBackByWhatItsFolderHolds(@TempDir Path folder) throws Exception {
        Membership a = node("a", List.of(), "dc1", null, null, 0);
        Membership b = node("b", List.of(), "dc1", null, folder, 0);
        b.join(addresses(List.of(a))).get(30, TimeUnit.SECONDS);
        await(() -> alive(a) == 2 && alive(b) == 2);
        long before = b.roster().self().incarnation();
        b.close();

        Membership again = node("b", List.of(), "dc1", null, folder, 0);

        await(() -> alive(again) == 2);
        assertThat(again.roster().self().incarnation()).isGreaterThan(before);
        assertThat(again.roster().self().instance())
                .isNotEqualTo(b.roster().self().instance());
        await(() -> find(a, "b").instance() == again.roster().self().instance());
        again.finishLeave().get(10, TimeUnit.SECONDS);
        again.close();
        Membership afterLeave = node("b", List.of(), "dc1", null, folder, 0);
        assertThat(afterLeave.roster().members()).hasSize(1);
    }

    /** Killed then, it must not come back as one that knows nobody. */
    @Test
    void whomAMemberMetIsOnItsDiskWithinAMoment(@TempDir Path folder) throws Exception {
        Membership a = node("a", List.of(), "dc1", null, folder, 0);
        Membership b = node("b", List.of(), "dc1", null, null, 0);
        assertThat(a.join(addresses(List.of(b))).get(30, TimeUnit.SECONDS).contacted())
                .isEqualTo(1);

        Await.until(
                "the members known are on disk",
                Duration.ofSeconds(6),
                () -> Files.exists(folder.resolve("members")),
                () -> folder);
    }

    @Test
    void aPortThatIsTakenIsNamedAndSoIsAnAddressThatIsNotThere() throws Exception {
        try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> node("a", List.of(), "dc1", null, null, tcp.getLocalPort()))
                    .isInstanceOf(BindException.class)
                    .hasMessage(
                            "gossip port " + tcp.getLocalPort() + " (TCP) on 127.0.0.1 is in use by another process");
        }
        try (DatagramSocket udp = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> node("a", List.of(), "dc1", null, null, udp.getLocalPort()))
                    .isInstanceOf(BindException.class)
                    .hasMessage(
                            "gossip port " + udp.getLocalPort() + " (UDP) on 127.0.0.1 is in use by another process");
        }
        InetAddress nowhere = InetAddress.getByName("203.0.113.7");
        assertThatThrownBy(() -> start("a", nowhere, List.of(), "dc1", null, null, 0))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("203.0.113.7")
                .hasMessageContaining("not one of this machine's");
    }

    @Test
    void rubbishAtThePortChangesNothingButCounters() throws Exception {
        Membership a = node("a", List.of(), "dc1", null, null, 0);
        byte[] rubbish = new byte[300];
        Chance.secure().nextBytes(rubbish);
        rubbish[0] = 'x';
        var bytes = new java.io.ByteArrayOutputStream();
        try (var out = new java.io.ObjectOutputStream(bytes)) {
            out.writeObject(new ArrayList<>(List.of("gadget", 1)));
        }
        try (DatagramSocket udp = new DatagramSocket()) {
            for (byte[] payload : List.of(rubbish, bytes.toByteArray(), new byte[0])) {
                udp.send(new DatagramPacket(
                        payload,
                        payload.length,
                        a.address().address(),
                        a.address().port()));
                try (Socket tcp = new Socket(a.address().address(), a.address().port())) {
                    tcp.getOutputStream().write(payload);
                    tcp.shutdownOutput();
                    assertThat(tcp.getInputStream().read()).isNegative();
                }
            }
        }
        await(() -> a.counters().get(GossipCounters.Tally.REJECTED_MALFORMED) >= 4);
        assertThat(a.roster().members()).hasSize(1);
        Membership b = node("b", List.of(), "dc1", null, null, 0);
        assertThat(b.join(addresses(List.of(a))).get(30, TimeUnit.SECONDS).contacted())
                .isEqualTo(1);
    }

    @Test
    void theRejoinerTriesUntilSomebodyIsThereAndAgainWhenNobodyIsLeft() throws Exception {
        Membership first = node("b", List.of(), "dc1", null, null, 0);
        String address = first.address().toString();
        int port = first.address().port();
        first.close();
        EventLoop loop = new EventLoop("gossip-a");
        open.add(loop);
        Membership a = member("a", loop, null, 0);
        Rejoiner rejoiner = new Rejoiner(
                a, discovery, List.of(a.address().toString(), address), Duration.ofMillis(100), 0, loop, Clocks.wall());
        open.add(rejoiner);
        rejoiner.start();

        // It reaches itself and so finds nobody.
        assertThat(rejoiner.firstRound().get(30, TimeUnit.SECONDS).contacted()).isEqualTo(1);
        await(() -> rejoiner.status().tries() > 1);
        assertThat(rejoiner.status().phase()).isEqualTo(Rejoiner.Phase.TRYING);
        assertThat(rejoiner.status().attempts()).hasSize(2);
        assertThat(rejoiner.status().lastReport()).isNotNull();

        Membership second = node("b", List.of(), "dc1", null, null, port);
        await(() -> alive(a) == 2 && rejoiner.status().phase() == Rejoiner.Phase.JOINED);
        second.close();
        await(() -> rejoiner.status().phase() == Rejoiner.Phase.TRYING);
        node("c", List.of(), "dc1", null, null, port);
        await(() -> alive(a) == 2 && rejoiner.status().phase() == Rejoiner.Phase.JOINED);
    }

    @Test
    void beingFoundByOthersDoesNotEndTheSearchForThoseOnTheList() throws Exception {
        Membership listed = node("listed", List.of(), "dc1", null, null, 0);
        String address = listed.address().toString();
        int port = listed.address().port();
        listed.close();
        EventLoop loop = new EventLoop("gossip-a");
        open.add(loop);
        Membership a = member("a", loop, null, 0);
        Rejoiner rejoiner =
                new Rejoiner(a, discovery, List.of(address), Duration.ofMillis(100), 0, loop, Clocks.wall());
        open.add(rejoiner);
        rejoiner.start();
        assertThat(rejoiner.firstRound().get(30, TimeUnit.SECONDS).contacted()).isZero();

        Membership stranger = node("stranger", List.of(), "dc1", null, null, 0);
        assertThat(stranger.join(addresses(List.of(a)))
                        .get(30, TimeUnit.SECONDS)
                        .contacted())
                .isEqualTo(1);
        await(() -> alive(a) == 2);
        int tries = rejoiner.status().tries();
        await(() -> rejoiner.status().tries() > tries + 1);
        assertThat(rejoiner.status().phase()).isEqualTo(Rejoiner.Phase.TRYING);

        node("listed", List.of(), "dc1", null, null, port);
        await(() -> alive(a) == 3 && rejoiner.status().phase() == Rejoiner.Phase.JOINED);
    }

    @Test
    void theRejoinerGivesUpAfterTheRetriesItIsAllowed() throws Exception {
        EventLoop loop = new EventLoop("gossip-a");
        open.add(loop);
        Membership a = member("a", loop, null, 0);
        Rejoiner rejoiner =
                new Rejoiner(a, discovery, List.of("127.0.0.1:1"), Duration.ofMillis(20), 2, loop, Clocks.wall());
        open.add(rejoiner);
        rejoiner.start();
        JoinReport last = rejoiner.exhausted().get(30, TimeUnit.SECONDS);
        assertThat(last.failures()).hasSize(1);
        assertThat(rejoiner.status().tries()).isEqualTo(3);
        assertThat(rejoiner.status().phase()).isEqualTo(Rejoiner.Phase.GAVE_UP);
    }

    private Membership member(String name, EventLoop loop, @Nullable Path folder, int port) throws IOException {
        InetAddress bind = InetAddress.getLoopbackAddress();
        Membership node = GossipMembership.start(
                GossipSettings.builder(new NodeName(name), new NodeId(Chance.uuid(Chance.secure())), bind, bind)
                        .port(port)
                        .folder(folder)
                        .timings(FAST)
                        .build(discovery, Chance.secure(), Ticker.system(), Clocks.wall(), loop));
        open.add(node);
        return node;
    }

    private List<Membership> nodes(int count, List<byte[]> keys) throws IOException {
        List<Membership> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(node("n" + i, keys, "dc1", null, null, 0));
        }
        return nodes;
    }

    private Membership node(
            String name,
            List<byte[]> keys,
            String datacenter,
            @Nullable ClusterRef cluster,
            @Nullable Path folder,
            int port)
            throws IOException {
        return start(name, InetAddress.getLoopbackAddress(), keys, datacenter, cluster, folder, port);
    }

    private Membership start(
            String name,
            InetAddress bind,
            List<byte[]> keys,
            String datacenter,
            @Nullable ClusterRef cluster,
            @Nullable Path folder,
            int port)
            throws IOException {
        EventLoop loop = new EventLoop("gossip-" + name);
        open.add(loop);
        SortedMap<String, String> tags = new TreeMap<>();
        Membership node = GossipMembership.start(
                GossipSettings.builder(new NodeName(name), new NodeId(Chance.uuid(Chance.secure())), bind, bind)
                        .port(port)
                        .datacenter(datacenter)
                        .keys(keys)
                        .cluster(cluster)
                        .folder(folder)
                        .tags(tags)
                        .timings(FAST)
                        .build(discovery, Chance.secure(), Ticker.system(), Clocks.wall(), loop));
        open.add(node);
        return node;
    }

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    private static List<String> addresses(List<Membership> nodes) {
        return nodes.stream().map(n -> n.address().toString()).toList();
    }

    private static long alive(Membership node) {
        return node.roster().members().stream().filter(m -> m.state().isAlive()).count();
    }

    private static Member find(Membership node, String name) {
        return node.roster().find(new NodeName(name)).orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 20 s").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
