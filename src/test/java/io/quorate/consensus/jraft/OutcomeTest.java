package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which failures of SOFAJRaft certainly left nothing in the log; its texts are those of 1.4.1. */
class OutcomeTest {
    @Test
    void aTaskThatWasNeverAppendedIsNotCommitted() {
        assertThat(Append.failure(new Status(RaftError.EPERM, "Is not leader.")))
                .isInstanceOf(NotCommittedException.class);
        assertThat(Append.failure(new Status(RaftError.EBUSY, "Is transferring leadership.")))
                .isInstanceOf(NotCommittedException.class);
    }

    @Test
    void leadershipLostOnTheWayLeavesTheOutcomeUnknownThoughItsCodeIsTheSame() {
        assertThat(Append.failure(new Status(RaftError.EPERM, "Leader stepped down")))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(Changes.failure(new Status(RaftError.EPERM, "Leader stepped down.")))
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void aChangeThatNeverBeganIsNotCommitted() {
        assertThat(Changes.failure(new Status(RaftError.EPERM, "Not leader")))
                .isInstanceOf(NotCommittedException.class);
        assertThat(Changes.failure(new Status(RaftError.EBUSY, "Doing another configuration change.")))
                .isInstanceOf(NotCommittedException.class);
        assertThat(Changes.failure(new Status(RaftError.ECATCHUP, "Peer x failed to catch up.")))
                .isInstanceOf(NotCommittedException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = RaftError.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"EBUSY", "SUCCESS"})
    void everyOtherCodeOfATaskIsUnknown(RaftError code) {
        assertThat(Append.failure(new Status(code, "anything"))).isInstanceOf(OutcomeUnknownException.class);
    }
}
