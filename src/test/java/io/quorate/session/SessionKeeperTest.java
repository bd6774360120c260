package io.quorate.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.answer.AskException;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.consensus.RaftStatus;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the leader counts the time of sessions. */
class SessionKeeperTest {
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration ALMOST = TTL.multipliedBy(2).minusMillis(1);
    private static final Duration REST = Duration.ofMillis(1);
    private static final UUID A = new UUID(0, 0xa);

    private final SessionState state = new SessionState();
    private final FakeConsensus consensus = new FakeConsensus();
    private final SimulatedLoop loop = new SimulatedLoop();
    private final SessionKeeper keeper = new SessionKeeper(consensus, state, loop, loop, loop, new Random(7), () -> {});
    /** Commands that raft has taken and not carried out. */
    private final Deque<Taken> taken = new ArrayDeque<>();

    private boolean holding;

    private record Taken(Command<CommandFamily.Result> command, CompletableFuture<CommandFamily.Result> result) {}

    @BeforeEach
    void start() {
        state.register("web");
        consensus.result = command -> {
            @SuppressWarnings("unchecked") // there is no other here
            Taken entry = new Taken((Command<CommandFamily.Result>) command, new CompletableFuture<>());
            if (holding) {
                taken.add(entry);
            } else {
                entry.result().complete(state.apply(entry.command()));
            }
            return entry.result();
        };
        keeper.start();
        loop.run();
    }

    @AfterEach
    void close() throws Exception {
        keeper.close();
        state.close();
    }

    private static RaftStatus status(RaftStatus.Role role, long term) {
        return new RaftStatus(
                Fixtures.CLUSTER,
                role,
                Fixtures.S1,
                term,
                41,
                term,
                40,
                39,
                20,
                2,
                List.of(Fixtures.S1),
                List.of(),
                0,
                Map.of(),
                null);
    }

    private void lead(long term) {
        consensus.become(status(RaftStatus.Role.LEADER, term));
        loop.run();
    }

    private void follow(long term) {
        consensus.become(status(RaftStatus.Role.FOLLOWER, term));
        loop.run();
    }

    private void create(UUID id, Duration life) {
        assertThat(state.apply(new SessionCommand.Create(SessionState.session(id, "web", life)))
                        .done())
                .isTrue();
        loop.run();
    }

    private CompletableFuture<Optional<SessionRow>> renew(UUID id) {
        CompletableFuture<Optional<SessionRow>> renewed = keeper.renew(id);
        loop.run();
        return renewed;
    }

    private boolean lives(UUID id) {
        return state.find(id) != null;
    }

    private long expirations() {
        return consensus.appended.stream()
                .filter(SessionCommand.Expire.class::isInstance)
                .count();
    }

    /** Raft carries out what it took first. */
    private CommandFamily.Result carryOut() {
        Taken entry = taken.remove();
        CommandFamily.Result result = state.apply(entry.command());
        entry.result().complete(result);
        loop.run();
        return result;
    }

    @Test
    void whoIsNotRenewedEndsAfterTwiceItsTtlAndNotBefore() {
        lead(3);
        create(A, TTL);
        loop.advance(ALMOST);
        assertThat(lives(A)).isTrue();
        loop.advance(REST);
        assertThat(lives(A)).isFalse();
    }

    @Test
    void aRenewalGivesTheFullTimeAgain() {
        lead(3);
        create(A, TTL);
        loop.advance(ALMOST);
        assertThat(renew(A).join().orElseThrow().session().id()).isEqualTo(A);
        loop.advance(ALMOST);
        assertThat(lives(A)).isTrue();
        loop.advance(REST);
        assertThat(lives(A)).isFalse();
        assertThat(renew(A).join()).isEmpty();
    }

    @Test
    void whoHasNoTtlIsRenewedAllTheSameAndNeverEnds() {
        lead(3);
        create(A, Duration.ZERO);
        assertThat(renew(A).join()).isPresent();
        loop.advance(Duration.ofDays(3));
        assertThat(lives(A)).isTrue();
    }

