package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HttpConfigurationTest {
    private static final long MB = 1024 * 1024;

    @Test
    void connectionsFitIntoAQuarterOfTheHeap() {
        assertThat(HttpConfiguration.connections(32 * MB)).isEqualTo(512);
        assertThat(HttpConfiguration.connections(128 * MB)).isEqualTo(745);
        assertThat(HttpConfiguration.connections(512 * MB)).isEqualTo(2982);
        assertThat(HttpConfiguration.connections(64_000 * MB)).isEqualTo(8192);
    }
}
