package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.codec.MalformedException;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CommandCodecTest {
    private final CommandCodec codec = new CommandCodec(List.of(new ServerFamily(), new NoteCommand.Family()));

    @Test
    void commandsComeBackAsTheyWereFromTheirOwnFamily() throws Exception {
        List<Command<?>> commands = List.of(
                new NoteCommand.Write("a", "\u00e4 text"),
                new NoteCommand.Break(),
                new ServerCommand.Expel(new ServerId(new UUID(3, 4)), new NodeName("node-1")));
        for (Command<?> command : commands) {
            CommandCodec.Decoded<?, ?> decoded = codec.decode(codec.encode(command, 1_795_000_000_000L));
            assertThat(decoded.command()).isEqualTo(command);
            assertThat(decoded.wallMs()).isEqualTo(1_795_000_000_000L);
            assertThat(decoded.family().type().isInstance(command)).isTrue();
        }
    }

    /** Logs on disk hold these bytes: a change of them is a new version, never a correction. */
    @Test
    void theFormatInTheLogIsPinned() {
        byte[] expel = codec.encode(new ServerCommand.Expel(new ServerId(new UUID(3, 4)), new NodeName("b")), -2);
        assertThat(HexFormat.of().formatHex(expel))
                .isEqualTo("01" + "03" + "fffffffffffffffe" + "01" + "0000000000000003" + "0000000000000004" + "01"
                        + "62");
    }

    @Test
    void whatThisVersionDoesNotKnowInFullIsRefused() {
        byte[] good = codec.encode(new NoteCommand.Write("a", "b"), 0);
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        byte[] otherTag = good.clone();
        otherTag[0] = 99;
        byte[] otherVersion = good.clone();
        otherVersion[1] = 4;
        byte[] otherCommand = good.clone();
        otherCommand[10] = 50;
        List<byte[]> all = List.of(
                longer,
                otherTag,
                otherVersion,
                otherCommand,
                Arrays.copyOf(good, good.length - 1),
                new byte[0],
                new byte[1]);
        for (byte[] entry : all) {
            assertThatThrownBy(() -> codec.decode(entry)).isInstanceOf(IOException.class);
        }
    }

    /** Formats 1 and 2 were never released: their entries are refused by their version, and nothing of them is guessed at. */
    @Test
    void anEntryOfAnEarlierFormatIsRefusedByItsVersion() {
        String server = "01" + "00000000000000030000000000000004";
        byte[] first = HexFormat.of().parseHex("01" + "01" + server + "0001" + "62");
        byte[] second = HexFormat.of().parseHex("01" + "02" + server + "01" + "62");
        assertThatThrownBy(() -> codec.decode(first))
                .isInstanceOf(MalformedException.class)
                .hasMessage("this version does not know entries of version 1, it knows version 3");
        assertThatThrownBy(() -> codec.decode(second))
                .isInstanceOf(MalformedException.class)
                .hasMessage("this version does not know entries of version 2, it knows version 3");
    }

    @Test
    void everyTruncationOfAServersCommandIsRefused() throws Exception {
        for (ServerCommand command : List.of(
                new ServerCommand.Expel(new ServerId(new UUID(3, 4)), new NodeName("b")),
                new ServerCommand.Remember(new ServerId(new UUID(3, 4)), new NodeName("b")),
                new ServerCommand.Remove(new ServerId(new UUID(3, 4)), new NodeName("b"), 7))) {
            byte[] whole = codec.encode(command, 0);
            assertThat(codec.decode(whole).command()).isEqualTo(command);
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(MalformedException.class);
            }
        }
    }

    @Test
    void aCommandOfNobodyOrTooLargeIsRefusedBeforeTheLog() {
        assertThatThrownBy(() -> codec.encode(new OtherFamily.Nothing(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no family");
        CommandCodec greedy = new CommandCodec(List.of(new CommandFamilyOfSize(CommandCodec.MAX_BYTES)));
        assertThatThrownBy(() -> greedy.encode(new CommandFamilyOfSize.Sized(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes");
    }

    @Test
    void aTagIsGivenOnce() {
        assertThatThrownBy(() -> new CommandCodec(List.of(new NoteCommand.Family(), new NoteCommand.Family())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100");
    }
}
