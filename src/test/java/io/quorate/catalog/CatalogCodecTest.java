package io.quorate.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.codec.OtherVersionException;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    private static byte[] encode(CatalogCommand command) {
        return new CatalogFamily().form().bytes(command);
    }

    private static CatalogCommand decode(byte[] bytes) throws IOException {
        return new CatalogFamily().form().of(bytes);
    }

    @Test
    void everyCommandComesBackAsItWas() throws IOException {
        for (CatalogCommand command : ALL) {
            assertThat(decode(encode(command))).isEqualTo(command);
        }
        assertThat(new CatalogFamily().tag()).isEqualTo(2);
    }

    @Test
    void theFormatStaysAsItIsInOldLogs() {
        assertThat(HexFormat.of().formatHex(encode(new CatalogCommand.DeregisterNode("n1"))))
                .isEqualTo("0202026e31");
        assertThat(HexFormat.of()
                        .formatHex(encode(new CatalogCommand.SetCheck("n", new Check("i", "n", "s", "", "o")))))
                .isEqualTo("0302016e0169016e01730001" + "6f");
        assertThat(HexFormat.of()
                        .formatHex(encode(new CatalogCommand.RegisterNode(
                                new Node("n", "i", "a", new TreeMap<>(Map.of("k", "v")), null), List.of()))))
                .isEqualTo("0102016e016901610101016b01760000");
    }

    @Test
    void anUnknownKindOrVersionIsNotGuessed() throws IOException {
        byte[] kind = encode(REGISTER);
        kind[0] = 9;
        assertThatThrownBy(() -> decode(kind)).isInstanceOf(IOException.class).hasMessageContaining("unknown");
        byte[] version = encode(REGISTER);
        version[1] = 1;
        assertThatThrownBy(() -> decode(version))
                .isInstanceOf(OtherVersionException.class)
                .hasMessage("a command that registers a node of format 1, this version of the agent reads format 2");
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

    @Test
    void aMapAsOneColumnHoldsItComesBackAsItWas() {
        for (Map<String, String> map : List.of(Map.<String, String>of(), Map.of("k", "v", "a", ""))) {
            assertThat(CatalogCodec.fromColumn(CatalogCodec.column(new TreeMap<>(map))))
                    .isEqualTo(map);
        }
        assertThat(CatalogCodec.fromColumn(CatalogCodec.column(null))).isNull();
        assertThatThrownBy(() -> CatalogCodec.fromColumn(new byte[] {1, 1, 'k'}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("damaged row");
    }
}
