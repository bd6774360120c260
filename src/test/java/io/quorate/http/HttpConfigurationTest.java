package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HttpConfigurationTest {
    private static final long MB = 1024 * 1024;

    @Test
    void connectionsFitIntoAThirdOfTheHeap() {
        assertThat(HttpConfiguration.connections(32 * MB)).isEqualTo(256);
        assertThat(HttpConfiguration.connections(128 * MB)).isEqualTo(497);
        assertThat(HttpConfiguration.connections(512 * MB)).isEqualTo(1988);
        assertThat(HttpConfiguration.connections(64_000 * MB)).isEqualTo(8192);
    }
}
