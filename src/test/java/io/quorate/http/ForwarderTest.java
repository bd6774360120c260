package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.Endpoint;
import io.quorate.rpc.RpcException;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who answers, over how many hops, and what is sent again: a leader, a follower and a client over an imagined network. */
class ForwarderTest {
    private static final Endpoint LEADER = Fixtures.rpc(Fixtures.S3);
    private static final Endpoint FOLLOWER = Fixtures.rpc(Fixtures.S1);

    private final FakeRpc rpc = new FakeRpc();
    private final FakeConsensus consensus = new FakeConsensus();
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final List<Dispatcher> open = new ArrayList<>();
    private final FakeServers leading = FakeServers.leading(LEADER);
    private final FakeServers following = follower();
    private final FakeServers knowing = FakeServers.client(FOLLOWER, LEADER);
    private final Dispatcher leader = agent(leading, LEADER);
    private final Dispatcher follower = agent(following, FOLLOWER);
    private final Dispatcher client = agent(knowing, null);

    private static FakeServers follower() {
        FakeServers servers = FakeServers.alone();
        servers.leader = Optional.of(LEADER);
        servers.everHadLeader = true;
        servers.lastContactMs = 30;
        return servers;
    }

    private Dispatcher agent(FakeServers servers, @Nullable Endpoint at) {
        Dispatcher dispatcher = new Dispatcher(
                new DispatcherParts(Fixtures.DC1, servers, rpc, consensus, Duration.ofMillis(400), 0),
                List.of(routes -> {
                    routes.at("/v1/read", Routes.Place.LEADER)
                            .indexed()
                            .on("GET", request -> {
                                reads.incrementAndGet();
                                return text("read at " + (at == null ? "client" : at));
                            })
                            .on("PUT", request -> {
                                writes.incrementAndGet();
                                return text(new String(request.body(), StandardCharsets.UTF_8));
                            });
                    routes.at("/v1/fail", Routes.Place.LEADER).indexed().on("GET", request -> {
                        throw new RefusedException("because");
                    });
                    routes.at("/v1/bad", Routes.Place.LEADER).on("GET", request -> {
                        throw new BadRequestException("nonsense");
                    });
                    routes.at("/v1/moving", Routes.Place.LEADER)
                            .on(
                                    "PUT",
                                    request -> writes.incrementAndGet() < 3
                                            ? CompletableFuture.failedFuture(new NotCommittedException("not leader"))
                                            : text("written"));
                    routes.at("/v1/busy", Routes.Place.LEADER).on("PUT", request -> {
                        writes.incrementAndGet();
                        return CompletableFuture.failedFuture(new ServerBusyException("this server is busy"));
                    });
                    routes.at("/v1/server", Routes.Place.SERVER).on("GET", request -> text("at " + at));
                }));
        if (at != null) {
            rpc.serve(at, "http", dispatcher.rpcHandler());
        }
        open.add(dispatcher);
        return dispatcher;
    }

    private static CompletableFuture<Reply> text(String text) {
        return CompletableFuture.completedFuture(Reply.json(5, json -> json.writeString(text)));
    }

    @AfterEach
    void close() {
        open.forEach(Dispatcher::close);
    }

    private static Reply ask(Dispatcher agent, String method, String target) {
        int question = target.indexOf('?');
        return agent.dispatch(
                        method,
                        question < 0 ? target : target.substring(0, question),
                        question < 0 ? "" : target.substring(question + 1),
                        Map.of("x-consul-token", "t"),
                        "value".getBytes(StandardCharsets.UTF_8))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .reply();
    }

    private static String body(Reply reply) {
        return new String(reply.render(false), StandardCharsets.UTF_8);
    }

