package io.quorate.membership.swim;

/**
 * Orders what members say (Lamport 1978): one step when sending, past what was heard when receiving.
 *
 * <p>Without a gossip key anybody can say any time, and whoever takes it in says it to all others. So one word moves the clock by
 * {@link #LEAP} at most: no pool comes that far by events, and one word of a pool's member brings a new member to its time. What
 * is further off is ignored when it was brought here, and approached when it is the answer to a question of one's own: members of
 * a pool whose clock was driven up meet again. The clock stands still at the last value that others can read.
 */
final class LamportClock {
    static final long LEAP = 1L << 32;

    private long time;

    long time() {
        return time;
    }

    long tick() {
        time = Math.min(time + 1, Leaps.LAST);
        return time;
    }

    /**
     * @param asked it came as the answer to a question of this member's
     * @return false when it was too far off
     */
    boolean witness(long heard, boolean asked) {
        boolean near = heard - time <= LEAP;
        if (heard >= time && (near || asked)) {
            time = Math.min(Math.min(heard, time + LEAP) + 1, Leaps.LAST);
        }
        return near;
    }
}
