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
    private static final CatalogCommand REGISTER = CatalogCommand.Register.node(
            new Node("ä", "id", "10.0.0.1", new TreeMap<>(Map.of("lan", "10.0.0.1")), null), List.of(Check.alive()));
    private static final Service SERVICE = new Service(
            "web-1",
            "web",
            "odd",
            List.of("b", "a", "b"),
            "10.0.0.2",
            new TreeMap<>(Map.of("lan", new Service.Place("10.0.0.2", 80))),
            new TreeMap<>(Map.of("m", "1")),
            -3,
            new Service.Weights(5, 0),
            true);
    private static final List<CatalogCommand> ALL = List.of(
            REGISTER,
            CatalogCommand.Register.node(new Node("n", "", "", null, new TreeMap<>()), List.of()),
            new CatalogCommand.Register(
                    new Node("n", "", "", null, null),
                    true,
                    SERVICE,
                    List.of(new Check("c", "C", "warning", "", "", "web-1", "http", "{\"HTTP\":\"x\"}"))),
            new CatalogCommand.DeregisterNode("n1"),
            new CatalogCommand.DeregisterService("n1", "web-1"),
            new CatalogCommand.DeregisterCheck("n1", "c"),
            new CatalogCommand.SetCheck("n1", Check.ofNode("c", "C", "bogus", "notes", "x".repeat(5000))));

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
                .isEqualTo("0203026e31");
        assertThat(HexFormat.of()
                        .formatHex(encode(new CatalogCommand.SetCheck("n", Check.ofNode("i", "n", "s", "", "o")))))
                .isEqualTo("0303016e0169016e01730001" + "6f" + "0000" + "027b7d");
        assertThat(HexFormat.of()
                        .formatHex(encode(CatalogCommand.Register.node(
                                new Node("n", "i", "a", new TreeMap<>(Map.of("k", "v")), null), List.of()))))
                .isEqualTo("0103016e016901610101016b017600" + "00" + "00" + "00");
        assertThat(HexFormat.of().formatHex(encode(new CatalogCommand.DeregisterService("n", "s"))))
                .isEqualTo("0403016e0173");
        assertThat(HexFormat.of().formatHex(encode(new CatalogCommand.DeregisterCheck("n", "c"))))
                .isEqualTo("0503016e0163");
    }

    @Test
    void anUnknownKindOrVersionIsNotGuessed() throws IOException {
        byte[] kind = encode(REGISTER);
        kind[0] = 9;
        assertThatThrownBy(() -> decode(kind)).isInstanceOf(IOException.class).hasMessageContaining("unknown");
        byte[] version = encode(REGISTER);
        version[1] = 2;
        assertThatThrownBy(() -> decode(version))
                .isInstanceOf(OtherVersionException.class)
                .hasMessage("a command that registers a node of format 2, this version of the agent reads format 3");
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
            assertThat(CatalogForms.fromColumn(CatalogForms.column(new TreeMap<>(map))))
                    .isEqualTo(map);
        }
        assertThat(CatalogForms.fromColumn(CatalogForms.column(null))).isNull();
        assertThatThrownBy(() -> CatalogForms.fromColumn(new byte[] {1, 1, 'k'}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("damaged row");
    }
}
