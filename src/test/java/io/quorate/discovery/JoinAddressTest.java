package io.quorate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts may be asked for at all. */
class JoinAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "10.0.0.2:8301",
                "localhost",
                "quorate-0.quorate.svc.cluster.local:8301",
                "node_1",
                "host.",
                "::1",
                "fe80::1%eth0",
                "[fe80::1%eth0]:8301",
                "::ffff:10.0.0.1",
                "169.254.0.1",
                "[::1]",
                "[2001:db8::1]:65535",
                "dns+srv:_quorate._tcp.example"
            })
    void whatMayBeAnAddressIsTaken(String text) {
        assertThat(JoinAddress.problem(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not an address",
                "10.0.0.256",
                "10.0.0",
                "1.2.3.4.5",
                "999999999999",
                "10.0.0.1:",
                "10.0.0.1:0",
                "10.0.0.1:65536",
                "10.0.0.1:http",
                "host:1:2",
                "::g",
                ":::",
                "[::1",
                "[::1]x",
                "[::1]:0",
                "[10.0.0.1]",
                "-host",
                "a..b",
                "http://host",
                "tcp://10.0.0.1:8301",
                "http://x:8301",
                "*",
                " ",
                " host",
                "host ",
                "10.0.0.1:99999",
                "2001:db8:0:0:0:0:0:1:8301",
                "::1:8301",
                "10.0.0.1/8",
                "host/path",
                "file:/etc/passwd",
                "dns+srv:",
                "dns+srv:a b",
                "provider=aws",
                "ho\nst",
                "0.0.0.0",
                "0.0.0.0:8301",
                "0.1.2.3",
                "::",
                "[::]",
                "[::]:8301",
                "[::%eth0]",
                "0:0:0:0:0:0:0:0",
                "::ffff:0.0.0.0",
                "224.0.0.1",
                "[ff02::1]:8301",
                "255.255.255.255",
                "240.0.0.1:8301",
                "fe80::1",
                "[fe80::1]:8301"
            })
    void whatCannotBeAnAddressIsRefused(String text) {
        assertThat(JoinAddress.problem(text)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/etc/passwd", "file:", "provider=aws tag_key=a tag_value=b", "a=b provider=k8s"})
    void aSourceOfTheSettingsIsToldApart(String text) {
        assertThat(JoinAddress.problem(text)).isEqualTo("is a source for -join and -retry-join alone: give an address");
    }
}
