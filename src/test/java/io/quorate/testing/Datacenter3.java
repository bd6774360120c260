package io.quorate.testing;

import io.quorate.answer.Answers;
import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.Node;
import io.quorate.catalog.Present;
import io.quorate.catalog.Reconciler;
import io.quorate.catalog.SeenMember;
import io.quorate.catalog.web.NodeRoutes;
import io.quorate.consensus.RaftStatus;
import io.quorate.http.RouteSource;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Member;
import io.quorate.operator.AgentParts;
import io.quorate.operator.ServerWords;
import io.quorate.operator.web.ConsulAgentRoutes;
import io.quorate.operator.web.SnapshotRoutes;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The recorded datacenter in memory: s3 leads s1 and s2, c1 is a client; one state behind all servers. */
public final class Datacenter3 {
    public static final List<ServerId> VOTERS = List.of(Fixtures.S3, Fixtures.S2, Fixtures.S1);

    public final FakeRpc rpc = new FakeRpc();
    public final MemoryState state = new MemoryState();
    public final Agent s1 = server("s1", Fixtures.S1);
    public final Agent s3 = server("s3", Fixtures.S3);
    public final Agent c1 = client();

    /** One agent's parts. */
    public record Agent(
            AgentParts parts,
            FakeServers servers,
            FakeMembership membership,
            FakeConsensus consensus,
            Answers answers,
            List<RouteSource> routes) {}

    /** Registers everybody as the leader would. */
    public Datacenter3 registered() {
        for (Member member : s3.membership().roster().members()) {
            SeenMember seen = SeenMember.at(
                    member.name().value(),
                    member.id().toString(),
                    member.address().address(),
                    Map.of(),
                    SeenMember.State.ALIVE);
            for (CatalogCommand command : Reconciler.member(seen, new Present(List.of()), "s3", node -> false)) {
                state.apply(command);
            }
        }
        return this;
    }

    /** Two nodes that no agent runs on. */
    public Datacenter3 registeredFromOutside() {
        state.apply(CatalogCommand.Register.node(
                new Node(
                        "ext1",
                        "aaaaaaaa-0000-4000-8000-00000000000a",
                        "192.0.2.10",
                        new TreeMap<>(Map.of("lan", "192.0.2.10", "wan", "198.51.100.10")),
                        new TreeMap<>(Map.of("external-node", "true", "rack", "7"))),
                List.of()));
        state.apply(CatalogCommand.Register.node(new Node("ext3", "", "192.0.2.30", null, null), List.of()));
        return this;
    }

    /** The leader leads and everybody knows it. */
    public Datacenter3 led() {
        s3.servers().leads = true;
        s3.servers().lastContactMs = 0;
        s1.servers().lastContactMs = 6;
        for (Agent server : List.of(s1, s3)) {
            server.servers().everHadLeader = true;
            server.servers().leader = Optional.of(Fixtures.rpc(Fixtures.S3));
        }
        s3.consensus().become(FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S3, VOTERS));
        s1.consensus().become(FakeConsensus.group(RaftStatus.Role.FOLLOWER, Fixtures.S3, VOTERS));
        c1.servers().others = List.of(Fixtures.rpc(Fixtures.S3), Fixtures.rpc(Fixtures.S1));
        return this;
    }

    /** A connection of gossip shows what the agent at its other end announces. */
    public Datacenter3 removing() {
        for (Agent agent : List.of(s1, s3)) {
            agent.membership().join = addresses -> {
                for (Agent other : List.of(s1, s3, c1)) {
                    Member self = other.membership().roster().self();
                    if (addresses.contains(self.address().toString())) {
                        agent.membership()
                                .replace(announcing(
                                        self,
                                        ((Fixtures.FakeControl) other.parts().control()).asks.get()));
                    }
                }
                return new JoinReport(addresses.size(), List.of());
            };
        }
        return this;
    }

    public static Member announcing(Member member, @Nullable UUID request) {
        return new Member(
                member.name(),
                member.id(),
                member.instance(),
                member.incarnation(),
                member.address(),
                member.cluster(),
                AgentTags.decode(member.tags()).orElseThrow().asks(request).encode(),
                member.state(),
                member.since());
    }

    /** They were led once; now nobody leads. */
    public Datacenter3 leaderless() {
        led();
        s3.servers().leads = false;
        for (Agent server : List.of(s1, s3)) {
            server.servers().leader = Optional.empty();
            server.servers().lastContactMs = 14494;
            server.consensus().become(FakeConsensus.group(RaftStatus.Role.FOLLOWER, null, VOTERS));
        }
        return this;
    }

    /** Ends what waits in any agent. */
    public void close() {
        List.of(s1, s3, c1).forEach(agent -> agent.answers().close());
    }

    private Agent server(String name, ServerId id) {
        FakeServers servers = FakeServers.alone();
        FakeMembership membership = Fixtures.everybody(name, Fixtures.S3);
        FakeConsensus consensus = new FakeConsensus().confirmingUnderALeader();
        var founding = Fixtures.FakeFounding.member(ReasonCode.READY).of(id, name);
        AgentParts parts = new AgentParts(
                Fixtures.identity(name, new io.quorate.kernel.NodeId(id.value()), Fixtures.rpc(id)),
                membership,
                servers,
                rpc,
                new AgentParts.ServerParts(
                        founding, founding, consensus, new Fixtures.NoAddresses(), Duration.ofSeconds(1)),
                new ServerWords(rpc, Ticker.system()),
                new Fixtures.FakeControl());
        consensus.state = state.reader();
        return agent(parts, servers, membership, consensus, state);
    }

    private Agent client() {
        FakeServers servers = FakeServers.client();
        FakeMembership membership = Fixtures.everybody("c1", Fixtures.S3);
        return agent(Fixtures.client(membership, servers, rpc), servers, membership, new FakeConsensus(), null);
    }

    private Agent agent(
            AgentParts parts,
            FakeServers servers,
            FakeMembership membership,
            FakeConsensus consensus,
            @Nullable MemoryState held) {
        Answers answers = Asked.by(parts, held, rpc, Duration.ofMillis(50));
        Endpoint at = parts.identity().rpcEndpoint();
        if (at != null) {
            answers.handlers().forEach((method, handler) -> rpc.serve(at, method, handler));
        }
        return new Agent(
                parts,
                servers,
                membership,
                consensus,
                answers,
                List.of(
                        new ConsulAgentRoutes(parts, answers),
                        new SnapshotRoutes(answers),
                        new NodeRoutes(Fixtures.DC1, answers)));
    }
}