    @Test
    void aDefaultReadIsAnsweredByTheLeaderWhoeverIsAsked() {
        for (Dispatcher agent : open) {
            Reply reply = ask(agent, "GET", "/v1/read");
            assertThat(body(reply)).isEqualTo("\"read at " + LEADER + "\"");
            assertThat(reply.headers()).containsEntry("X-Consul-Lastcontact", "0");
            assertThat(reply.headers()).containsEntry("X-Consul-Effective-Consistency", "leader");
            assertThat(reply.headers()).containsEntry("Vary", "Accept-Encoding");
        }
    }

    @Test
    @Fault(
            line = "A10",
            fault = "A leader that can no longer make sure that it leads is asked for a default read",
            seen =
                    "The read waits for the lease or a majority; it is refused when neither confirms, and never answered from the old state.")
    void aDefaultReadIsConfirmedByTheLeaseBeforeTheStateIsLookedAt() {
        CompletableFuture<Void> lease = new CompletableFuture<>();
        consensus.leaseBarrier = () -> lease;
        var waiting =
                leader.dispatch("GET", "/v1/read", "", Map.of(), new byte[0]).toCompletableFuture();
        assertThat(waiting).isNotDone();
        assertThat(reads).hasValue(0);
        lease.complete(null);
        assertThat(body(waiting.orTimeout(10, TimeUnit.SECONDS).join().reply()))
                .isEqualTo("\"read at " + LEADER + "\"");
        assertThat(reads).hasValue(1);

        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        Reply refused = ask(leader, "GET", "/v1/read");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(body(refused)).isEqualTo("no majority");
        assertThat(ask(follower, "GET", "/v1/read").status()).isEqualTo(500);
        assertThat(reads).hasValue(1);
        assertThat(consensus.barriers).hasValue(0);
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "The agent stops while requests wait for a leader, for a confirmation and for a thread",
            seen = "Each of them is answered that the agent is stopping.")
    void whatIsHeldIsAnsweredWhenTheAgentStops() {
        consensus.leaseBarrier = CompletableFuture::new;
        var confirming =
                leader.dispatch("GET", "/v1/read", "", Map.of(), new byte[0]).toCompletableFuture();
        following.leader = Optional.empty();
        var waiting =
                follower.dispatch("GET", "/v1/read", "", Map.of(), new byte[0]).toCompletableFuture();
        assertThat(confirming).isNotDone();
        assertThat(waiting).isNotDone();

        leader.close();
        follower.close();

        assertThat(confirming).isDone();
        assertThat(body(confirming.join().reply())).isEqualTo("this agent is stopping");
        assertThat(waiting).isDone();
        assertThat(body(ask(leader, "GET", "/v1/read"))).isEqualTo("this agent is stopping");
    }

    @Test
    void aWriteNeedsNoBarrier() {
        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        assertThat(body(ask(leader, "PUT", "/v1/read"))).isEqualTo("\"value\"");
        assertThat(consensus.leaseBarriers).hasValue(0);
    }

    @Test
    @Fault(
            line = "A10",
            fault = "A leader that has not heard of a majority for 4 s answers a stale read",
            seen = "X-Consul-Lastcontact says 4000.")
    void aStaleReadSaysHowLongTheLeaderHasBeenAlone() {
        leading.lastContactMs = 4000;
        assertThat(ask(leader, "GET", "/v1/read?stale").headers()).containsEntry("X-Consul-Lastcontact", "4000");
        assertThat(ask(leader, "GET", "/v1/read").headers()).containsEntry("X-Consul-Lastcontact", "0");
        ask(leader, "GET", "/v1/read?max_stale=3s");
        assertThat(consensus.leaseBarriers).as("too old to be answered without").hasValue(2);
    }

    @Test
    void aStaleReadIsAnsweredByTheServerThatIsAsked() {
        Reply reply = ask(follower, "GET", "/v1/read?stale");
        assertThat(body(reply)).isEqualTo("\"read at " + FOLLOWER + "\"");
        assertThat(reply.headers()).containsEntry("X-Consul-Lastcontact", "30");
        assertThat(body(ask(client, "GET", "/v1/read?stale"))).isEqualTo("\"read at " + FOLLOWER + "\"");
    }

