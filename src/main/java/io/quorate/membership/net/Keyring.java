package io.quorate.membership.net;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of a pool: the first seals, any opens. Immutable. */
final class Keyring {
    private final List<Key> keys;

    /** @throws IllegalArgumentException when two keys have one id, or are the same */
    Keyring(List<byte[]> secrets) {
        List<Key> derived = new ArrayList<>();
        for (byte[] secret : secrets) {
            Key key = new Key(secret);
            if (derived.stream().anyMatch(k -> k.id == key.id)) {
                throw new IllegalArgumentException("the same gossip key is given twice");
            }
            derived.add(key);
        }
        keys = List.copyOf(derived);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    Key primary() {
        return keys.get(0);
    }

    @Nullable
    Key find(int id) {
        for (Key key : keys) {
            if (key.id == id) {
                return key;
            }
        }
        return null;
    }

    /** What is derived from one shared secret (HKDF, RFC 5869). The secret itself is not kept. */
    static final class Key {
        private final byte[] prk;
        private final byte[] saltKey;
        private final int id;

        private Key(byte[] secret) {
            prk = Hkdf.extract("quorate-gossip-1", secret);
            saltKey = Hkdf.expand(prk, Hkdf.ascii("salt"), 32);
            id = ByteBuffer.wrap(Hkdf.expand(prk, Hkdf.ascii("id"), 4)).getInt();
        }

        int id() {
            return id;
        }

        byte[] prk() {
            return prk;
        }

        byte[] saltKey() {
            return saltKey;
        }
    }
}
