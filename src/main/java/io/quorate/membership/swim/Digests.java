package io.quorate.membership.swim;

/** 64-bit hashes for comparing rosters. They protect against nothing but difference. */
final class Digests {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private Digests() {}

    static long of(byte[] bytes) {
        long hash = OFFSET;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * PRIME;
        }
        return mix(hash);
    }

    /** Two values into one, so that sums over members do not cancel out. */
    static long of(long a, long b) {
        return mix(mix(a) + b * PRIME);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
