package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CommandCodecTest {
    private final CommandCodec codec = new CommandCodec(List.of(new KnownServers(), new NoteCommand.Family()));

    @Test
    void commandsComeBackAsTheyWereFromTheirOwnFamily() throws Exception {
        List<Command> commands = List.of(
                new NoteCommand.Write("a", "\u00e4 text"),
                new NoteCommand.Break(),
                new ServerCommand.Expel(new ServerId(new UUID(3, 4)), new NodeName("node-1")));
        for (Command command : commands) {
            CommandCodec.Decoded<?> decoded = codec.decode(codec.encode(command));
            assertThat(decoded.command()).isEqualTo(command);
            assertThat(decoded.family().type().isInstance(command)).isTrue();
        }
    }

    /** Logs on disk hold these bytes: a change of them is a new version, never a correction. */
    @Test
    void theFormatInTheLogIsPinned() {
        byte[] expel = codec.encode(new ServerCommand.Expel(new ServerId(new UUID(3, 4)), new NodeName("b")));
        assertThat(HexFormat.of().formatHex(expel))
                .isEqualTo("01" + "01" + "01" + "0000000000000003" + "0000000000000004" + "0001" + "62");
    }

    @Test
    void whatThisVersionDoesNotKnowInFullIsRefused() {
        byte[] good = codec.encode(new NoteCommand.Write("a", "b"));
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        byte[] otherTag = good.clone();
        otherTag[0] = 99;
        byte[] otherVersion = good.clone();
        otherVersion[1] = 2;
        byte[] otherCommand = good.clone();
        otherCommand[2] = 50;
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

    @Test
    void aCommandOfNobodyOrTooLargeIsRefusedBeforeTheLog() {
        assertThatThrownBy(() -> codec.encode(new OtherFamily.Nothing()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no family");
        CommandCodec greedy = new CommandCodec(List.of(new CommandFamilyOfSize(CommandCodec.MAX_BYTES)));
        assertThatThrownBy(() -> greedy.encode(new CommandFamilyOfSize.Sized()))
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
