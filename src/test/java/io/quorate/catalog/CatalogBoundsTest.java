package io.quorate.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.consensus.ServerCommand;
import io.quorate.consensus.ServerFamily;
import io.quorate.kernel.LogIndex;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may enter the log is understood and applied by every server: else one command would stop them all. */
class CatalogBoundsTest {
    private static final int LARGEST_TEXT = 1024 * 1024;

    private final ServerFamily known = new ServerFamily();
    private final CommandCodec codec = new CommandCodec(List.of(known, new CatalogFamily()));
    private long index = 1;

    @SuppressWarnings("NullAway.Init")
    private Connection database;

    @BeforeEach
    void open() throws SQLException {
        database = DriverManager.getConnection("jdbc:h2:mem:");
        try (Statement statement = database.createStatement()) {
            for (CommandFamily<?, ?> family : codec.families()) {
                for (String ddl : family.schema()) {
                    statement.execute(ddl);
                }
            }
        }
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private void goesThrough(io.quorate.consensus.Command<?> command) throws IOException, SQLException {
        CommandCodec.Decoded<?, ?> decoded = codec.decode(codec.encode(command, 7));
        assertThat(decoded.command()).isEqualTo(command);
        apply(decoded);
    }

    private <C extends io.quorate.consensus.Command<R>, R> void apply(CommandCodec.Decoded<C, R> decoded)
            throws SQLException {
        decoded.family()
                .apply(
                        decoded.command(),
                        new Moment(new LogIndex(index++), decoded.wallMs()),
                        database,
                        new HashSet<>());
    }

    private static Node node(String name, String id, SortedMap<String, String> meta) {
        return new Node(name, id, "a".repeat(1000), meta, null);
    }

    @Test
    void theLongestTextsAreApplied() throws Exception {
        String longest = "n".repeat(CatalogBounds.NAME);
        goesThrough(CatalogCommand.Register.node(node(longest, "", new TreeMap<>()), List.of()));
        goesThrough(CatalogCommand.Register.node(
                node("n", UUID.randomUUID().toString(), new TreeMap<>()),
                List.of(Check.ofNode(longest, "x", "", "", "y".repeat(LARGEST_TEXT - 2 * CatalogBounds.NAME)))));
        Service service = new Service(
                longest,
                "s".repeat(CatalogBounds.NAME),
                "",
                Collections.nCopies(CatalogBounds.TAGS, "t".repeat(200)),
                "",
                new TreeMap<>(),
                null,
                Integer.MIN_VALUE,
                Service.Weights.EVEN,
                true);
        goesThrough(new CatalogCommand.Register(node(longest, "", new TreeMap<>()), false, service, List.of()));
        assertThatThrownBy(() -> codec.encode(new CatalogCommand.DeregisterNode(longest + "n"), 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("text of");
        String half = "x".repeat(LARGEST_TEXT / 2);
        assertThatThrownBy(
                        () -> codec.encode(new CatalogCommand.SetCheck("n", Check.ofNode("c", half, "", "", half)), 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 1048576 fit");
    }

    @Test
    void aNamesKeyIsItsLowerCase() {
        for (int letter = 0; letter <= Character.MAX_CODE_POINT; letter++) {
            String name = "A" + Character.toString(letter) + "\u03A3" + Character.toString(letter);
            assertThat(NodeTable.key(name)).isEqualTo(name.toLowerCase(Locale.ROOT));
        }
    }

    @Fault(
            line = "B4",
            fault = "a node is registered with more metadata than a column holds, or more checks than are read again",
            seen = "it is refused before it enters the log; the largest that is taken is applied")
    @Test
    void aMapThatFitsNoColumnAndTooManyChecksDoNotEnterTheLog() throws Exception {
        String value = "v".repeat(LARGEST_TEXT - 1 - 2 - 3);
        goesThrough(CatalogCommand.Register.node(node("n", "", new TreeMap<>(Map.of("k", value))), List.of()));
        assertThatThrownBy(() -> codec.encode(
                        CatalogCommand.Register.node(node("n", "", new TreeMap<>(Map.of("k", value + "v"))), List.of()),
                        7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1048577 bytes, at most 1048576 fit");
        Check check = Check.ofNode("c", "", "", "", "");
        goesThrough(CatalogCommand.Register.node(node("n", "", new TreeMap<>()), Collections.nCopies(4096, check)));
        assertThatThrownBy(() -> codec.encode(
                        CatalogCommand.Register.node(node("n", "", new TreeMap<>()), Collections.nCopies(4097, check)),
                        7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("4097 items, at most 4096 fit");
    }

    @Test
    void theLongestNodeNamesAreApplied() throws Exception {
        for (String name : List.of("n".repeat(128), "\uD83D\uDE80".repeat(32), "\u20AC".repeat(42))) {
            goesThrough(new ServerCommand.Remember(new ServerId(UUID.randomUUID()), new NodeName(name)));
            goesThrough(new ServerCommand.Expel(new ServerId(UUID.randomUUID()), new NodeName(name)));
        }
        known.loaded(database);
        assertThat(known.names()).hasSize(3);
        assertThat(known.expelled()).hasSize(3);
    }
}
