package io.quorate.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The log's format of catalog commands, which lives as long as the oldest log. */
class CatalogCodecTest {
    private static final CatalogCommand REGISTER = new CatalogCommand.RegisterNode(
            new Node("ä", "id", "10.0.0.1", new TreeMap<>(Map.of("lan", "10.0.0.1")), null), List.of(Check.alive()));
    private static final List<CatalogCommand> ALL = List.of(
            REGISTER,
            new CatalogCommand.RegisterNode(new Node("n", "", "", null, new TreeMap<>()), List.of()),
            new CatalogCommand.DeregisterNode("n1"),
            new CatalogCommand.SetCheck("n1", new Check("c", "C", "bogus", "notes", "x".repeat(5000))));

    private static byte[] encode(CatalogCommand command) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new CatalogFamily().encode(command, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static CatalogCommand decode(byte[] bytes) throws IOException {
        return new CatalogFamily().decode(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @Test
    void everyCommandComesBackAsItWas() throws IOException {
        for (CatalogCommand command : ALL) {
            assertThat(decode(encode(command))).isEqualTo(command);
        }
        assertThat(new CatalogFamily().tag()).isEqualTo(2);
    }

    @Test
    void theFormatStaysAsItIsInOldLogs() throws IOException {
        assertThat(HexFormat.of().formatHex(encode(new CatalogCommand.DeregisterNode("n1"))))
                .isEqualTo("0201000000026e31");
        assertThat(HexFormat.of()
                        .formatHex(encode(new CatalogCommand.SetCheck("n", new Check("i", "n", "s", "", "o")))))
                .isEqualTo("0301000000016e0000000169000000016e000000017300000000000000016f");
        assertThat(HexFormat.of()
                        .formatHex(encode(new CatalogCommand.RegisterNode(
                                new Node("n", "i", "a", new TreeMap<>(Map.of("k", "v")), null), List.of()))))
                .isEqualTo("0101000000016e00000001690000000161010001000000016b0000000176000000");
    }

    @Test
    void anUnknownKindOrVersionIsNotGuessed() throws IOException {
        byte[] kind = encode(REGISTER);
        kind[0] = 9;
        assertThatThrownBy(() -> decode(kind)).isInstanceOf(IOException.class).hasMessageContaining("unknown");
        byte[] version = encode(REGISTER);
        version[1] = 2;
        assertThatThrownBy(() -> decode(version))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        for (CatalogCommand command : ALL) {
            byte[] whole = encode(command);
            for (int length = 0; length < Math.min(whole.length, 400); length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> decode(cut)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void damageIsAnIoExceptionOrAnotherCommandButNeverAnythingElse() throws IOException {
        Random random = new Random(7);
        byte[] whole = encode(REGISTER);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                assertThat(decode(damaged)).isNotNull();
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
    }
}
