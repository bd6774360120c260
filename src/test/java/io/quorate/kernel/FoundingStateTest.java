package io.quorate.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FoundingStateTest {
    @Test
    void theWordsAreThoseOfGossipAndMetricsAndNeverChange() {
        assertThat(Arrays.stream(FoundingState.values()).map(FoundingState::word))
                .containsExactly("starting", "blank", "pledged", "withdrawn", "member", "failed", "unknown");
    }

    @Test
    void eachWordIsReadAsItsStateAndAnyOtherAsUnknown() {
        for (FoundingState state : FoundingState.values()) {
            assertThat(FoundingState.of(state.word())).isEqualTo(state);
            assertThat(state).hasToString(state.word());
        }
        assertThat(FoundingState.of("")).isEqualTo(FoundingState.UNKNOWN);
        assertThat(FoundingState.of("MEMBER")).isEqualTo(FoundingState.UNKNOWN);
        assertThat(FoundingState.of("retired")).isEqualTo(FoundingState.UNKNOWN);
    }
}
