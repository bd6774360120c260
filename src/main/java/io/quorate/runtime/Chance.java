package io.quorate.runtime;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Where randomness comes from. Tests give a seeded {@link RandomGenerator} of their own. */
public final class Chance {
    private static final SecureRandom SECURE = new SecureRandom();

    private Chance() {}

    /** Cannot be guessed: for identities, tokens and salts. Safe for any thread. */
    public static RandomGenerator secure() {
        return SECURE;
    }

    /** A random UUID of version 4 from the given source. */
    public static UUID uuid(RandomGenerator source) {
        long high = (source.nextLong() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
        long low = (source.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
        return new UUID(high, low);
    }
}
