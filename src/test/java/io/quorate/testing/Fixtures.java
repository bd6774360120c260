package io.quorate.testing;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.operator.AgentControl;
import io.quorate.operator.AgentParts;
import io.quorate.operator.ServerWords;
import io.quorate.peers.Leavers;
import io.quorate.peers.Removal;
import io.quorate.rpc.AddressBook;
import io.quorate.runtime.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The datacenter of the recordings: servers s1, s2, s3 and the client c1, at the same addresses and with the same node ids. */
public final class Fixtures {
    /** Each fork of the test runner has its own: what one empties at a start another would be writing. */
    private static final Path NOBODYS_FOLDER = Path.of(
            "target",
            "no-agent-keeps-its-state-here",
            Long.toString(ProcessHandle.current().pid()));

    public static final ClusterRef CLUSTER = ClusterRef.founded(ClusterId.of("0f0f0f0f-1111-4222-8333-444444444444"));
    public static final ServerId S1 = ServerId.of("00000009-0000-4000-8000-000000000011");
    public static final ServerId S2 = ServerId.of("00000010-0000-4000-8000-000000000012");
    public static final ServerId S3 = ServerId.of("00000011-0000-4000-8000-000000000013");
    public static final NodeId C1 = NodeId.of("00000003-0000-4000-8000-000000000021");
    public static final Datacenter DC1 = new Datacenter("dc1");
    public static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

    private Fixtures() {}

    public static Endpoint rpc(ServerId id) {
        return FakeServers.endpoint("127.77.0." + last(id), 8300);
    }

    private static int last(ServerId id) {
        return Integer.parseInt(id.toString().substring(34));
    }

    public static Member server(String name, ServerId id, @Nullable ServerId leader, boolean member) {
        AgentTags tags = new AgentTags(
                "dc1",
                id,
                new Expect(3),
                member ? FoundingState.MEMBER : FoundingState.BLANK,
                1,
                8300,
                8500,
                "0.1.0",
                member,
                leader);
        return new Member(
                new NodeName(name),
                new NodeId(id.value()),
                7,
                1,
                FakeServers.endpoint("127.77.0." + last(id), 8301),
                member ? CLUSTER : null,
                tags.encode(),
                MemberState.ALIVE,
                SINCE);
    }

    public static Member client(String name) {
        AgentTags tags =
                new AgentTags("dc1", null, Expect.NONE, FoundingState.UNKNOWN, 0, 0, 8500, "0.1.0", false, null);
        return new Member(
                new NodeName(name),
                C1,
                7,
                1,
                FakeServers.endpoint("127.77.0.21", 8301),
                CLUSTER,
                tags.encode(),
                MemberState.ALIVE,
                SINCE);
    }

    public static Member in(MemberState state, Member m) {
        return new Member(
                m.name(), m.id(), m.instance(), m.incarnation(), m.address(), m.cluster(), m.tags(), state, m.since());
    }

    public static FakeMembership everybody(String self, @Nullable ServerId leader) {
        List<Member> all = List.of(
                server("s1", S1, leader, true),
                server("s2", S2, leader, true),
                server("s3", S3, leader, true),
                client("c1"));
        Member own = all.stream()
                .filter(m -> m.name().value().equals(self))
                .findFirst()
                .orElseThrow();
        return new FakeMembership(own, all.stream().filter(m -> !m.equals(own)).toArray(Member[]::new));
    }

    /** A founding that stands still. */
    public static final class FakeFounding implements Founding, Leavers {
        public volatile View view;
        public volatile Map<ServerId, Duration> leaving = Map.of();

        public FakeFounding(View view) {
            this.view = view;
        }

        /** A member of the cluster, ready or waiting for that. */
        public static FakeFounding member(ReasonCode code) {
            return new FakeFounding(new View(
                    S3,
                    new NodeName("s3"),
                    FoundingState.MEMBER,
                    CLUSTER,
                    true,
                    null,
                    true,
                    new Expect(3),
                    List.of(),
                    1,
                    3,
                    0,
                    why(code)));
        }

        public static FakeFounding blank() {
            return new FakeFounding(new View(
                    S1,
                    new NodeName("s1"),
                    FoundingState.BLANK,
                    null,
                    false,
                    null,
                    false,
                    new Expect(3),
                    List.of(),
                    1,
                    1,
                    2,
                    why(ReasonCode.WAITING_FOR_SERVERS)));
        }

