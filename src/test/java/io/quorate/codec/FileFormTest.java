package io.quorate.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** A small file is read whole or not at all, and another version's is told apart from a damaged one. */
class FileFormTest {
    private static final Form<String> TEXT = Form.of((value, out) -> out.text(value), In::text);
    private static final FileForm<String> SECOND = new FileForm<>("a note", "QNOT", 2, TEXT);

    @Test
    void aFileComesBackAsItWas() throws MalformedException {
        assertThat(SECOND.of(SECOND.bytes("words"))).isEqualTo("words");
        assertThat(Arrays.copyOf(SECOND.bytes("words"), 6)).containsExactly('Q', 'N', 'O', 'T', 0, 2);
    }

    @Test
    void aFileThatIsCutOffOrChangedAnywhereIsRefused() {
        byte[] whole = SECOND.bytes("words");
        for (int i = 0; i < whole.length; i++) {
            byte[] cut = Arrays.copyOf(whole, i);
            assertThatExceptionOfType(MalformedException.class)
                    .as("the first %s bytes", i)
                    .isThrownBy(() -> SECOND.of(cut))
                    .isNotInstanceOf(OtherVersionException.class);
            byte[] changed = whole.clone();
            changed[i] ^= 0x40;
            assertThatExceptionOfType(MalformedException.class)
                    .as("byte %s changed", i)
                    .isThrownBy(() -> SECOND.of(changed))
                    .withMessage("its checksum does not match");
        }
    }

    @Test
    void anotherVersionAndAnotherKindAreNotDamage() {
        byte[] first = new FileForm<>("a note", "QNOT", 1, TEXT).bytes("words");
        assertThatExceptionOfType(OtherVersionException.class)
                .isThrownBy(() -> SECOND.of(first))
                .withMessage("a note of format 1, this version of the agent reads format 2");
        byte[] other = new FileForm<>("a list", "QLST", 2, TEXT).bytes("words");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> SECOND.of(other))
                .withMessage("not a file of the kind: a note");
        assertThatExceptionOfType(OtherVersionException.class)
                .as("the first files had their version as the last letter")
                .isThrownBy(() -> SECOND.of(checked(new byte[] {'Q', 'N', 'O', '1', 9, 9, 9})))
                .withMessageContaining("of format 1");
    }

    @Test
    void whatFollowsTheRecordIsRefused() {
        byte[] more = checked(new Out()
                .raw(new byte[] {'Q', 'N', 'O', 'T'})
                .u16(2)
                .text("words")
                .u8(0)
                .bytes());
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> SECOND.of(more))
                .withMessage("1 bytes too many");
    }

    @Test
    void aMagicIsFourLetters() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FileForm<>("a note", "QN", 1, TEXT));
    }

    private static byte[] checked(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return ByteBuffer.allocate(body.length + Integer.BYTES)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }
}
