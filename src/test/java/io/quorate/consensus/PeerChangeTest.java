package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.Consensus.PeerChange;
import io.quorate.testing.Fixtures;
import org.junit.jupiter.api.Test;

class PeerChangeTest {
    @Test
    void aLogLineSaysWhatIsChangedInWords() {
        assertThat(new PeerChange.AddLearner(Fixtures.S1)).hasToString("add learner " + Fixtures.S1);
        assertThat(new PeerChange.AddVoter(Fixtures.S1)).hasToString("add voter " + Fixtures.S1);
        assertThat(new PeerChange.ReplaceVoter(Fixtures.S1, Fixtures.S2))
                .hasToString("replace voter " + Fixtures.S1 + " by " + Fixtures.S2);
        assertThat(new PeerChange.Remove(Fixtures.S1)).hasToString("remove " + Fixtures.S1);
    }
}