    @Test
    void aNewLeaderCountsFromTheBeginning() {
        lead(3);
        create(A, TTL);
        loop.advance(ALMOST);
        follow(4);
        loop.advance(Duration.ofMinutes(5));
        assertThat(lives(A)).isTrue();
        lead(5);
        loop.advance(ALMOST);
        assertThat(lives(A)).isTrue();
        loop.advance(REST);
        assertThat(lives(A)).isFalse();
    }

    @Test
    void leadershipThatWasLostAndWonBetweenTwoLooksIsANewOne() {
        lead(3);
        create(A, TTL);
        loop.advance(ALMOST);
        lead(5);
        loop.advance(ALMOST);
        assertThat(lives(A)).isTrue();
        loop.advance(REST);
        assertThat(lives(A)).isFalse();
    }

    @Test
    void whoWasEndedOtherwiseIsNotEndedAgain() {
        lead(3);
        create(A, TTL);
        state.apply(new SessionCommand.Destroy(A));
        loop.advance(Duration.ofMinutes(1));
        assertThat(expirations()).isZero();
    }

    @Test
    void aRenewalWaitsForAnEndThatIsUnderWay() {
        lead(3);
        create(A, TTL);
        holding = true;
        loop.advance(Duration.ofSeconds(20));
        CompletableFuture<Optional<SessionRow>> renewed = renew(A);
        assertThat(renewed).isNotDone();
        carryOut();
        assertThat(renewed.join()).isEmpty();
    }

    @Test
    void anEndThatRaftDidNotTakeIsNoneAndTheRenewalCounts() {
        lead(3);
        create(A, TTL);
        holding = true;
        loop.advance(Duration.ofSeconds(20));
        CompletableFuture<Optional<SessionRow>> renewed = renew(A);
        taken.remove().result().completeExceptionally(new NotCommittedException("busy"));
        holding = false;
        loop.run();
        assertThat(renewed.join()).isPresent();
        loop.advance(ALMOST);
        assertThat(lives(A)).isTrue();
        loop.advance(REST);
        assertThat(lives(A)).isFalse();
    }

    @Test
    void withoutARenewalAnEndThatRaftDidNotTakeIsTriedAgainAfterASecond() {
        lead(3);
        create(A, TTL);
        holding = true;
        loop.advance(Duration.ofSeconds(20));
        taken.remove().result().completeExceptionally(new NotCommittedException("busy"));
        loop.run();
        assertThat(taken).isEmpty();
        holding = false;
        loop.advance(Duration.ofSeconds(1));
        assertThat(lives(A)).isFalse();
    }

    @Test
    void anEndOfUnknownOutcomeEndsNobodyWhoWasRenewedAfterIt() {
        lead(3);
        create(A, TTL);
        holding = true;
        loop.advance(Duration.ofSeconds(20));
        Taken unknown = taken.remove();
        CompletableFuture<Optional<SessionRow>> renewed = renew(A);
        unknown.result().completeExceptionally(new OutcomeUnknownException("no answer"));
        loop.run();
        assertThat(renewed).isNotDone();
        assertThat(taken).singleElement().extracting(Taken::command).isInstanceOf(SessionCommand.Reign.class);
        carryOut();
        assertThat(renewed.join()).isPresent();
        assertThat(state.apply(unknown.command()).done()).isFalse();
        assertThat(lives(A)).isTrue();
        loop.advance(ALMOST);
        assertThat(taken).isEmpty();
        loop.advance(REST);
        carryOut();
        assertThat(lives(A)).isFalse();
    }

    @Test
    void whatAnEarlierLeaderDecidedEndsNobodyWhoWasRenewedUnderALaterOne() {
        lead(3);
        create(A, TTL);
        holding = true;
        loop.advance(Duration.ofSeconds(20));
        Taken stalled = taken.remove();
        follow(4);
        lead(5);
        CompletableFuture<Optional<SessionRow>> renewed = renew(A);
        assertThat(renewed).isNotDone();
        carryOut();
        assertThat(renewed.join()).isPresent();
        CommandFamily.Result late = state.apply(stalled.command());
        stalled.result().complete(late);
        loop.run();
        assertThat(late.done()).isFalse();
        assertThat(lives(A)).isTrue();
        holding = false;
        loop.advance(ALMOST);
        assertThat(lives(A)).isTrue();
        loop.advance(REST);
        assertThat(lives(A)).isFalse();
    }

