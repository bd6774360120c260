package io.quorate.codec;

/** What no record of any kind exceeds; a kind may allow less. */
public final class Bounds {
    /** Of one text, in bytes of UTF-8. */
    public static final int TEXT = 1 << 20;
    /** Of one run of bytes: as much as a command or a call may carry in all. */
    public static final int BLOB = 8 << 20;
    /** Of the pairs of one map. */
    public static final int PAIRS = 4096;
    /** Of what only ever counts upwards, as others say it: above it there is always room for the next one. */
    public static final long COUNTER = (1L << 62) - 1;

    private Bounds() {}
}
