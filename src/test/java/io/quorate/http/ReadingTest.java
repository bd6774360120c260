package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.answer.Mode;
import io.quorate.answer.Terms;
import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.List;
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
    @Fault(
            line = "A3",
            fault = "a removal is asked for with force=false, force=0 or force=maybe",
            seen = "false is not forced; what is neither true nor false is refused by name")
    void whatMustNotBeMistakenIsReadByItsValue() {
        assertThat(Query.of("").saysYes("force")).isFalse();
        assertThat(Query.of("force=false").saysYes("force")).isFalse();
        assertThat(Query.of("force").saysYes("force")).isTrue();
        assertThat(Query.of("force=&force=true").saysYes("force")).isTrue();
        for (String wrong : List.of("force=0", "force=maybe", "force=FALSE", "force=false&force", "force=1")) {
            assertThatThrownBy(() -> Query.of(wrong).saysYes("force"))
                    .as(wrong)
                    .isInstanceOf(BadRequestException.class)
                    .hasMessageStartingWith("force ");
        }
    }

    @Test
    void presenceOfAConsistencyParameterCounts() {
        assertThat(TermsOf.of(Query.of("stale=false"), wait -> wait).mode()).isEqualTo(Mode.STALE);
        assertThat(TermsOf.of(Query.of("consistent="), wait -> wait).mode()).isEqualTo(Mode.CONSISTENT);
        assertThat(TermsOf.of(Query.of(""), wait -> wait).mode()).isEqualTo(Mode.DEFAULT);
        Terms bound = TermsOf.of(Query.of("max_stale=10s"), wait -> wait);
        assertThat(bound.mode()).isEqualTo(Mode.STALE);
        assertThat(bound.maxStale()).isEqualTo(Duration.ofSeconds(10));
        assertThat(TermsOf.of(Query.of("max_stale=0s"), wait -> wait).mode()).isEqualTo(Mode.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({"'', 300", "10s, 10", "15m, 600", "0s, 300", "-1s, 300"})
    void aWaitIsFiveMinutesUnlessSaidAndTenAtMost(String wait, long seconds) {
        assertThat(TermsOf.of(Query.of("index=7&wait=" + wait), asked -> asked).waitTime())
                .isEqualTo(Duration.ofSeconds(seconds));
    }
}
