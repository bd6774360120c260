package io.quorate.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.NotUnderstoodException;
import io.quorate.kernel.Endpoint;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two versions side by side: what only the newer one knows is asked of servers that know it, and refused in words where none does. */
class OperationLevelsTest {
    private static final Endpoint LEADER = Fixtures.rpc(Fixtures.S3);
    private static final Endpoint FOLLOWER = Fixtures.rpc(Fixtures.S1);
    private static final Form<String> TEXT = Form.of((text, out) -> out.text(text), In::text);
    private static final Operation<String, String> ANYWHERE =
            Operation.reads("test.anywhere", Operation.Place.SERVER, TEXT, TEXT).since(2);
    private static final Operation<String, String> READ =
            Operation.reads("test.read", Operation.Place.LEADER, TEXT, TEXT).since(2);
    private static final Operation<String, String> WRITE =
            Operation.writes("test.write", TEXT, TEXT).since(2);

    private final FakeRpc rpc = new FakeRpc();
    private final FakeConsensus consensus = new FakeConsensus();
    private final List<Answers> open = new ArrayList<>();
    private final FakeServers leading = FakeServers.leading(LEADER);
    private final FakeServers following = FakeServers.alone();
    private final FakeServers knowing = FakeServers.client(FOLLOWER, LEADER);

    private record Put(String text) implements Command<CommandFamily.Result> {}

    /** @param knows whether it is of the newer version */
    private Answers agent(FakeServers servers, @Nullable Endpoint at, boolean knows) {
        AnswerParts.Server side = at == null ? null : new AnswerParts.Server(consensus, new TestState());
        List<Offer<?, ?>> offers = at == null || !knows
                ? List.of()
                : List.of(
                        Offer.knows(ANYWHERE, question -> "at " + at),
                        Offer.reads(READ, (question, connection) -> new Seen<>("read at " + at, Set.of(), 10)),
                        Offer.writes(WRITE, Put::new, CommandFamily.Result::text));
        Answers answers =
                new Answers(new AnswerParts(Fixtures.DC1, servers, rpc, side, Duration.ofMillis(1500), 0), offers);
        if (at != null) {
            rpc.serve(at, Answers.METHOD, answers.rpcHandler());
        }
        open.add(answers);
        return answers;
    }

    /** What all of them hear of each other. */
    private void said(int leader, int follower) {
        Map<Endpoint, Integer> levels = Map.of(LEADER, leader, FOLLOWER, follower);
        leading.levels = levels;
        following.levels = levels;
        knowing.levels = levels;
        following.leader = Optional.of(LEADER);
    }

    @AfterEach
    void close() {
        open.forEach(Answers::close);
    }

    private static String value(Answers agent, Operation<String, String> operation) {
        return answer(agent.ask(operation, "question")).value();
    }

    private static <A> Answer<A> answer(CompletableFuture<Answer<A>> asked) {
        return asked.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static AskException failure(Answers agent, Operation<String, String> operation) {
        CompletionException failed =
                catchThrowableOfType(CompletionException.class, () -> answer(agent.ask(operation, "question")));
        assertThat(failed).isNotNull();
        return (AskException) Objects.requireNonNull(failed.getCause());
    }

    @Test
    void aClientAsksOnlyServersThatSayThatTheyKnowIt() {
        said(2, 1);
        agent(leading, LEADER, true);
        agent(following, FOLLOWER, false);
        Answers client = agent(knowing, null, true);
        for (int i = 0; i < 3; i++) {
            assertThat(value(client, ANYWHERE)).isEqualTo("at " + LEADER);
        }
        assertThat(rpc.calls).containsOnly(LEADER);
    }

    @Test
    void whereNoServerKnowsItNobodyIsAskedAndTheRefusalSaysWhatToDo() {
        said(1, 1);
        AskException refused = failure(agent(knowing, null, true), ANYWHERE);
        assertThat(refused.kind()).isEqualTo(AskException.Kind.NOT_UNDERSTOOD);
        assertThat(refused).hasMessage("no server runs a version that knows test.anywhere: upgrade the servers first");
        assertThat(rpc.calls).isEmpty();
    }

    @Test
    void aServerThatWasSetBackRefusesInWordsAndTheClientAsksTheNextOne() {
        said(2, 2);
        agent(leading, LEADER, true);
        agent(following, FOLLOWER, false);
        Answers client = agent(knowing, null, true);
        assertThat(value(client, ANYWHERE)).isEqualTo("at " + LEADER);
        assertThat(rpc.calls).containsExactly(FOLLOWER, LEADER);
    }

    @Test
    void aClientAsksEachServerOnceWhenNoneKnowsIt() {
        said(2, 2);
        agent(leading, LEADER, false);
        agent(following, FOLLOWER, false);
        AskException refused = failure(agent(knowing, null, true), WRITE);
        assertThat(refused.kind()).isEqualTo(AskException.Kind.NOT_UNDERSTOOD);
        assertThat(refused).hasMessage("this server does not know the operation test.write");
        assertThat(rpc.calls).containsExactly(FOLLOWER, LEADER);
    }

    @Test
    void aWriteIsNotBroughtToALeaderThatDoesNotKnowIt() {
        said(1, 2);
        Answers follower = agent(following, FOLLOWER, true);
        AskException refused = failure(follower, WRITE);
        assertThat(refused.kind()).isEqualTo(AskException.Kind.NOT_UNDERSTOOD);
        assertThat(refused).hasMessage("the leader runs a version that does not know test.write: upgrade it first");
        assertThat(failure(agent(knowing, null, true), WRITE).kind()).isEqualTo(AskException.Kind.NOT_UNDERSTOOD);
        assertThat(rpc.calls).doesNotContain(LEADER);
    }

    @Test
    void aReadOfTheStateWaitsForThisServersOwnWhenTheLeaderCouldNotReadIt() {
        said(1, 2);
        Answers follower = agent(following, FOLLOWER, true);
        CompletableFuture<@Nullable Void> applied = new CompletableFuture<>();
        consensus.leaseBarrier = () -> applied;
        var asked = follower.ask(READ, "question");
        // Longer than a follower waits before it asks the leader.
        CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(() -> applied.complete(null));
        assertThat(answer(asked).value()).isEqualTo("read at " + FOLLOWER);
        assertThat(rpc.calls).isEmpty();
    }

    @Test
    void aCommandThatAServerWouldStopAtIsRefusedAtOnceAndNotTriedAgain() {
        said(2, 2);
        Answers leader = agent(leading, LEADER, true);
        agent(following, FOLLOWER, true);
        consensus.result =
                command -> CompletableFuture.failedFuture(new NotUnderstoodException("server s2 is too old"));
        AskException near = failure(leader, WRITE);
        assertThat(near.kind()).isEqualTo(AskException.Kind.NOT_UNDERSTOOD);
        assertThat(near).hasMessage("server s2 is too old");
        assertThat(consensus.appended).hasSize(1);
        assertThat(failure(agent(knowing, null, true), WRITE).kind()).isEqualTo(AskException.Kind.NOT_UNDERSTOOD);
        assertThat(consensus.appended)
                .as("once by each of the two servers that the client asks")
                .hasSize(3);
    }
}
