package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations as Go writes them. */
class DurationsTest {
    @ParameterizedTest
    @CsvSource({"30s,PT30S", "1m30s,PT1M30S", "1.5h,PT1H30M", "200ms,PT0.2S", "0,PT0S", "72h,PT72H", "5us,PT0.000005S"})
    void whatGoWritesIsRead(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "1d", "-1s", "1s x", "PT1S", "9999999999h", "1..5s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
