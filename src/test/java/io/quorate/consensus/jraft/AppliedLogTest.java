package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.LogGrowth;
import org.junit.jupiter.api.Test;

class AppliedLogTest {
    private final AppliedLog log = new AppliedLog();

    @Test
    void whatComesWhileASnapshotIsWrittenCountsForTheNext() {
        log.applied(10, 100);
        log.begun();
        log.applied(14, 30);
        assertThat(log.sinceSnapshot()).as("not saved yet").isEqualTo(new LogGrowth(14, 130));

        log.saved();

        assertThat(log.sinceSnapshot()).isEqualTo(new LogGrowth(4, 30));
    }

    @Test
    void oneThatIsNotSavedChangesNothing() {
        log.applied(10, 100);
        log.begun();
        log.applied(14, 30);
        log.begun();
        log.saved();
        log.applied(15, 1);
        // Raft says that it is saved when nothing was new: none began.
        log.saved();

        assertThat(log.sinceSnapshot()).isEqualTo(new LogGrowth(1, 1));
    }

    @Test
    void aSnapshotThatIsLoadedStandsForAllBeforeIt() {
        log.loaded(1000);
        assertThat(log.sinceSnapshot()).isEqualTo(LogGrowth.NONE);
        log.applied(1003, 30);
        assertThat(log.sinceSnapshot()).isEqualTo(new LogGrowth(3, 30));
    }

    @Test
    void oneThatAnotherServerSentOutdatesTheOneBeingWritten() {
        log.applied(10, 100);
        log.begun();
        log.loaded(1000);
        log.applied(1001, 5);
        log.saved();

        assertThat(log.sinceSnapshot()).isEqualTo(new LogGrowth(1, 5));
    }
}
