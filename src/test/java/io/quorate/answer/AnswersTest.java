package io.quorate.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.Await;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.Endpoint;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcException;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Ticker;
import io.quorate.store.Topic;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who answers, over how many hops, and what is sent again: a leader, a follower and a client over an imagined network. */
class AnswersTest {
    private static final Endpoint LEADER = Fixtures.rpc(Fixtures.S3);
    private static final Endpoint FOLLOWER = Fixtures.rpc(Fixtures.S1);
    private static final Form<String> TEXT = Form.of((text, out) -> out.text(text), In::text);

    private static final Operation<String, String> READ =
            Operation.reads("test.read", Operation.Place.LEADER, TEXT, TEXT);
    private static final Operation<String, String> FAIL =
            Operation.reads("test.fail", Operation.Place.LEADER, TEXT, TEXT);
    private static final Operation<String, String> SENSELESS =
            Operation.reads("test.senseless", Operation.Place.LEADER, TEXT, TEXT);
    private static final Operation<String, String> WRITE = Operation.writes("test.write", TEXT, TEXT);
    private static final Operation<String, String> SERVER =
            Operation.reads("test.server", Operation.Place.SERVER, TEXT, TEXT);
    private static final Operation<String, String> LARGE =
            Operation.reads("test.large", Operation.Place.SERVER, TEXT, TEXT);

    private static final Topic TOPIC = Topic.whole("topic");
    private static final Terms DEFAULT = Terms.DEFAULT;
    private static final Terms STALE = new Terms(Mode.STALE, Duration.ZERO, 0, Duration.ZERO, "");
    private static final Terms CONSISTENT = new Terms(Mode.CONSISTENT, Duration.ZERO, 0, Duration.ZERO, "");

    private final FakeRpc rpc = new FakeRpc();
    private final FakeConsensus consensus = new FakeConsensus();
    private final TestState state = new TestState().changed(Set.of(TOPIC), 5);
    private final AtomicInteger reads = new AtomicInteger();
    private final List<Answers> open = new ArrayList<>();
    private final FakeServers leading = FakeServers.leading(LEADER);
    private final FakeServers following = follower();
    private final FakeServers knowing = FakeServers.client(FOLLOWER, LEADER);
    private final Answers leader = agent(leading, LEADER);
    private final Answers follower = agent(following, FOLLOWER);
    private final Answers client = agent(knowing, null);

    private record Put(String text) implements Command<CommandFamily.Result> {}

    private static FakeServers follower() {
        FakeServers servers = FakeServers.alone();
        servers.leader = Optional.of(LEADER);
        servers.everHadLeader = true;
        servers.lastContactMs = 30;
        return servers;
    }

    private Answers agent(FakeServers servers, @Nullable Endpoint at) {
        AnswerParts.Server side = at == null ? null : new AnswerParts.Server(consensus, state);
        List<Offer<?, ?>> offers = at == null
                ? List.of()
                : List.of(
                        Offer.reads(READ, (question, connection) -> {
                            reads.incrementAndGet();
                            return new Seen<>("read at " + at, Set.of(TOPIC), 10);
                        }),
                        Offer.reads(FAIL, (question, connection) -> {
                            throw new AskException(AskException.Kind.REFUSED, "because");
                        }),
                        Offer.reads(SENSELESS, (question, connection) -> {
                            throw new AskException(AskException.Kind.SENSELESS, "nonsense");
                        }),
                        Offer.writes(WRITE, Put::new, CommandFamily.Result::text),
                        Offer.knows(SERVER, question -> "at " + at),
                        Offer.knows(LARGE, question -> "x".repeat(1 << 20).repeat(9)));
        Answers answers =
                new Answers(new AnswerParts(Fixtures.DC1, servers, rpc, side, Duration.ofMillis(1500), 0), offers);
        if (at != null) {
            rpc.serve(at, Answers.METHOD, answers.rpcHandler());
        }
        open.add(answers);
        return answers;
    }

    @AfterEach
    void close() {
        open.forEach(Answers::close);
    }

