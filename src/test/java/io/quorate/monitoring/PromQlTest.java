package io.quorate.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Series are found in expressions, and nothing else is taken for one. */
class PromQlTest {
    private static List<String> names(String expression) {
        return PromQl.parse(expression).selectors().stream()
                .map(PromQl.Selector::name)
                .toList();
    }

    @Test
    void functionsAggregationsKeywordsNumbersAndStringsAreNoSeries() {
        assertThat(names("max by (namespace, job) (increase(a_total{x=\"b_total or {c\"}[30m])) > 3"))
                .containsExactly("a_total");
        assertThat(names("sum(up == bool 0) by (job)")).containsExactly("up");
        assertThat(names("predict_linear(free[6h], 86400) < 5e9 and on (a) b offset 5m unless ignoring(c) d"))
                .containsExactly("free", "b", "d");
        assertThat(names("rate(a[$__rate_interval]) / rate(b:sum{}[1h30m:]) # c\n > -1.5 or absent(d)"))
                .containsExactly("a", "b:sum", "d");
        assertThat(names("label_replace(a, \"x\", \"$1\", 'y', `\\d`)")).containsExactly("a");
        assertThat(names("a * on (i) group_right (n, r) (b == 1)")).containsExactly("a", "b");
    }

    @Test
    void matchersAndGroupingLabelsAreTold() {
        PromQl read =
                PromQl.parse("count by (x, y) (a{job=\"j\", code=~\"A|B\", z!=\"\\\"q\", v=~\"$v\", w=~\"a.*\"})");
        assertThat(read.grouping()).containsExactly("x", "y");
        assertThat(read.selectors()).hasSize(1);
        List<PromQl.Matcher> matchers = read.selectors().get(0).matchers();
        assertThat(matchers).extracting(PromQl.Matcher::label).containsExactly("job", "code", "z", "v", "w");
        assertThat(matchers)
                .extracting(PromQl.Matcher::wanted)
                .containsExactly(List.of("j"), List.of("A", "B"), List.of("\"q"), List.of(), List.of());
    }

    @Test
    void whatCannotBeReadIsAnErrorAndNotLeftOut() {
        assertThatThrownBy(() -> PromQl.parse("{__name__=\"a\"}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PromQl.parse("a[5m")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PromQl.parse("a{=\"x\"}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSelectorIsComparedWithNamesLabelsAndValues() {
        Exposition scrape = Exposition.parse("""
                # HELP a what
                # TYPE a gauge
                a{code="X",text="with } and \\" and , in it"} 1.0
                a{code="Y",text=""} NaN
                b_total 5.0
                """);
        assertThat(scrape.families()).containsEntry("a", "gauge");
        assertThat(wrong(scrape, "a{code=\"X\", job=\"j\"}")).isEmpty();
        assertThat(wrong(scrape, "a{text=\"with } and \\\" and , in it\"}")).isEmpty();
        assertThat(wrong(scrape, "b_total")).isEmpty();
        assertThat(wrong(scrape, "c")).containsExactly("c is not exposed");
        assertThat(wrong(scrape, "a{kode=\"X\"}")).containsExactly("a has no label kode");
        assertThat(wrong(scrape, "a{code=~\"X|Z\"}")).containsExactly("a has no code=\"Z\" but X, Y");
    }

    private static List<String> wrong(Exposition scrape, String expression) {
        return Asked.of("test", expression).wrong(scrape);
    }
}
