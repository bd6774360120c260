package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastWordTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Integer> codes = new ArrayList<>();
    private final LastWord word =
            new LastWord(new PrintStream(bytes, true, StandardCharsets.UTF_8), code -> codes.add(code));

    @Test
    void theFirstThatCannotGoOnEndsTheProcessWithOneLineAndOne() {
        word.end("founding-worker", new NoClassDefFoundError("io/Thing"));
        word.end("gossip", new NoClassDefFoundError("io/Other"));
        assertThat(codes).containsExactly(1);
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("==> this agent ends, because \"founding-worker\" cannot go on: io/Thing"
                        + " (its log says where; start it again)");
    }

    @Test
    void withoutMemoryItSaysWhichToRaise() {
        word.end("rpc", new OutOfMemoryError("Java heap space"));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("Java heap space")
                .contains("-Xmx");
    }

    @Test
    void aMessageOfSeveralLinesOrNoneGivesOneLine() {
        assertThat(LastWord.line("apply", new AssertionError())).contains("cannot go on: AssertionError (");
        assertThat(LastWord.line("apply", new LinkageError("first\nsecond"))).doesNotContain("second");
    }

    @Test
    void evenAPrintThatFailsEndsTheProcess() {
        LastWord broken = new LastWord(
                new PrintStream(bytes) {
                    @Override
                    public void println(String line) {
                        throw new OutOfMemoryError("planted");
                    }
                },
                code -> codes.add(code));
        try {
            broken.end("gossip", new OutOfMemoryError("Java heap space"));
        } catch (OutOfMemoryError e) {
            assertThat(e).hasMessage("planted");
        }
        assertThat(codes).containsExactly(1);
    }
}
