package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Connections on which somebody waits, or nobody any more, never take all that there are for long. */
class WaitingTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Waiting waiting = new Waiting(800);

    private void begin(int more) {
        for (int i = 0; i < more; i++) {
            waiting.begin();
        }
    }

    @Test
    void theMoreWaitTheShorterTheNextOneMay() {
        begin(399);
        assertThat(waiting.longest(LONG)).isEqualTo(LONG);
        begin(1);
        assertThat(waiting.longest(LONG)).isEqualTo(Duration.ofSeconds(30));
        begin(299);
        assertThat(waiting.longest(LONG)).isEqualTo(Duration.ofSeconds(30));
        begin(1);
        assertThat(waiting.longest(LONG)).isEqualTo(Duration.ofSeconds(1));
        waiting.end();
        assertThat(waiting.longest(LONG)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void nobodyWaitsLongerThanAsked() {
        begin(800);
        assertThat(waiting.longest(Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(20));
    }
}
