package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.ConsensusSettings.Snapshots;
import io.quorate.consensus.LogGrowth;
import io.quorate.consensus.jraft.SnapshotRule.Attempt;
import io.quorate.consensus.jraft.SnapshotRule.Due;
import io.quorate.kernel.ServerId;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotRuleTest {
    private static final Snapshots BOUNDS = new Snapshots(10_000, 1_000_000);
    /** Its share of what servers wait beyond the bounds is none. */
    private static final ServerId FIRST = new ServerId(new UUID(1, 0));

    private static final ServerId LAST = new ServerId(new UUID(1, 255));
    private static final long AFTER_HALF_AN_HOUR = 1_800_000;

    private final SnapshotRule rule = new SnapshotRule(BOUNDS, FIRST);

    private Due due(long entries, long bytes, Attempt attempt) {
        return rule.due(new SnapshotRule.Look(new LogGrowth(entries, bytes), false, attempt, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, NO",
        "9999, 999999, NO",
        "10000, 0, ENTRIES",
        "1, 1000000, BYTES",
        "10000, 1000000, BYTES",
    })
    void whatReachesABoundFirstMakesItDue(long entries, long bytes, Due expected) {
        assertThat(due(entries, bytes, Attempt.NONE)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "999, 1800000, NO",
        "1000, 1799999, NO",
        "1000, 1800000, AGE",
    })
    void aLogThatGrowsSlowlyIsSavedNowAndThen(long entries, long sinceSavedMs, Due expected) {
        assertThat(rule.due(new SnapshotRule.Look(new LogGrowth(entries, 5), false, Attempt.NONE, sinceSavedMs)))
                .isEqualTo(expected);
    }

    @Test
    void nothingIsDueWhileOneIsBeingSaved() {
        assertThat(rule.due(new SnapshotRule.Look(
                        new LogGrowth(1_000_000, 1_000_000_000), true, Attempt.NONE, AFTER_HALF_AN_HOUR)))
                .isEqualTo(Due.NO);
    }

    @ParameterizedTest
    @CsvSource({
        // saved: 30 s, and a fifth of the time for writing
        "0, 10, 29999, NO",
        "0, 10, 30000, BYTES",
        "0, 20000, 79999, NO",
        "0, 20000, 80000, BYTES",
        "0, 3600000, 599999, NO",
        "0, 3600000, 600000, BYTES",
        // failed: longer each time, ten minutes at most
        "1, 10, 59999, NO",
        "1, 10, 60000, BYTES",
        "2, 10, 119999, NO",
        "2, 10, 120000, BYTES",
        "4, 10, 479999, NO",
        "5, 10, 599999, NO",
        "5, 10, 600000, BYTES",
        "2147483647, 9000000000, 599999, NO",
        "2147483647, 9000000000, 600000, BYTES",
    })
    void afterAnAttemptThereIsAPause(int failures, long tookMs, long sinceMs, Due expected) {
        assertThat(due(10_000, 1_000_000, new Attempt(failures, tookMs, sinceMs)))
                .isEqualTo(expected);
    }

    @Test
    void serversDoNotAllSaveAtOnce() {
        SnapshotRule last = new SnapshotRule(BOUNDS, LAST);
        LogGrowth atBound = new LogGrowth(10_000, 1_000_000);
        LogGrowth quarterMore = new LogGrowth(12_500, 0);

        assertThat(last.due(new SnapshotRule.Look(atBound, false, Attempt.NONE, 0)))
                .isEqualTo(Due.NO);
        assertThat(last.due(new SnapshotRule.Look(quarterMore, false, Attempt.NONE, 0)))
                .isEqualTo(Due.ENTRIES);
    }

    @Test
    void whereTheyAreOnlySavedWhenAskedNothingIsDue() {
        SnapshotRule none = new SnapshotRule(Snapshots.ONLY_WHEN_ASKED, FIRST);
        assertThat(none.due(new SnapshotRule.Look(
                        new LogGrowth(1_000_000, 1_000_000_000), false, Attempt.NONE, AFTER_HALF_AN_HOUR)))
                .isEqualTo(Due.NO);
    }
}
