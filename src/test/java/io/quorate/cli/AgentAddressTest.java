package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an agent is asked. */
class AgentAddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8500,127.0.0.1:8500",
        "http://127.0.0.1:9,127.0.0.1:9",
        "http://host/,host:8500",
        "HTTP://host:1,host:1",
        "host,host:8500",
        "[::1]:8501,[::1]:8501",
        "::1,[::1]:8500"
    })
    void theWaysToWriteItAreUnderstood(String text, String address) {
        assertThat(AgentAddress.parse(text)).hasToString(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://host:8501", "host:port", "host:99999", "http://host/path", "a b", "", "http://u@"})
    void whatIsNoAddressIsNamed(String text) {
        assertThatThrownBy(() -> AgentAddress.parse(text))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(text);
    }
}
