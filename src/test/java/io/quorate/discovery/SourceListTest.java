package io.quorate.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where one source ends and the next begins, when some of them hold commas and spaces. */
class SourceListTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a,b c| a;b;c",
                " a , b:8301,,[::1]:3 |a;b:8301;[::1]:3",
                "provider=k8s label_selector=app=q,tier=x|provider=k8s label_selector=app=q,tier=x",
                "provider=k8s label_selector=app=q,!tier,x.io/y|provider=k8s label_selector=app=q,!tier,x.io/y",
                "provider=k8s label_selector=\"a in (b, c),d\",e.f|provider=k8s label_selector=\"a in (b, c),d\";e.f",
                "provider=k8s label_selector='a,10.0.0.1',10.0.0.2|provider=k8s label_selector='a,10.0.0.1';10.0.0.2",
                "provider=k8s label_selector=\"a\\\",b\",10.0.0.2|provider=k8s label_selector=\"a\\\",b\";10.0.0.2",
                "h,provider=aws tag_key=a tag_value=b,10.0.0.1:8301|h;provider=aws tag_key=a tag_value=b;10.0.0.1:8301",
                "provider=gce tag_value=b,provider=k8s label_selector=x=y|provider=gce tag_value=b;provider=k8s"
                        + " label_selector=x=y",
                "provider=gce tag_value=b provider=k8s label_selector=x=y|provider=gce tag_value=b;provider=k8s"
                        + " label_selector=x=y",
                "provider=gce tag_value=b,dns+srv:q.x,file:/p|provider=gce tag_value=b;dns+srv:q.x;file:/p",
                "provider=gce tag_value=b dns+srv:q.x|provider=gce tag_value=b;dns+srv:q.x",
                "tag_value=b provider=gce,x.y|tag_value=b provider=gce;x.y",
                "provider=gce tag_value=b , [::1]:8301|provider=gce tag_value=b;[::1]:8301",
                "provider=gce tag_value=b,|provider=gce tag_value=b",
            })
    void aSourceWithAProviderGoesOnUpToTheNextThatCanOnlyBeASource(String list, String expected) {
        assertThat(Discovery.split(list)).containsExactly(expected.strip().split(";"));
    }

    @Test
    void splittingASourceAgainChangesNothing() {
        String source = "provider=k8s label_selector=\"a=b,c in (d, e)\" namespace=n";
        assertThat(Discovery.split(source)).containsExactly(source);
        assertThat(Discovery.split(" , ")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"provider=k8s label_selector=a=b,tier", "provider=aws secret_access_key=ab,cd tag_key=x"})
    void aWordThatMayBeEitherIsRefusedAndNotRepeated(String list) {
        assertThatThrownBy(() -> Discovery.split(list))
                .hasMessageStartingWith("what follows a comma after provider= may be part of a value or a name")
                .hasMessageNotContaining("cd");
    }
}
