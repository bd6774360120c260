package io.quorate.answer;

/**
 * When what a read depends on changed last, and the index that its asker is told. Both may be left to whoever has the store.
 *
 * <p>A reader that waits compares {@link #last}: it must be above the index that it was told exactly when something changed since. So
 * the index that is told is not below it, and not above that of the last entry that the read has seen; in between it may be any.
 */
public final class Changed {
    /*
     * Why two of them: who reads what is absent is told the index of all keys (Consul's rule), which moves with every other key; would
     * that one be compared, each watcher of a missing key would come back at each write to another one. And who reads a page of a large
     * space cannot look at every row to know when one changed last: what the store remembers of it is never too low, and where it is
     * higher than anything that the read has seen, the index of the read is as good, for no change up to it was missed.
     */
    private static final long BY_STORE = -1;
    private static final long AS_REMEMBERED = -2;
    private static final long SAME = -3;
    private static final long OF_READ = -4;

    /** The store looks it up in rows and tombstones, and that is what is told. */
    static final Changed LOOKED_UP = new Changed(BY_STORE, SAME);

    private final long last;
    private final long told;

    private Changed(long last, long told) {
        this.last = last;
        this.told = told;
    }

    /** The read itself has found it. */
    public static Changed at(long index) {
        return new Changed(index, SAME);
    }

    /** As well as the store knows it in memory: after a restart it may be told later than it was. Costs no look at any row. */
    public static Changed asRemembered() {
        return new Changed(AS_REMEMBERED, SAME);
    }

    /** The same, but that index is told: from the last to that of the last entry seen. */
    public Changed telling(long index) {
        return new Changed(last, index);
    }

    /** The same, but the index of the last entry that the read has seen is told. */
    public Changed tellingOfRead() {
        return new Changed(last, OF_READ);
    }

    boolean isLookedUp() {
        return last == BY_STORE;
    }

    /** @param remembered by the store, when it is asked after the read */
    Indexes at(long read, long lookedUp, long remembered) {
        long compared = last == BY_STORE ? lookedUp : last == AS_REMEMBERED ? Math.min(remembered, read) : last;
        return new Indexes(compared, told == SAME ? compared : told == OF_READ ? read : told);
    }

    /**
     * @param last what a waiter compares
     * @param told what it is told
     */
    record Indexes(long last, long told) {}
}
