package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Durations as Go prints them. */
class GoDurationTest {
    /** From the documentation and the tests of Go's package {@code time}. */
    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1ns",
        "1100, 1.1µs",
        "2200000, 2.2ms",
        "150000000, 150ms",
        "3300000000, 3.3s",
        "10000000000, 10s",
        "245000000000, 4m5s",
        "245001000000, 4m5.001s",
        "18367001000000, 5h6m7.001s",
        "86400000000000, 24h0m0s",
        "480000000001, 8m0.000000001s",
        "-1500000000, -1.5s",
        "9223372036854775807, 2562047h47m16.854775807s",
        "-9223372036854775808, -2562047h47m16.854775808s",
    })
    void eachIsPrintedAsGoDoes(long nanos, String text) {
        assertThat(GoDuration.text(Duration.ofNanos(nanos))).isEqualTo(text);
    }

    @Test
    void whatIsPrintedIsReadBack() {
        Random chance = new Random(11);
        for (int i = 0; i < 10_000; i++) {
            Duration duration = Duration.ofNanos(chance.nextLong() >> chance.nextInt(63));
            if (duration.toNanos() != Long.MIN_VALUE) {
                assertThat(GoDuration.parse(GoDuration.text(duration))).contains(duration);
            }
        }
    }
}
