package io.quorate.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IPv6 as RFC 5952 says; the examples are its own. */
class IpTextTest {
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001,2001:db8::1",
        "2001:db8:0:0:0:0:2:1,2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1,2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
        "2001:DB8:AAAA::A,2001:db8:aaaa::a",
        "0:0:0:0:0:0:0:1,::1",
        "0:0:0:0:0:0:0:0,::",
        "1:0:0:0:0:0:0:0,1::",
        "fe80:0:0:0:0:0:0:1%3,fe80::1%3",
        "0:0:1:0:0:0:0:0,0:0:1::",
        "10.0.0.1,10.0.0.1",
        "::ffff:10.0.0.1,10.0.0.1"
    })
    @Fault(
            line = "E7",
            fault = "an IPv6 address in a log line or an answer",
            seen = "it is written as RFC 5952 says: ::1")
    void isWrittenAsTheRfcSays(String given, String written) throws UnknownHostException {
        assertThat(IpText.of(ip(given))).isEqualTo(written);
    }

    @Test
    void isInBracketsBeforeAPort() throws UnknownHostException {
        assertThat(new Endpoint(ip("::1"), 8300)).hasToString("[::1]:8300");
        assertThat(new Endpoint(ip("127.0.0.1"), 8300)).hasToString("127.0.0.1:8300");
    }

    @Test
    void isReadAsTheSameAddressAgain() throws Exception {
        Random random = new Random(5952);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            for (int group = 0; group < 8; group++) {
                if (random.nextBoolean()) {
                    bytes[2 * group] = 0;
                    bytes[2 * group + 1] = (byte) (random.nextBoolean() ? 0 : 7);
                }
            }
            InetAddress address = InetAddress.getByAddress(bytes);
            assertThat(ip(IpText.of(address))).isEqualTo(address);
            assertThat(IpText.of(address)).doesNotContain(":::").matches("[0-9a-f.:]+");
        }
    }

    private static InetAddress ip(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }
}