    @Test
    void aStaleReadThatWouldBeTooOldGoesToTheLeader() {
        assertThat(body(ask(follower, "GET", "/v1/read?max_stale=20ms"))).isEqualTo("\"read at " + LEADER + "\"");
        assertThat(body(ask(follower, "GET", "/v1/read?max_stale=40ms"))).isEqualTo("\"read at " + FOLLOWER + "\"");
    }

    @Test
    void aServerThatNeverHadALeaderHasNothingStaleToGive() {
        following.everHadLeader = false;
        following.leader = Optional.empty();
        assertThat(body(ask(follower, "GET", "/v1/read?stale"))).isEqualTo("No cluster leader");
        following.everHadLeader = true;
        Reply reply = ask(follower, "GET", "/v1/read?stale");
        assertThat(body(reply)).isEqualTo("\"read at " + FOLLOWER + "\"");
        assertThat(reply.headers()).containsEntry("X-Consul-Knownleader", "false");
    }

    @Test
    void aConsistentReadIsConfirmedByTheLeaderFirst() {
        assertThat(body(ask(follower, "GET", "/v1/read?consistent"))).isEqualTo("\"read at " + LEADER + "\"");
        assertThat(consensus.barriers).hasValue(1);
        consensus.barrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        Reply reply = ask(leader, "GET", "/v1/read?consistent");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(body(reply)).isEqualTo("no majority");
        assertThat(consensus.barriers).as("tried again until the time was over").hasValueGreaterThan(2);
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "A write reaches a leader that has too much in flight",
            seen = "It is answered 503 at once, with Retry-After, and is not tried again by the agent.")
    void aBusyLeaderIsNotAskedAgainAndTheCallerIsToldToWait() {
        Reply reply = ask(leader, "PUT", "/v1/busy");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(body(reply)).isEqualTo("this server is busy");
        assertThat(reply.headers()).containsEntry("Retry-After", "1");
        Reply far = ask(client, "PUT", "/v1/busy");
        assertThat(far.status()).isEqualTo(503);
        assertThat(body(far)).endsWith("rpc error making call: this server is busy");
        assertThat(far.headers()).containsEntry("Retry-After", "1");
        assertThat(writes).hasValue(2);
    }

    @Test
    void eachHopPutsItsWordsInFrontOfAnErrorOnce() {
        assertThat(body(ask(leader, "GET", "/v1/fail"))).isEqualTo("because");
        assertThat(body(ask(follower, "GET", "/v1/fail"))).isEqualTo("rpc error making call: because");
        Reply twice = ask(client, "GET", "/v1/fail");
        assertThat(body(twice)).isEqualTo("rpc error making call: rpc error making call: because");
        assertThat(twice.headers()).containsEntry("X-Consul-Index", "1");
        assertThat(body(ask(client, "GET", "/v1/bad")))
                .as("a bad request is nobody's failure")
                .isEqualTo("nonsense");
    }

    @Test
    void aWriteIsCarriedToTheLeaderWithItsBody() {
        assertThat(body(ask(client, "PUT", "/v1/read"))).isEqualTo("\"value\"");
        assertThat(writes).hasValue(1);
    }

    @Test
    void whatIsKnownNotToBeCommittedIsTriedAgain() {
        assertThat(body(ask(follower, "PUT", "/v1/moving"))).isEqualTo("\"written\"");
        assertThat(writes).hasValue(3);
    }

    @Test
    void aWriteWhoseOutcomeIsUnknownIsNeverSentTwice() {
        rpc.failing(LEADER, RpcException.Kind.UNKNOWN);
        Reply reply = ask(follower, "PUT", "/v1/read");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(body(reply)).isEqualTo("rpc error making call: UNKNOWN");
        assertThat(rpc.calls).containsExactly(LEADER);
    }

