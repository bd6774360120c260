package io.quorate.operator.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.Fault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JoinBodyTest {
    @Test
    void aBodyIsReadToItsEnd() throws IOException {
        byte[] body = "x".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        assertThat(JoinBody.read(new ByteArrayInputStream(body), 10_000, () -> 0))
                .isEqualTo(body);
        assertThatThrownBy(() -> JoinBody.read(new ByteArrayInputStream(body), 9_999, () -> 0))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("the body may have 9999 bytes");
    }

    @Test
    @Fault(line = "E9", fault = "a body of a join that goes on coming, a byte a second", seen = "408 after 10 s")
    void aBodyThatGoesOnComingIsNotAwaited() {
        AtomicLong nanos = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }

            @Override
            public int read(byte[] into, int from, int length) {
                nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
                into[from] = ' ';
                return 1;
            }
        };
        assertThatThrownBy(() -> JoinBody.read(endless, 64, nanos::get))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("the body was not there after 10 s");
        assertThat(TimeUnit.NANOSECONDS.toSeconds(nanos.get())).isEqualTo(11);
    }
}
