package io.quorate.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No reader has to know Java. */
class PlainTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S,0s",
        "PT30S,30s",
        "PT1M30S,1m30s",
        "PT1H,1h",
        "PT72H,72h",
        "PT7H59M,7h59m",
        "PT0.2S,200ms",
        "PT0.0015S,1.5ms",
        "PT2.5S,2.5s",
        "PT1H0.001S,1h0.001s",
        "PT-5S,-5s"
    })
    void aDurationIsWrittenAsInSettings(Duration duration, String text) {
        assertThat(Plain.duration(duration)).isEqualTo(text);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), "Connection refused"),
                Arguments.of(new UnknownHostException("a.b"), "name not resolved: a.b"),
                Arguments.of(new NoSuchFileException("/x"), "/x: no such file or directory"),
                Arguments.of(new AccessDeniedException("/x"), "/x: permission denied"),
                Arguments.of(
                        new FileSystemException("/x", null, "No space left on device"), "/x: No space left on device"),
                Arguments.of(new ClosedChannelException(), "closed"),
                Arguments.of(new TimeoutException(), "no answer in time"),
                Arguments.of(new EOFException(), "eof"),
                Arguments.of(new UncheckedIOException(new IOException("a")), "a"),
                Arguments.of(new CompletionException(new ExecutionException(new IOException("a\nb"))), "a b"),
                Arguments.of(new CompletionException(new NoSuchFileException("/x")), "/x: no such file or directory"),
                Arguments.of(
                        new IllegalStateException("java.net.UnknownHostException: a.b: Name or service not known"),
                        "a.b: Name or service not known"),
                Arguments.of(
                        new IOException("Connection refused: localhost/127.0.0.1:8300"),
                        "Connection refused: 127.0.0.1:8300"),
                Arguments.of(
                        new IOException("finishConnect(..) failed: /[0:0:0:0:0:0:0:1]:8300"),
                        "finishConnect(..) failed: [::1]:8300"),
                Arguments.of(
                        new IOException("see http://10.0.0.1:80/a/10.0.0.2:1"), "see http://10.0.0.1:80/a/10.0.0.2:1"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    @Fault(
            line = "E7",
            fault = "a failure whose message is Java's: an exception's name, PT30S, a record, /[0:0:0:0:0:0:0:1]:8300",
            seen = "what is read is the system's own words, 30s, plain lists and [::1]:8300")
    void aFailureIsWhatTheSystemSaid(Throwable failure, String reason) {
        assertThat(Plain.reason(failure)).isEqualTo(reason);
    }

    @Fault(
            line = "D4",
            fault =
                    "a file system refuses in each of the ways in which Java tells it: by class, by reason, by message, by a cause",
            seen = "what is shown has the file and the system's own words: permission denied, No space left on device")
    @Test
    void theFileAndTheSystemsWordsAreThereWhateverTheExceptionHas() {
        Path file = Path.of("/data/founding");
        assertThat(Plain.reason(new FileSystemException("/x", null, "Read-only file system")))
                .isEqualTo("/x: Read-only file system");
        assertThat(Plain.reason(file, new IOException("No space left on device")))
                .isEqualTo("/data/founding: No space left on device");
        assertThat(Plain.reason(file, new AccessDeniedException("/data/founding")))
                .isEqualTo("/data/founding: permission denied");
        assertThat(Plain.reason(file, new ClosedChannelException())).isEqualTo("/data/founding: closed");
        assertThat(Plain.reason(file, new IOException("/data/founding has 70 bytes")))
                .isEqualTo("/data/founding has 70 bytes");
        assertThat(Plain.reason(new IllegalStateException(
                        "the state", new UncheckedIOException(new AccessDeniedException("/data/state")))))
                .isEqualTo("the state: /data/state: permission denied");
        assertThat(Plain.reason(new IllegalStateException(new AccessDeniedException("/data/state"))))
                .isEqualTo("/data/state: permission denied");
        assertThat(Plain.reason(new SQLException(
                        "IO Exception: \"/data/state\" [90031-232]",
                        new IllegalStateException(new AccessDeniedException("/data/state")))))
                .isEqualTo("/data/state: permission denied");
        assertThat(Plain.reason(new SQLException(
                        "Unique index or primary key violation; SQL statement:\nINSERT x [23505-240]")))
                .isEqualTo("Unique index or primary key violation");
        assertThat(Plain.reason(new IllegalStateException("This map is closed [2.5.240/4]")))
                .isEqualTo("This map is closed");
        assertThat(Plain.reason(new IOException("not bound to [::1]:8300"))).isEqualTo("not bound to [::1]:8300");
        assertThat(Plain.reason(new IOException(
                        "/data/founding: permission denied", new AccessDeniedException("/data/founding.new"))))
                .isEqualTo("/data/founding: permission denied");
    }

    @Test
    void aValueIsWrittenWithoutItsClass() throws UnknownHostException {
        byte[] loopback = new byte[16];
        loopback[15] = 1;
        assertThat(Plain.value(Optional.of(Duration.ofSeconds(30)))).isEqualTo("30s");
        assertThat(Plain.value(Optional.empty())).isEqualTo("null");
        assertThat(Plain.value(List.of(Duration.ofMillis(5), "a"))).isEqualTo("[5ms, a]");
        assertThat(Plain.value(new InetSocketAddress(InetAddress.getByAddress(loopback), 1)))
                .isEqualTo("[::1]:1");
        assertThat(Plain.value(InetSocketAddress.createUnresolved("a", 1))).isEqualTo("a:1");
        assertThat(Plain.value(null)).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.b|a.b|name not resolved",
                "a.b|a.b: Name or service not known|name not resolved: Name or service not known",
                "a.b|c.d: Name or service not known|name not resolved: c.d: Name or service not known",
                "a|a.b|name not resolved: a.b",
                "''|a.b|name not resolved: a.b",
            })
    void aNameIsNotSaidTwice(String beside, String message, String reason) {
        assertThat(Plain.reasonBeside(beside, new UnknownHostException(message)))
                .isEqualTo(reason);
    }
}