    @Test
    void aReadWhoseOutcomeIsUnknownIsTriedAgain() {
        rpc.failing(LEADER, RpcException.Kind.UNKNOWN);
        Reply reply = ask(follower, "GET", "/v1/read");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(rpc.calls).hasSizeGreaterThan(2);
    }

    @Test
    void aRequestThatFindsNoLeaderGoesOnWhenThereIsOne() {
        following.leader = Optional.empty();
        CompletableFuture<Dispatcher.Outcome> held =
                follower.dispatch("GET", "/v1/read", "", Map.of(), new byte[0]).toCompletableFuture();
        assertThat(held).isNotDone();
        following.leader = Optional.of(LEADER);
        assertThat(body(held.orTimeout(10, TimeUnit.SECONDS).join().reply())).isEqualTo("\"read at " + LEADER + "\"");
    }

    @Test
    void withoutALeaderAServerWaitsForTheHoldTimeAndThenSaysSo() {
        following.leader = Optional.empty();
        long began = System.nanoTime();
        Reply reply = ask(follower, "PUT", "/v1/read");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        assertThat(reply.status()).isEqualTo(500);
        assertThat(body(reply)).isEqualTo("No cluster leader");
        assertThat(body(ask(client, "GET", "/v1/read"))).isEqualTo("rpc error making call: No cluster leader");
    }

    @Test
    void aClientThatKnowsNoServerSaysSoAtOnce() {
        knowing.others = List.of();
        assertThat(body(ask(client, "GET", "/v1/server"))).isEqualTo("No known Consul servers");
        assertThat(body(ask(client, "GET", "/v1/read?stale"))).isEqualTo("No known Consul servers");
        assertThat(rpc.calls).isEmpty();
    }

    @Test
    void aClientKeepsToOneServerUntilItFails() {
        for (int i = 0; i < 3; i++) {
            assertThat(body(ask(client, "GET", "/v1/server"))).isEqualTo("\"at " + FOLLOWER + "\"");
        }
        rpc.failing(FOLLOWER, RpcException.Kind.NOT_SENT);
        assertThat(body(ask(client, "GET", "/v1/server"))).isEqualTo("\"at " + LEADER + "\"");
        rpc.repaired(FOLLOWER);
        assertThat(body(ask(client, "GET", "/v1/server")))
                .as("it stays with what works")
                .isEqualTo("\"at " + LEADER + "\"");
        assertThat(rpc.calls).containsExactly(FOLLOWER, FOLLOWER, FOLLOWER, FOLLOWER, LEADER, LEADER);
    }

    @Test
    void aClientWhoseServersAreAllGoneGivesUpWhenTheTimeIsOver() {
        rpc.failing(FOLLOWER, RpcException.Kind.NOT_SENT).failing(LEADER, RpcException.Kind.NOT_SENT);
        Reply reply = ask(client, "PUT", "/v1/read");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(body(reply)).contains("no server can be reached");
        assertThat(rpc.calls).contains(FOLLOWER, LEADER).hasSizeGreaterThan(4);
        assertThat(writes).hasValue(0);
    }

    @Test
    void serversThatTakeEachOtherForTheLeaderDoNotSendARequestRoundForEver() {
        leading.leads = false;
        leading.leader = Optional.of(FOLLOWER);
        Reply reply = ask(follower, "GET", "/v1/read");
        assertThat(body(reply)).endsWith("No cluster leader");
        assertThat(rpc.calls.size()).isLessThan(8);
    }

    @Test
    void anotherDatacenterIsTheServersToRefuse() {
        assertThat(body(ask(client, "GET", "/v1/server?dc=nowhere")))
                .isEqualTo("rpc error making call: No path to datacenter");
    }

    @Test
    void nonsenseAtTheRpcPortIsRefusedInWords() {
        assertThat(leader.rpcHandler().handle(new byte[] {9, 9, 9}).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .withMessageContaining("bad forwarded request");
    }
}
