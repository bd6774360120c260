package io.quorate.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A check that sees nothing would find every answer good. */
class JavaFormsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.net.ConnectException: refused",
                "a.b.C",
                "NullPointerException",
                "bound is PT30S",
                "P2DT3H",
                "Optional[x]",
                "Optional.empty",
                "[Failure[address=a]]",
                "Nothing[]",
                "[I@1a2b3c",
                "Reply$Kind",
                "wrong fields: {addresses[0]=is no text}",
                "refused by /10.0.0.1:8300",
                "node null",
                "{\"detail\":\"node null\"}",
                "[\"Optional.empty\"]",
            })
    void isSeen(String text) {
        assertThat(JavaForms.in(text)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1:8300 does not answer within 30s: Connection refused",
                "{\"error\":null,\"of\":[null]}",
                "quorate_why{code=\"READY\"} 1.0",
                "[{Suffrage:Voter ID:0b5e Address:10.0.0.1:8300}]",
                "see http://10.0.0.1:80/a",
                "/var/lib/quorate/raft",
                "s1@dc1",
            })
    void isNotSeen(String text) {
        assertThat(JavaForms.in(text)).isEqualTo(List.of());
    }
}
