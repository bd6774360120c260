package io.quorate.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.codec.MalformedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands of sessions as they stand in the log. */
class SessionFormsTest {
    private static final UUID ID = UUID.fromString("11111111-2222-3333-4444-555555555555");

    static List<SessionCommand> commands() {
        Session least =
                new Session(ID, "", "n", Duration.ZERO, Session.Behavior.RELEASE, "", Duration.ZERO, null, null);
        Session most = new Session(
                ID,
                "x".repeat(SessionForms.MAX_TEXT),
                "n".repeat(SessionForms.MAX_NAME),
                Duration.ofNanos(Long.MAX_VALUE),
                Session.Behavior.DELETE,
                "t".repeat(SessionForms.MAX_TTL),
                Duration.ofHours(24),
                Collections.nCopies(SessionForms.MAX_CHECKS, "c".repeat(SessionForms.MAX_NAME)),
                Collections.nCopies(
                        SessionForms.MAX_CHECKS,
                        new Session.ServiceCheck(
                                "c".repeat(SessionForms.MAX_NAME), "n".repeat(SessionForms.MAX_NAME))));
        return List.of(
                new SessionCommand.Create(least),
                new SessionCommand.Create(most),
                new SessionCommand.Destroy(ID),
                new SessionCommand.Expire(ID, new UUID(7, 8)),
                new SessionCommand.Reign(ID));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachIsReadBackAsItWasAndNotWhenCutOff(SessionCommand command) throws MalformedException {
        byte[] bytes = SessionForms.COMMAND.bytes(command);
        assertThat(SessionForms.COMMAND.of(bytes)).isEqualTo(command);
        // As much as a column of the database holds.
        assertThat(bytes.length).isLessThan(1024 * 1024);
        for (int length = 0; length < bytes.length; length += Math.max(1, bytes.length / 100)) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> SessionForms.COMMAND.of(cut)).isInstanceOf(MalformedException.class);
        }
    }

    /** What stands in a log stays readable: these bytes are never changed. */
    @Test
    void theBytesAreThese() {
        assertThat(hex(new SessionCommand.Create(new Session(
                        ID,
                        "lock",
                        "web",
                        Duration.ofSeconds(15),
                        Session.Behavior.DELETE,
                        "10s",
                        Duration.ofSeconds(10),
                        List.of("mem"),
                        List.of(new Session.ServiceCheck("http", ""))))))
                .isEqualTo("0101" + "11111111222233334444555555555555" + "046c6f636b" + "03776562" + "000000037e11d600"
                        + "02" + "03313073" + "00000002540be400" + "0101036d656d" + "0101046874747000");
        assertThat(hex(new SessionCommand.Destroy(ID))).isEqualTo("0201" + "11111111222233334444555555555555");
        assertThat(hex(new SessionCommand.Expire(ID, new UUID(7, 8))))
                .isEqualTo("0301" + "11111111222233334444555555555555" + "00000000000000070000000000000008");
        assertThat(hex(new SessionCommand.Reign(ID))).isEqualTo("0401" + "11111111222233334444555555555555");
    }

    private static String hex(SessionCommand command) {
        return HexFormat.of().formatHex(SessionForms.COMMAND.bytes(command));
    }

    @ParameterizedTest
    @CsvSource({
        "00, unknown session command 0",
        "05, unknown session command 5",
        "0202, a command that destroys a session has version 2",
    })
    void whatIsNotKnownIsNotGuessed(String bytes, String why) {
        assertThatThrownBy(() -> SessionForms.COMMAND.of(HexFormat.of().parseHex(bytes)))
                .hasMessageContaining(why.substring(0, 20));
    }

    /** As Consul 1.8.7 answers, asked by hand. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not-a-uuid|UUID must be 36 characters",
                "0000000000000000000000000000000000dead|UUID must be 36 characters",
                "\u00e9b4df52d7-cd21-0a3a-a993-f07ccf6c9a|Invalid UUID: encoding/hex: invalid byte: U+00C3 '\u00c3'",
                "zz000000-0000-0000-0000-00000000dead|Invalid UUID: encoding/hex: invalid byte: U+007A 'z'",
                "0-00-000-000-000-0000-0000-00000dead|UUID should have maximum of 4 \"-\"; got 7",
                "000000000000-0000-0000-0000000000000|Input (without hyphens) must be even length",
            })
    void whatIsNoIdIsRefusedInConsulsWords(String text, String why) {
        assertThatThrownBy(() -> SessionId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(why);
    }

    @Test
    void anIdIsReadInEitherCaseAndWithItsHyphensAnywhere() {
        assertThat(SessionId.parse("B4DF52D7-CD21-0A3A-A993-F07CCF6C9AF7"))
                .contains(UUID.fromString("b4df52d7-cd21-0a3a-a993-f07ccf6c9af7"));
        assertThat(SessionId.parse("000000000-000-0000-0000-00000000dead")).contains(new UUID(0, 0xdead));
        assertThat(SessionId.parse("00000000000000000000000000000000dead")).isEmpty();
    }
}
