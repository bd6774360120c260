package io.quorate.membership.net;

import io.quorate.membership.GossipCounters;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM under a key of its own for every message, derived from the pool's key and a salt that depends on the message
 * itself: no pair of key and nonce serves two texts, even when a source of chance repeats.
 */
final class Seal {
    static final int SALT = 24;
    static final int TAG = 16;
    private static final int RANDOM = 32;

    /** Which place a message has: it does not open as another. */
    enum Kind {
        DATAGRAM(0),
        ASK(1),
        ANSWER(2),
        CLOSE(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    private final SecretKeySpec key;
    private final byte[] header;

    private Seal(SecretKeySpec key, byte[] header) {
        this.key = key;
        this.header = header;
    }

    /** @param headerBefore the header up to the salt */
    static byte[] salt(Keyring.Key pool, RandomGenerator random, byte[] headerBefore, byte[] message) {
        byte[] chance = new byte[RANDOM];
        random.nextBytes(chance);
        return Arrays.copyOf(Hkdf.hmac(pool.saltKey(), chance, headerBefore, message), SALT);
    }

    /**
     * @param salts those of this stream so far, then the message's own
     * @param header the whole header, with the salt
     */
    static Seal of(Keyring.Key pool, Kind kind, List<byte[]> salts, byte[] header) {
        ByteBuffer info = ByteBuffer.allocate(8 + SALT * salts.size());
        info.put(Hkdf.ascii("message")).put((byte) kind.code);
        salts.forEach(info::put);
        return new Seal(new SecretKeySpec(Hkdf.expand(pool.prk(), info.array(), 32), "AES"), header);
    }

    byte[] close(byte[] plain, int offset, int length, long number, boolean last) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, number, last).doFinal(plain, offset, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing cannot fail", e);
        }
    }

    byte[] open(byte[] sealed, int offset, int length, long number, boolean last) throws RejectedException {
        try {
            return cipher(Cipher.DECRYPT_MODE, number, last).doFinal(sealed, offset, length);
        } catch (AEADBadTagException e) {
            throw new RejectedException(GossipCounters.Tally.REJECTED_FORGED);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES in GCM", e);
        }
    }

    private Cipher cipher(int mode, long number, boolean last) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        byte[] nonce =
                ByteBuffer.allocate(12).putInt(last ? 1 : 0).putLong(number).array();
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
        cipher.updateAAD(header);
        return cipher;
    }
}
