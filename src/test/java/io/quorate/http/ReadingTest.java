package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations, queries and consistency as they stand in a request. */
class ReadingTest {
    @ParameterizedTest
    @CsvSource({
        "10s, 10000000000",
        "1h30m, 5400000000000",
        "150ms, 150000000",
        "1.5h, 5400000000000",
        "2us, 2000",
        "2µs, 2000",
        ".5s, 500000000",
        "-3s, -3000000000",
        "+3s, 3000000000",
        "0, 0",
        "7ns, 7"
    })
    void goDurationsAreRead(String text, long nanos) {
        assertThat(GoDuration.parse(text)).hasValue(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "bogus", "10 s", "1d", "-", "1s2", "9999999999h", "1.s.", "١s"})
    void whatIsNoDurationIsNotGuessed(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }

    @Test
    void aQueryIsReadAsGoReadsIt() {
        Query query = Query.of("a=1&b&a=2&&c=x%20y+z&bad=%zz&=v&d=%C3%A4");
        assertThat(query.first("a")).isEqualTo("1");
        assertThat(query.all("a")).containsExactly("1", "2");
        assertThat(query.has("b")).isTrue();
        assertThat(query.first("b")).isEmpty();
        assertThat(query.first("c")).isEqualTo("x y z");
        assertThat(query.has("bad"))
                .as("a pair that cannot be decoded is left out")
                .isFalse();
        assertThat(query.first("d")).isEqualTo("ä");
        assertThat(query.first("nope")).isEmpty();
    }

    @Test
    void presenceOfAConsistencyParameterCounts() {
        assertThat(Consistency.of(Query.of("stale=false")).mode()).isEqualTo(Consistency.Mode.STALE);
        assertThat(Consistency.of(Query.of("consistent=")).mode()).isEqualTo(Consistency.Mode.CONSISTENT);
        assertThat(Consistency.of(Query.of("")).mode()).isEqualTo(Consistency.Mode.LEADER);
        assertThat(Consistency.of(Query.of("max_stale=10s")))
                .isEqualTo(new Consistency(Consistency.Mode.STALE, Duration.ofSeconds(10)));
        assertThat(Consistency.of(Query.of("max_stale=0s")).mode()).isEqualTo(Consistency.Mode.LEADER);
    }
}
