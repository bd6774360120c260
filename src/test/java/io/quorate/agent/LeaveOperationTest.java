package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.codec.MalformedException;
import io.quorate.consensus.NotCommittedException;
import io.quorate.kernel.Endpoint;
import io.quorate.peers.LeaveRequest;
import io.quorate.peers.RemovalRefusedException;
import io.quorate.rpc.RpcException;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a server that leaves has the leader take it out, over an imagined network. */
@NullMarked
class LeaveOperationTest {
    private static final Endpoint LEADER = Fixtures.rpc(Fixtures.S3);
    private static final Endpoint FOLLOWER = Fixtures.rpc(Fixtures.S1);
    private static final LeaveRequest REQUEST = new LeaveRequest(Fixtures.S1, new UUID(1, 2));

    private final FakeRpc rpc = new FakeRpc();
    private final FakeServers following = FakeServers.alone();
    private final List<LeaveRequest> asked = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<@Nullable Void> removing = CompletableFuture.completedFuture(null);
    private final Answers leader = agent(FakeServers.leading(LEADER), List.of(LeaveOperation.offer(request -> {
        asked.add(request);
        return removing;
    })));
    private final Answers follower = agent(following, List.of(LeaveOperation.offer(request -> {
        throw new IllegalStateException("a follower removes nobody");
    })));
    private final Answers older = agent(FakeServers.leading(LEADER), List.of());

    private Answers agent(FakeServers servers, List<Offer<?, ?>> offers) {
        AnswerParts.Server side = new AnswerParts.Server(new FakeConsensus(), new MemoryState().reader());
        return new Answers(new AnswerParts(Fixtures.DC1, servers, rpc, side, Duration.ofSeconds(7), 0), offers);
    }

    LeaveOperationTest() {
        following.leader = Optional.of(LEADER);
        rpc.serve(LEADER, Answers.METHOD, leader.rpcHandler());
    }

    @AfterEach
    void close() {
        leader.close();
        follower.close();
        older.close();
    }

    private void leave() throws Exception {
        new LeaveOperation(follower).remove(REQUEST).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void failsWith(AskException.Kind kind, String words) {
        assertThatThrownBy(this::leave)
                .hasMessageContaining(words)
                .cause()
                .isInstanceOfSatisfying(
                        AskException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void theLeaderIsAskedForTheServerThatLeavesAndIsWaitedForAsLongAsItMayTake() throws Exception {
        leave();
        assertThat(asked).containsExactly(REQUEST);
        assertThat(rpc.timeouts).containsExactly(Duration.ofSeconds(10));
    }

    @Test
    void whyTheLeaderDoesNotDoItIsHandedOn() {
        removing = CompletableFuture.failedFuture(new RemovalRefusedException("the last voter", false));
        failsWith(AskException.Kind.REFUSED, "the last voter");
        removing = CompletableFuture.failedFuture(new NotCommittedException("this server does not lead"));
        failsWith(AskException.Kind.NOT_COMMITTED, "this server does not lead");
        removing = CompletableFuture.failedFuture(new IllegalStateException("who knows"));
        failsWith(AskException.Kind.OUTCOME_UNKNOWN, "who knows");
    }

    /** It asks again by itself, and looks anew who leads. */
    @Test
    void withoutALeaderNothingIsHeld() {
        following.leader = Optional.empty();
        failsWith(AskException.Kind.NO_LEADER, "no leader");
        following.leader = Optional.of(FOLLOWER);
        failsWith(AskException.Kind.NO_SERVER, "connection refused");
        rpc.failing(LEADER, RpcException.Kind.UNKNOWN);
        following.leader = Optional.of(LEADER);
        failsWith(AskException.Kind.OUTCOME_UNKNOWN, "UNKNOWN");
        assertThat(asked).isEmpty();
    }

    /** A leader of before there was this operation refuses it in words that name it. */
    @Test
    void aLeaderThatDoesNotKnowTheOperationSaysSo() {
        rpc.serve(LEADER, Answers.METHOD, older.rpcHandler());
        failsWith(AskException.Kind.NOT_UNDERSTOOD, "this server does not know the operation peers.leave");
    }

    @Test
    void aRequestTravelsAsItIsAndNothingElseIsRead() throws Exception {
        byte[] bytes = LeaveRequest.FORM.bytes(REQUEST);
        assertThat(LeaveRequest.FORM.of(bytes)).isEqualTo(REQUEST);
        assertThatThrownBy(() -> LeaveRequest.FORM.of(Arrays.copyOf(bytes, bytes.length - 1)))
                .isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> LeaveRequest.FORM.of(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(MalformedException.class);
    }
}
