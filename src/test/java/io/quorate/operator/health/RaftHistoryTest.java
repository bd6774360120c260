package io.quorate.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.RaftStatus;
import io.quorate.consensus.RaftStatus.Role;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fixtures;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What counts as a change of the leader, and as an election. */
class RaftHistoryTest {
    private final RaftHistory history = new RaftHistory();

    private void see(@Nullable ServerId leader, long term) {
        history.see(new RaftStatus(
                Fixtures.CLUSTER,
                Role.FOLLOWER,
                leader,
                term,
                5,
                term,
                5,
                5,
                0,
                0,
                List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3),
                List.of(),
                20,
                Map.of(),
                null));
    }

    @Test
    void theFirstLeaderThatIsMetAfterAStartIsNoChange() {
        see(null, 7);
        see(Fixtures.S1, 7);
        see(Fixtures.S1, 7);
        assertThat(history.leaderChanges()).isZero();
        assertThat(history.elections()).as("terms before the start").isZero();
    }

    @Test
    void anotherLeaderIsAChangeWhetherOrNotThereWasNoneInBetween() {
        see(Fixtures.S1, 3);
        see(Fixtures.S2, 4);
        see(null, 4);
        see(Fixtures.S3, 5);
        assertThat(history.leaderChanges()).isEqualTo(2);
        assertThat(history.elections()).isEqualTo(2);
    }

    @Test
    void theSameLeaderHeardOfAgainIsNoChangeAndElectedAgainIsOne() {
        see(Fixtures.S1, 3);
        see(null, 3);
        see(Fixtures.S1, 3);
        assertThat(history.leaderChanges()).isZero();
        see(Fixtures.S1, 4);
        assertThat(history.leaderChanges()).isEqualTo(1);
    }

    @Test
    void electionsThatNobodyWinsAreCountedToo() {
        see(Fixtures.S1, 3);
        see(null, 9);
        assertThat(history.elections()).isEqualTo(6);
        assertThat(history.leaderChanges()).isZero();
    }

    @Test
    void theCountsOnlyGrowWhenTheGroupStopsOrIsAnotherOne() {
        see(Fixtures.S1, 30);
        see(Fixtures.S2, 31);
        history.see(RaftStatus.NONE);
        see(Fixtures.S3, 2);
        see(Fixtures.S3, 3);
        assertThat(history.elections()).isEqualTo(2);
        assertThat(history.leaderChanges()).isEqualTo(3);
    }
}