    @Test
    void nothingIsRenewedWhereNobodyLeads() {
        assertThatThrownBy(() -> renew(A).join()).hasCauseInstanceOf(AskException.class);
        lead(3);
        create(A, TTL);
        consensus.leaseBarrier = () -> CompletableFuture.failedFuture(new NotCommittedException("deposed"));
        loop.advance(Duration.ofSeconds(15));
        assertThatThrownBy(() -> renew(A).join()).hasCauseInstanceOf(NotCommittedException.class);
        loop.advance(Duration.ofSeconds(5));
        assertThat(lives(A)).isFalse();
    }

    @Test
    void whoWaitsForALeaderThatIsLostIsTold() {
        holding = true;
        lead(3);
        create(A, TTL);
        CompletableFuture<Optional<SessionRow>> renewed = renew(A);
        assertThat(renewed).isNotDone();
        follow(4);
        assertThatThrownBy(renewed::join).hasCauseInstanceOf(AskException.class);
    }

    @Test
    void nothingEndsBeforeTheNumberIsWritten() {
        create(A, TTL);
        holding = true;
        lead(3);
        loop.advance(Duration.ofMinutes(1));
        assertThat(expirations()).isZero();
        taken.remove().result().completeExceptionally(new OutcomeUnknownException("no answer"));
        loop.advance(Duration.ofSeconds(2));
        holding = false;
        carryOut();
        loop.advance(ALMOST);
        assertThat(lives(A)).isTrue();
        loop.advance(Duration.ofSeconds(1));
        assertThat(lives(A)).isFalse();
    }

    @Test
    void whenTheWholeContentIsExchangedThereIsAnotherSetToCount() throws Exception {
        lead(3);
        create(A, TTL);
        UUID b = new UUID(0, 0xb);
        state.read(transaction -> {
            SessionTables.end(transaction, Objects.requireNonNull(SessionTables.find(transaction, A)), state.changed);
            SessionTables.begin(
                    transaction,
                    new SessionRow(SessionState.session(b, "web", TTL), "web", 1, 0),
                    Set.of(),
                    state.changed);
            return true;
        });
        state.exchanged();
        loop.advance(ALMOST);
        assertThat(lives(b)).isTrue();
        loop.advance(REST);
        assertThat(lives(b)).isFalse();
        assertThat(expirations()).isEqualTo(1);
    }

    @Test
    void thousandsEndInTheirOrderFewAtATimeAndHoldNoTimerEach() {
        int many = 3000;
        lead(3);
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            UUID id = new UUID(1, i);
            ids.add(id);
            create(id, TTL.plusMillis(i / 1000));
        }
        assertThat(loop.waiting()).isLessThan(4);
        holding = true;
        loop.advance(Duration.ofSeconds(30));
        assertThat(taken).hasSize(256);
        while (!taken.isEmpty()) {
            carryOut();
            assertThat(taken.size()).isLessThanOrEqualTo(256);
        }
        assertThat(state.all()).isEmpty();
        assertThat(consensus.appended)
                .filteredOn(SessionCommand.Expire.class::isInstance)
                .extracting(command -> ((SessionCommand.Expire) command).id())
                .containsExactlyElementsOf(ids);
    }

    @Test
    void whatWasEndedDoesNotPileUpUntilItsTimeIsOver() {
        lead(3);
        for (int i = 0; i < 5000; i++) {
            UUID id = new UUID(1, i);
            create(id, Duration.ofHours(24));
            state.apply(new SessionCommand.Destroy(id));
            loop.run();
            assertThat(keeper.counted()).isLessThanOrEqualTo(1025);
        }
    }
}
