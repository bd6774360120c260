package io.quorate.agent.settings;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/** A key shared by all agents of a pool: 16, 24 or 32 bytes. It never prints itself. */
public final class SharedKey {
    private final byte[] bytes;

    private SharedKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException saying what is wrong, without the text given */
    public static SharedKey ofBase64(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("it is not base64 (make one with \"keygen\")", e);
        }
        if (bytes.length != 16 && bytes.length != 24 && bytes.length != 32) {
            throw new IllegalArgumentException(
                    "it has " + bytes.length + " bytes, not 16, 24 or 32 (make one with \"keygen\")");
        }
        return new SharedKey(bytes);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SharedKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "(a key of " + bytes.length + " bytes)";
    }
}
