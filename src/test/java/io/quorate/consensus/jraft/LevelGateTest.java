package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.consensus.ConsensusSettings;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.NotUnderstoodException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.Fixtures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LevelGateTest {
    private static final ServerId NEW = new ServerId(new UUID(0, 4));

    private final Map<ServerId, Integer> told = new HashMap<>(Map.of(Fixtures.S1, 2, Fixtures.S2, 2));
    private RaftStatus status =
            FakeConsensus.group(RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3));
    private int used = 1;
    private final LevelGate gate = new LevelGate(
            new ConsensusSettings.Levels(3, id -> told.getOrDefault(id, ConsensusSettings.Levels.UNKNOWN)),
            () -> used,
            () -> status,
            Fixtures.S3,
            id -> id.equals(Fixtures.S2) ? new NodeName("s2") : null);
    private int given;

    private String command(int level) {
        return words(gate.command(level, () -> {
            given++;
            return CompletableFuture.completedFuture("given");
        }));
    }

    private static String words(CompletableFuture<?> future) {
        return future.<String>handle((value, failure) -> {
                    if (failure == null) {
                        return String.valueOf(value);
                    }
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    assertThat(cause).isInstanceOf(NotUnderstoodException.class);
                    return cause == null ? "" : String.valueOf(cause.getMessage());
                })
                .join();
    }

    private String add(ServerId server, CompletableFuture<@Nullable Void> outcome) {
        return words(gate.change(new PeerChange.AddLearner(server), () -> outcome));
    }

    @Test
    void theFirstCommandOfALevelNeedsEveryServerOfTheConfiguration() {
        assertThat(command(1)).isEqualTo("given");
        assertThat(command(2)).isEqualTo("given");
        assertThat(command(3)).contains("does not know this command: upgrade it first", "level 2, level 3");
        told.putAll(Map.of(Fixtures.S1, 3, Fixtures.S2, 1));
        assertThat(command(3)).startsWith("server s2 runs a version").contains("it has level 1");
        told.remove(Fixtures.S2);
        assertThat(command(3)).startsWith("server s2 is not known to gossip now");
        assertThat(given).isEqualTo(2);
        told.put(Fixtures.S2, 3);
        assertThat(command(3)).isEqualTo("given");
    }

    @Test
    void beforeTheConfigurationIsKnownNothingNewerIsGiven() {
        status = RaftStatus.NONE;
        assertThat(command(1)).isEqualTo("given");
        assertThat(command(2)).contains("does not know yet");
    }

    /** Else one server that is down for long, and that gossip has forgotten, would keep the others from writing. */
    @Test
    void aServerThatNobodyHearsOfDoesNotHoldUpWhatIsInUse() {
        used = 2;
        told.clear();
        assertThat(command(2)).isEqualTo("given");
        assertThat(command(3)).contains("not known to gossip");
    }

    @Test
    void whoDoesNotKnowWhatIsInTheLogIsNotLetIn() {
        told.put(NEW, 1);
        assertThat(gate.tooOld(NEW)).isEmpty();
        used = 2;
        assertThat(gate.tooOld(NEW)).hasValueSatisfying(why -> assertThat(why).contains("what is in the log"));
        assertThat(add(NEW, CompletableFuture.completedFuture(null))).contains("upgrade it first");
        assertThat(words(gate.change(
                        new PeerChange.ReplaceVoter(Fixtures.S1, NEW), () -> CompletableFuture.completedFuture(null))))
                .contains("upgrade it first");
        assertThat(words(gate.change(new PeerChange.Remove(NEW), () -> CompletableFuture.completedFuture(null))))
                .isEqualTo("null");
        told.put(NEW, 2);
        assertThat(add(NEW, CompletableFuture.completedFuture(null))).isEqualTo("null");
    }

    @Test
    void whatWasGivenButIsNotAppliedYetCountsAsInTheLog() {
        told.put(NEW, 1);
        assertThat(command(2)).isEqualTo("given");
        assertThat(used).isEqualTo(1);
        assertThat(add(NEW, CompletableFuture.completedFuture(null))).contains("upgrade it first");
    }

    @Test
    void aServerThatIsBeingLetInCountsBeforeTheStatusShowsIt() {
        told.put(NEW, 1);
        CompletableFuture<@Nullable Void> letIn = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> same = gate.change(new PeerChange.AddLearner(NEW), () -> letIn);
        assertThat(same).isSameAs(letIn);
        assertThat(command(2)).startsWith("server " + NEW);
        letIn.complete(null);
        assertThat(command(2)).as("the status is older than the change").startsWith("server " + NEW);
        told.put(NEW, 2);
        assertThat(command(2)).isEqualTo("given");
    }

    @Test
    void aServerThatWasNotLetInDoesNotCount() {
        told.put(NEW, 1);
        CompletableFuture<@Nullable Void> refused = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> same = gate.change(new PeerChange.AddLearner(NEW), () -> refused);
        assertThat(same).isSameAs(refused);
        assertThat(command(2)).startsWith("server " + NEW);
        refused.completeExceptionally(new NotCommittedException("not connected"));
        assertThat(command(2)).isEqualTo("given");
    }
}