    private static <A> Answer<A> answer(CompletableFuture<Answer<A>> asked) {
        return asked.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static String value(Answers agent, Operation<String, String> operation, Terms terms) {
        return answer(agent.ask(operation, "question", terms)).value();
    }

    private static AskException failure(Answers agent, Operation<String, String> operation, Terms terms) {
        CompletionException failed =
                catchThrowableOfType(CompletionException.class, () -> answer(agent.ask(operation, "question", terms)));
        assertThat(failed).isNotNull();
        assertThat(failed.getCause()).isInstanceOf(AskException.class);
        return (AskException) Objects.requireNonNull(failed.getCause());
    }

    @Test
    void aDefaultReadIsAnsweredByTheServerThatIsAskedOnceTheLeaderHasConfirmedIt() {
        assertThat(value(leader, READ, DEFAULT)).isEqualTo("read at " + LEADER);
        assertThat(value(follower, READ, DEFAULT)).isEqualTo("read at " + FOLLOWER);
        Answer<String> far = answer(client.ask(READ, "question"));
        assertThat(far.value()).isEqualTo("read at " + FOLLOWER);
        assertThat(far.lastContactMs()).isZero();
        assertThat(far.knownLeader()).isTrue();
        assertThat(far.index()).isEqualTo(5);
        assertThat(far.mode()).isEqualTo(Mode.DEFAULT);
        assertThat(consensus.leaseBarriers).hasValue(3);
    }

    @Test
    @Fault(
            line = "A10",
            fault = "A leader that can no longer make sure that it leads is asked for a default read",
            seen =
                    "The read waits for the lease or a majority; it is refused when neither confirms, and never answered from the old state.")
    void aDefaultReadIsConfirmedBeforeTheStateIsLookedAt() {
        CompletableFuture<Void> lease = new CompletableFuture<>();
        consensus.leaseBarrier = () -> lease;
        var waiting = leader.ask(READ, "question", DEFAULT);
        assertThat(waiting).isNotDone();
        assertThat(reads).hasValue(0);
        lease.complete(null);
        assertThat(answer(waiting).value()).isEqualTo("read at " + LEADER);
        assertThat(reads).hasValue(1);

        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        assertThat(failure(leader, READ, DEFAULT))
                .hasMessage("no majority")
                .extracting(AskException::kind)
                .isEqualTo(AskException.Kind.NOT_COMMITTED);
        assertThat(failure(follower, READ, DEFAULT).kind()).isEqualTo(AskException.Kind.NOT_COMMITTED);
        assertThat(reads).hasValue(1);
        assertThat(consensus.barriers).hasValue(0);
    }

    @Test
    @Fault(
            line = "A10",
            fault =
                    "A leader that stood still while another was elected is asked for a default read, and its confirmation takes long",
            seen = "The read waits for the confirmation; that it takes long is no reason to answer without it.")
    void aLeaderWhoseConfirmationTakesLongDoesNotAnswerWithoutIt() {
        CompletableFuture<Void> hanging = new CompletableFuture<>();
        consensus.leaseBarrier = () -> hanging;
        var first = leader.ask(READ, "question", DEFAULT);
        var second = leader.ask(READ, "question", DEFAULT);
        // The second one's read index is asked for when the first is late.
        Await.until("the first is late", Duration.ofSeconds(10), () -> consensus.leaseBarriers.get() == 2);
        var third = leader.ask(READ, "question", DEFAULT);
        Await.until("the second is late", Duration.ofSeconds(10), () -> consensus.leaseBarriers.get() == 3);
        assertThat(reads).hasValue(0);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        hanging.completeExceptionally(new NotCommittedException("no majority"));
        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        for (var asked : List.of(first, second, third)) {
            assertThat(asked).failsWithin(Duration.ofSeconds(10));
        }
        assertThat(reads).hasValue(0);
    }

    @Test
    void aFollowerThatWouldHearOfTheLastEntriesOnlyLaterHasTheLeaderAnswer() {
        AtomicInteger asked = new AtomicInteger();
        consensus.leaseBarrier = () ->
                asked.getAndIncrement() == 0 ? new CompletableFuture<>() : CompletableFuture.completedFuture(null);
        assertThat(value(follower, READ, DEFAULT)).isEqualTo("read at " + LEADER);
        assertThat(rpc.calls).containsExactly(LEADER);
        assertThat(value(follower, READ, DEFAULT))
                .as("who comes later does not wait behind it")
                .isEqualTo("read at " + FOLLOWER);
    }

    @Test
    @Fault(
            line = "A1c",
            fault = "The agent stops while requests wait for a leader, for a confirmation and for a thread",
            seen = "Each of them is answered that the agent is stopping.")
    void whatIsHeldIsAnsweredWhenTheAgentStops() {
        consensus.leaseBarrier = CompletableFuture::new;
        var confirming = leader.ask(READ, "question", DEFAULT);
        following.leader = Optional.empty();
        var waiting = follower.ask(WRITE, "question", DEFAULT);
        assertThat(confirming).isNotDone();
        assertThat(waiting).isNotDone();

        leader.stopping();
        follower.close();

        assertThat(confirming).isCompletedExceptionally();
        assertThat(waiting).isCompletedExceptionally();
        assertThat(failure(leader, READ, DEFAULT)).hasMessage("this agent is stopping");
    }

    @Test
    void aWriteNeedsNoConfirmation() {
        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        consensus.result =
                command -> CompletableFuture.completedFuture(new CommandFamily.Result(true, ((Put) command).text()));
        assertThat(value(leader, WRITE, DEFAULT)).isEqualTo("question");
        assertThat(value(client, WRITE, DEFAULT)).isEqualTo("question");
        assertThat(consensus.leaseBarriers).hasValue(0);
        assertThat(consensus.appended).hasSize(2);
    }

    @Test
    @Fault(
            line = "A10",
            fault = "A leader that has not heard of a majority for 4 s answers a stale read",
            seen = "X-Consul-Lastcontact says 4000.")
    void aStaleReadSaysHowLongTheLeaderHasBeenAlone() {
        leading.lastContactMs = 4000;
        assertThat(answer(leader.ask(READ, "question", STALE)).lastContactMs()).isEqualTo(4000);
        assertThat(answer(leader.ask(READ, "question", DEFAULT)).lastContactMs())
                .isZero();
        answer(leader.ask(READ, "question", maxStale(3000)));
        assertThat(consensus.leaseBarriers).as("too old to be answered without").hasValue(2);
    }

    @Test
    void aStaleReadOfUnknownAgeIsNotYoungEnough() {
        following.lastContactMs = -1;
        answer(follower.ask(READ, "question", maxStale(3_600_000)));
        assertThat(consensus.leaseBarriers).hasValue(1);
    }

    private static Terms maxStale(long ms) {
        return new Terms(Mode.STALE, Duration.ofMillis(ms), 0, Duration.ZERO, "");
    }

    @Test
    void aStaleReadIsAnsweredByTheServerThatIsAsked() {
        Answer<String> answer = answer(follower.ask(READ, "question", STALE));
        assertThat(answer.value()).isEqualTo("read at " + FOLLOWER);
        assertThat(answer.lastContactMs()).isEqualTo(30);
        assertThat(value(client, READ, STALE)).isEqualTo("read at " + FOLLOWER);
        assertThat(consensus.leaseBarriers).hasValue(0);
    }

    @Test
    void aStaleReadThatWouldBeTooOldIsConfirmed() {
        value(follower, READ, maxStale(40));
        assertThat(consensus.leaseBarriers).hasValue(0);
        value(follower, READ, maxStale(20));
        assertThat(consensus.leaseBarriers).hasValue(1);
    }

    @Test
    void aServerThatNeverHadALeaderHasNothingStaleToGive() {
        following.everHadLeader = false;
        following.leader = Optional.empty();
        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no leader"));
        assertThat(failure(follower, READ, STALE)).hasMessage("there is no leader");
        following.everHadLeader = true;
        Answer<String> answer = answer(follower.ask(READ, "question", STALE));
        assertThat(answer.value()).isEqualTo("read at " + FOLLOWER);
        assertThat(answer.knownLeader()).isFalse();
    }

    @Test
    void aConsistentReadIsConfirmedByAMajorityFirst() {
        assertThat(value(follower, READ, CONSISTENT)).isEqualTo("read at " + FOLLOWER);
        assertThat(consensus.barriers).hasValue(1);
        consensus.barrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no majority"));
        assertThat(failure(leader, READ, CONSISTENT)).hasMessage("no majority");
        assertThat(consensus.barriers).as("tried again until the time was over").hasValueGreaterThan(2);
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "A write reaches a leader that has too much in flight",
            seen = "It is answered 503 at once, with Retry-After, and is not tried again by the agent.")
    void aBusyLeaderIsNotAskedAgainAndTheCallerIsToldToWait() {
        consensus.result = command -> CompletableFuture.failedFuture(new ServerBusyException("this server is busy"));
        AskException near = failure(leader, WRITE, DEFAULT);
        assertThat(near).hasMessage("this server is busy");
        assertThat(near.kind()).isEqualTo(AskException.Kind.BUSY);
        AskException far = failure(client, WRITE, DEFAULT);
        assertThat(far.kind()).isEqualTo(AskException.Kind.BUSY);
        assertThat(consensus.appended).hasSize(2);
    }

    @Test
    void aServerWhoseThreadsAreAllTakenIsBusyAndNotAskedAgain() {
        rpc.failing(FOLLOWER, RpcException.Kind.BUSY);
        assertThat(failure(client, READ, DEFAULT).kind()).isEqualTo(AskException.Kind.BUSY);
        assertThat(rpc.calls).containsExactly(FOLLOWER);
    }

    @Test
    void aFailureSaysHowFarAwayItWas() {
        assertThat(failure(leader, FAIL, DEFAULT).distance()).isZero();
        assertThat(failure(client, FAIL, DEFAULT).distance()).isEqualTo(1);
        following.leader = Optional.of(LEADER);
        consensus.result =
                command -> CompletableFuture.failedFuture(new AskException(AskException.Kind.REFUSED, "because"));
        AskException twice = failure(client, WRITE, DEFAULT);
        assertThat(twice).hasMessage("because");
        assertThat(twice.distance()).isEqualTo(2);
        assertThat(failure(client, SENSELESS, DEFAULT).kind()).isEqualTo(AskException.Kind.SENSELESS);
    }

    @Test
    void whatIsKnownNotToBeCommittedIsTriedAgain() {
        AtomicInteger tries = new AtomicInteger();
        consensus.result = command -> tries.incrementAndGet() < 3
                ? CompletableFuture.failedFuture(new NotCommittedException("not leader"))
                : CompletableFuture.completedFuture(new CommandFamily.Result(true, "written"));
        assertThat(value(follower, WRITE, DEFAULT)).isEqualTo("written");
        assertThat(consensus.appended).hasSize(3);
    }

    @Test
    void aWriteWhoseOutcomeIsUnknownIsNeverSentTwice() {
        rpc.failing(LEADER, RpcException.Kind.UNKNOWN);
        AskException failure = failure(follower, WRITE, DEFAULT);
        assertThat(failure.kind()).isEqualTo(AskException.Kind.OUTCOME_UNKNOWN);
        assertThat(rpc.calls).containsExactly(LEADER);
        consensus.result = command ->
                CompletableFuture.failedFuture(new io.quorate.consensus.OutcomeUnknownException("lost on the way"));
        assertThat(failure(leader, WRITE, DEFAULT).kind()).isEqualTo(AskException.Kind.OUTCOME_UNKNOWN);
        assertThat(consensus.appended).hasSize(1);
    }

    @Test
    void aReadWhoseOutcomeIsUnknownIsTriedElsewhere() {
        rpc.failing(FOLLOWER, RpcException.Kind.UNKNOWN);
        assertThat(value(client, READ, DEFAULT)).isEqualTo("read at " + LEADER);
        assertThat(rpc.calls).containsExactly(FOLLOWER, LEADER);
    }

    @Test
    @Fault(
            line = "A1a",
            fault =
                    "A read waits at a leader that hangs, and another leads; a client waits at a server that hangs and is gone",
            seen = "Both are asked again of the one that serves, though the connection is still open; a write is not.")
    void aReadThatWaitsAtAServerThatHangsIsAskedAgainWhereItIsServed() {
        rpc.serve(LEADER, Answers.METHOD, message -> new CompletableFuture<>());
        consensus.leaseBarrier = CompletableFuture::new;
        var read = follower.ask(READ, "question", DEFAULT);
        var written = follower.ask(WRITE, "question", DEFAULT);
        var far = client(LEADER, FOLLOWER).ask(READ, "question", STALE);
        Await.until("all are at the leader", Duration.ofSeconds(5), () -> rpc.calls.size() == 3);
        consensus.leaseBarrier = () -> CompletableFuture.completedFuture(null);
        following.leader = Optional.of(Fixtures.rpc(Fixtures.S2));
        clients.forEach(servers -> servers.others = List.of(FOLLOWER));
        assertThat(answer(read).value()).isEqualTo("read at " + FOLLOWER);
        assertThat(answer(far).value()).isEqualTo("read at " + FOLLOWER);
        assertThat(rpc.calls).containsExactly(LEADER, LEADER, LEADER, FOLLOWER);
        assertThat(written).isNotDone();
        assertThat(consensus.appended).isEmpty();
    }

    private final List<FakeServers> clients = new ArrayList<>();

    private Answers client(Endpoint... servers) {
        FakeServers knows = FakeServers.client(servers);
        clients.add(knows);
        return agent(knows, null);
    }

    @Test
    void aWaitThatLosesItsServerIsHeldFromThereOn() {
        CompletableFuture<byte[]> hangs = new CompletableFuture<>();
        AtomicInteger asked = new AtomicInteger();
        rpc.serve(LEADER, Answers.METHOD, message -> {
            if (asked.incrementAndGet() == 1) {
                return hangs;
            }
            return leader.rpcHandler().handle(message);
        });
        Terms wait = new Terms(Mode.DEFAULT, Duration.ZERO, 0, Duration.ofSeconds(60), "");
        Answers asking = client(LEADER);
        var read = asking.ask(READ, "question", wait);
        Await.until("longer than it would be held", Duration.ofSeconds(10), longerThan(Duration.ofMillis(1700)));
        hangs.completeExceptionally(new RpcException(RpcException.Kind.UNKNOWN, "connection lost"));
        assertThat(answer(read).value()).isEqualTo("read at " + LEADER);
    }

    private static Supplier<Boolean> longerThan(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        return () -> System.nanoTime() - end > 0;
    }

    @Test
    void aQuestionThatFindsNoLeaderGoesOnWhenThereIsOne() {
        following.leader = Optional.empty();
        consensus.result = command -> CompletableFuture.completedFuture(new CommandFamily.Result(true, "written"));
        var held = follower.ask(WRITE, "question", DEFAULT);
        assertThat(held).isNotDone();
        following.leader = Optional.of(LEADER);
        assertThat(answer(held).value()).isEqualTo("written");
    }

    @Test
    void withoutALeaderAServerWaitsForTheHoldTimeAndThenSaysSo() {
        following.leader = Optional.empty();
        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("no leader"));
        long began = System.nanoTime();
        AskException failure = failure(follower, WRITE, DEFAULT);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(1500));
        assertThat(failure.kind()).isEqualTo(AskException.Kind.NO_LEADER);
        assertThat(failure).hasMessage("there is no leader");
        AskException far = failure(client, READ, DEFAULT);
        assertThat(far).hasMessage("there is no leader");
        assertThat(far.distance()).isEqualTo(1);
    }

    @Test
    void aClientThatKnowsNoServerSaysSoAtOnce() {
        knowing.others = List.of();
        assertThat(failure(client, SERVER, DEFAULT)).hasMessage("no server is known to this client");
        assertThat(failure(client, READ, STALE).kind()).isEqualTo(AskException.Kind.NO_SERVER);
        assertThat(rpc.calls).isEmpty();
    }

    @Test
    void aClientKeepsToOneServerUntilItFails() {
        for (int i = 0; i < 3; i++) {
            assertThat(value(client, SERVER, DEFAULT)).isEqualTo("at " + FOLLOWER);
        }
        rpc.failing(FOLLOWER, RpcException.Kind.NOT_SENT);
        assertThat(value(client, SERVER, DEFAULT)).isEqualTo("at " + LEADER);
        rpc.repaired(FOLLOWER);
        assertThat(value(client, SERVER, DEFAULT))
                .as("it stays with what works")
                .isEqualTo("at " + LEADER);
        assertThat(rpc.calls).containsExactly(FOLLOWER, FOLLOWER, FOLLOWER, FOLLOWER, LEADER, LEADER);
    }

    @Test
    void aClientWhoseServersAreAllGoneGivesUpWhenTheTimeIsOver() {
        rpc.failing(FOLLOWER, RpcException.Kind.NOT_SENT).failing(LEADER, RpcException.Kind.NOT_SENT);
        AskException failure = failure(client, WRITE, DEFAULT);
        assertThat(failure.kind()).isEqualTo(AskException.Kind.NO_SERVER);
        assertThat(rpc.calls).contains(FOLLOWER, LEADER).hasSizeGreaterThan(4);
        assertThat(consensus.appended).isEmpty();
    }

    @Test
    void serversThatTakeEachOtherForTheLeaderDoNotSendAQuestionRoundForEver() {
        leading.leads = false;
        leading.leader = Optional.of(FOLLOWER);
        assertThat(failure(follower, WRITE, DEFAULT)).hasMessage("there is no leader");
        assertThat(rpc.calls.size()).isLessThan(8);
    }

    @Test
    void whatIsAskedDirectlyIsAnsweredByThatServerOrNotAtAll() {
        Directly directly = new Directly(rpc);
        Duration longest = Duration.ofSeconds(2);
        assertThat(directly.ask(FOLLOWER, SERVER, "question", longest).join()).isEqualTo("at " + FOLLOWER);
        assertThat(directly.ask(LEADER, SERVER, "question", longest).join()).isEqualTo("at " + LEADER);
        assertThat(rpc.calls).containsExactly(FOLLOWER, LEADER);
        String lost = "ask at " + FOLLOWER + ": no answer in time";
        for (RpcException.Kind kind : List.of(RpcException.Kind.NOT_SENT, RpcException.Kind.UNKNOWN)) {
            rpc.failing(FOLLOWER, new RpcException(kind, lost));
            assertThat(cause(directly.ask(FOLLOWER, SERVER, "question", longest)))
                    .hasMessage("no answer in time")
                    .extracting(AskException::kind)
                    .isEqualTo(AskException.Kind.NO_SERVER);
        }
        rpc.failing(FOLLOWER, RpcException.Kind.BUSY);
        assertThat(cause(directly.ask(FOLLOWER, SERVER, "question", longest)).kind())
                .isEqualTo(AskException.Kind.BUSY);
        rpc.repaired(FOLLOWER);
        Operation<String, String> unknown = Operation.reads("test.unknown", Operation.Place.SERVER, TEXT, TEXT);
        assertThat(cause(directly.ask(FOLLOWER, unknown, "question", longest)))
                .hasMessage("this server does not know the operation test.unknown")
                .extracting(AskException::kind)
                .isEqualTo(AskException.Kind.NOT_UNDERSTOOD);
    }

    private static AskException cause(CompletableFuture<String> asked) {
        CompletionException failed = catchThrowableOfType(CompletionException.class, asked::join);
        assertThat(failed.getCause()).isInstanceOf(AskException.class);
        return (AskException) Objects.requireNonNull(failed.getCause());
    }

    @Test
    void anotherDatacenterIsTheServersToRefuse() {
        Terms nowhere = new Terms(Mode.DEFAULT, Duration.ZERO, 0, Duration.ZERO, "nowhere");
        AskException failure = failure(client, SERVER, nowhere);
        assertThat(failure).hasMessage("No path to datacenter");
        assertThat(failure.distance()).isEqualTo(1);
    }

    @Test
    void anAnswerThatDoesNotFitIsRefusedInWords() {
        AskException failure = failure(client, LARGE, DEFAULT);
        assertThat(failure.kind()).isEqualTo(AskException.Kind.TOO_LARGE);
        assertThat(failure).hasMessageContaining("at most");
    }

    @Test
    @Fault(
            line = "A6",
            fault = "A stranger sends a request to the server port that an agent answers for itself, such as to leave",
            seen = "It is refused, and nothing is done: only operations are answered there, and leaving is none")
    void whatIsNoOperationIsNotAnsweredAtTheServerPort() throws Exception {
        byte[] forged =
                Envelope.write(new Envelope.Forwarded("agent.leave", 1, Duration.ZERO, Terms.DEFAULT, new byte[0]));
        byte[] said = leader.rpcHandler().handle(forged).toCompletableFuture().get(10, TimeUnit.SECONDS);
        AskException refused = catchThrowableOfType(AskException.class, () -> Envelope.answer(said, TEXT));
        assertThat(refused).hasMessage("this server does not know the operation agent.leave");
    }

    @Test
    void nonsenseAtTheServerPortIsRefusedInWords() throws Exception {
        byte[] said = leader.rpcHandler()
                .handle(new byte[] {9, 9, 9})
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
        AskException refused = catchThrowableOfType(AskException.class, () -> Envelope.answer(said, TEXT));
        assertThat(refused.kind()).isEqualTo(AskException.Kind.SENSELESS);
        assertThat(refused).hasMessageContaining("does not understand").hasMessageContaining("version 9");
    }

    @Test
    void aReadThatWaitsIsAnsweredByTheChangeItWaitsFor() {
        Terms wait = new Terms(Mode.DEFAULT, Duration.ZERO, 5, Duration.ofMinutes(5), "");
        var waiting = follower.ask(READ, "question", wait);
        var far = client.ask(READ, "question", wait);
        state.awaitWaiters(2);
        assertThat(waiting).isNotDone();
        assertThat(far).isNotDone();
        state.change(Set.of(TOPIC), 6);
        assertThat(answer(waiting).index()).isEqualTo(6);
        assertThat(answer(far).index()).isEqualTo(6);
    }

    @Test
    void aReadThatWaitsInVainIsConfirmedAgainBeforeItIsAnswered() {
        Terms wait = new Terms(Mode.DEFAULT, Duration.ZERO, 5, Duration.ofMillis(400), "");
        assertThat(answer(follower.ask(READ, "question", wait)).index()).isEqualTo(5);
        assertThat(consensus.leaseBarriers).hasValueGreaterThan(1);
    }

    /** What a client sends on, to whom, and how long it would wait for the answer: nobody answers. */
    private record Sent(Endpoint to, Envelope.Forwarded question, Duration timeout) {}

    private Answers unanswered(List<Sent> sent) {
        return unanswered(sent, Chance.secure());
    }

    private Answers unanswered(List<Sent> sent, RandomGenerator chance) {
        RpcCaller silence = (to, method, request, timeout) -> {
            try {
                sent.add(new Sent(to, Envelope.read(request), timeout));
            } catch (MalformedException e) {
                return CompletableFuture.failedFuture(e);
            }
            return CompletableFuture.failedFuture(new RpcException(RpcException.Kind.UNKNOWN, "no answer in time"));
        };
        Answers answers = new Answers(
                new AnswerParts(Fixtures.DC1, knowing, silence, null, Duration.ofMillis(300), 0),
                List.of(),
                Ticker.system(),
                chance,
                OpenStreams.Limits.DEFAULT);
        open.add(answers);
        return answers;
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "A person asks for the peers while the server that his agent asks first hangs",
            seen =
                    "The next server is asked after a second, and the person is told within a few when all of them hang.")
    void aServerThatHangsIsLeftAfterASecondWhereAPersonWaits() {
        List<Sent> sent = new CopyOnWriteArrayList<>();
        Answers asking = unanswered(sent);
        assertThat(failure(asking, SERVER, DEFAULT.with(Patience.OF_PEOPLE)).kind())
                .isEqualTo(AskException.Kind.NO_SERVER);
        assertThat(sent).extracting(Sent::to).startsWith(FOLLOWER, LEADER);
        assertThat(sent).extracting(Sent::timeout).containsOnly(Duration.ofSeconds(1));
        sent.clear();
        assertThat(failure(asking, SERVER, DEFAULT)).isNotNull();
        assertThat(sent.get(0).timeout()).as("nobody holds it for a leader").isEqualTo(Duration.ofSeconds(5));
        sent.clear();
        assertThat(failure(asking, READ, DEFAULT)).isNotNull();
        assertThat(sent.get(0).timeout())
                .as("the server may hold it")
                .isGreaterThan(Duration.ofSeconds(5))
                .isLessThanOrEqualTo(Duration.ofMillis(5300));
        sent.clear();
        assertThat(failure(asking, READ, DEFAULT.with(Patience.NONE))).isNotNull();
        assertThat(sent).allMatch(each -> each.question().hold().isZero());
        assertThat(sent).extracting(Sent::to).containsExactly(FOLLOWER, LEADER);
    }

    @Test
    void aWaitIsLengthenedAtRandomByUpToASixteenthOnceWhereItBegins() {
        Duration wait = Duration.ofSeconds(160);
        Terms terms = new Terms(Mode.DEFAULT, Duration.ZERO, 5, wait, "");
        List<Sent> sent = new CopyOnWriteArrayList<>();
        Answers asking = unanswered(sent, new Random(8417));
        for (int i = 0; i < 20; i++) {
            assertThat(failure(asking, READ, terms.with(Patience.NONE))).isNotNull();
        }
        List<Duration> waits = sent.stream()
                .filter(each -> each.to().equals(FOLLOWER))
                .map(each -> each.question().terms().waitTime())
                .toList();
        assertThat(waits).allMatch(each -> each.compareTo(Duration.ofSeconds(170)) <= 0);
        assertThat(waits).anyMatch(each -> each.compareTo(Duration.ofSeconds(165)) > 0);
        assertThat(waits).anyMatch(each -> each.compareTo(Duration.ofSeconds(165)) < 0);
        assertThat(waits)
                .as("never shorter, but for what has passed since")
                .allMatch(each -> each.compareTo(Duration.ofSeconds(150)) > 0);
        assertThat(Set.copyOf(waits)).hasSizeGreaterThan(10);
        // Passed on, it is what is left of it.
        AtomicReference<Duration> got = new AtomicReference<>();
        AtomicReference<Duration> passed = new AtomicReference<>();
        rpc.serve(FOLLOWER, Answers.METHOD, message -> {
            got.set(waitOf(message));
            return follower.rpcHandler().handle(message);
        });
        rpc.serve(LEADER, Answers.METHOD, message -> {
            passed.set(waitOf(message));
            return leader.rpcHandler().handle(message);
        });
        assertThat(value(client, WRITE, terms)).isNotNull();
        assertThat(passed.get()).isNotNull().isLessThanOrEqualTo(got.get());
    }

    @Test
    void noJitterMakesAWaitLongerThanTheLongest() {
        Duration longest = Terms.LONGEST_WAIT.plus(Terms.LONGEST_WAIT.dividedBy(16));
        Random chance = new Random(1);
        for (Duration wait : List.of(Duration.ZERO, Duration.ofMillis(3), Terms.LONGEST_WAIT, longest)) {
            Terms terms = new Terms(Mode.DEFAULT, Duration.ZERO, 5, wait, "");
            for (int i = 0; i < 100; i++) {
                assertThat(terms.jittered(chance).waitTime()).isBetween(wait, longest);
            }
        }
    }

    @Test
    void whoHasWaitedHereDoesNotWaitAsLongAgainAtTheLeader() {
        AtomicReference<@Nullable Duration> left = new AtomicReference<>();
        rpc.serve(LEADER, Answers.METHOD, message -> {
            left.set(waitOf(message));
            return leader.rpcHandler().handle(message);
        });
        AtomicInteger asked = new AtomicInteger();
        // The second, at the end of the wait, is late.
        consensus.leaseBarrier = () ->
                asked.incrementAndGet() == 2 ? new CompletableFuture<>() : CompletableFuture.completedFuture(null);
        Duration wait = Duration.ofMillis(300);
        Terms terms = new Terms(Mode.DEFAULT, Duration.ZERO, 5, wait, "");
        assertThat(answer(follower.ask(READ, "question", terms)).value()).isEqualTo("read at " + LEADER);
        assertThat(left.get()).isNotNull().isLessThan(wait);
    }

    private static Duration waitOf(byte[] message) {
        try {
            return Envelope.read(message).terms().waitTime();
        } catch (MalformedException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void anAnswerIsKeptUntilSomethingThatItDependsOnChanges() {
        for (int i = 0; i < 5; i++) {
            assertThat(value(leader, READ, DEFAULT)).isEqualTo("read at " + LEADER);
        }
        assertThat(reads).hasValue(1);
        state.change(Set.of(Topic.whole("other")), 8);
        value(leader, READ, DEFAULT);
        assertThat(reads).hasValue(1);
        state.change(Set.of(TOPIC), 9);
        value(leader, READ, DEFAULT);
        assertThat(reads).hasValue(2);
        state.exchange();
        value(leader, READ, DEFAULT);
        assertThat(reads).hasValue(3);
    }
}