        public static Why why(ReasonCode code) {
            return new Why(
                    code,
                    "because " + code,
                    "wait",
                    List.of(new Why.Evidence(
                            "s2", S2.toString(), "127.77.0.12:8300", true, false, FoundingState.BLANK, null, 3, null)));
        }

        /** The same of another server. */
        public FakeFounding of(ServerId id, String name) {
            View v = view;
            return new FakeFounding(new View(
                    id,
                    new NodeName(name),
                    v.state(),
                    v.cluster(),
                    v.led(),
                    v.charter(),
                    v.voter(),
                    v.expect(),
                    v.founders(),
                    v.starts(),
                    v.known(),
                    v.missing(),
                    v.why()));
        }

        @Override
        public View view() {
            return view;
        }

        @Override
        public Map<ServerId, Duration> leaving() {
            return leaving;
        }

        @Override
        public void listen(Consumer<View> listener) {}
    }

    /** An agent that can be told to leave. */
    public static final class FakeControl implements AgentControl {
        public volatile CompletionStage<@Nullable Void> leaving = CompletableFuture.completedFuture(null);
        public final List<String> left = new ArrayList<>();
        public final List<ServerId> removed = new ArrayList<>();
        public final AtomicReference<@Nullable UUID> asks = new AtomicReference<>();
        public volatile CompletionStage<@Nullable Void> removing = CompletableFuture.completedFuture(null);
        public volatile CompletionStage<AgentControl.Reload> reloading =
                CompletableFuture.completedFuture(new AgentControl.Reload(List.of("log_level"), List.of("ports.http")));

        @Override
        public CompletionStage<@Nullable Void> leave() {
            left.add("left");
            return leaving;
        }

        @Override
        public CompletionStage<@Nullable Void> removePeer(ServerId peer, Removal how) {
            removed.add(peer);
            return removing;
        }

        @Override
        public boolean beginRequest(UUID request) {
            return asks.compareAndSet(null, request);
        }

        @Override
        public void endRequest(UUID request) {
            asks.compareAndSet(request, null);
        }

        @Override
        public CompletionStage<Reload> reload() {
            return reloading;
        }

        @Override
        public Instant startedAt() {
            return SINCE;
        }

        @Override
        public List<DiscoveryAttempt> discovery() {
            return List.of(new DiscoveryAttempt("10.0.0.9", SINCE, List.of("10.0.0.9"), "no answer", SINCE));
        }
    }

    /** Knows nobody beyond the roster. */
    public static final class NoAddresses implements AddressBook {
        @Override
        public Optional<Endpoint> find(ServerId server) {
            return Optional.empty();
        }

        @Override
        public Set<ServerId> known() {
            return Set.of();
        }

        @Override
        public void onMove(Consumer<ServerId> listener) {}
    }

    public static AgentParts.Identity identity(String name, NodeId id, @Nullable Endpoint rpc) {
        return new AgentParts.Identity(
                new NodeName(name),
                id,
                DC1,
                "0.1.0",
                "",
                rpc,
                List.of("127.0.0.1:8500"),
                Map.of(),
                NOBODYS_FOLDER,
                () -> Map.of("Datacenter", "dc1", "Server", rpc != null));
    }

    /** Server s3. */
    public static AgentParts server(
            FakeMembership membership,
            FakeServers servers,
            FakeRpc rpc,
            FakeFounding founding,
            FakeConsensus consensus) {
        return new AgentParts(
                identity("s3", new NodeId(S3.value()), rpc(S3)),
                membership,
                servers,
                rpc,
                new AgentParts.ServerParts(founding, founding, consensus, new NoAddresses(), Duration.ofSeconds(1)),
                new ServerWords(rpc, Ticker.system()),
                new FakeControl());
    }

    /** Client c1. */
    public static AgentParts client(FakeMembership membership, FakeServers servers, FakeRpc rpc) {
        return new AgentParts(
                identity("c1", C1, null),
                membership,
                servers,
                rpc,
                null,
                new ServerWords(rpc, Ticker.system()),
                new FakeControl());
    }
}
