package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.codec.OtherVersionException;
import io.quorate.codec.Out;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Term and vote come back as they were, or it is known whether they are damaged or of another version. */
class PromiseTest {
    private static final Promise PROMISE = new Promise("token", Long.MAX_VALUE, "0.0.0.1:7:3");

    @Test
    void aPromiseComesBackAsItWas() throws IOException {
        assertThat(Promise.decode(PROMISE.encode())).isEqualTo(PROMISE);
        assertThat(Promise.decode(Promise.none("").encode())).isEqualTo(Promise.none(""));
    }

    @Test
    void whatIsCutOffOrChangedAnywhereIsDamaged() {
        byte[] whole = PROMISE.encode();
        for (int i = 0; i < whole.length; i++) {
            byte[] cut = Arrays.copyOf(whole, i);
            assertThatExceptionOfType(Promise.DamagedException.class)
                    .as("the first %s bytes", i)
                    .isThrownBy(() -> Promise.decode(cut));
            byte[] changed = whole.clone();
            changed[i] ^= 0x20;
            assertThatExceptionOfType(Promise.DamagedException.class)
                    .as("byte %s changed", i)
                    .isThrownBy(() -> Promise.decode(changed));
        }
    }

    /** A server that takes another version's file for damage would give up its id for nothing. */
    @Test
    void aFileOfAnotherVersionIsNoLoss() {
        byte[] body = new Out()
                .raw(new byte[] {'Q', 'P', 'R', '1'})
                .u16(5)
                .raw(new byte[] {'t', 'o', 'k', 'e', 'n'})
                .i64(7)
                .u16(1)
                .raw(new byte[] {'v'})
                .bytes();
        CRC32C crc = new CRC32C();
        crc.update(body);
        byte[] first = new Out().raw(body).i32((int) crc.getValue()).bytes();
        assertThatExceptionOfType(OtherVersionException.class)
                .isThrownBy(() -> Promise.decode(first))
                .withMessage("a file of term and vote of format 1, this version of the agent reads format 2");
    }
}
