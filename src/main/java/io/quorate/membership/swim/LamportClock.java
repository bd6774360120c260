package io.quorate.membership.swim;

/** Orders what members say (Lamport 1978): one step when sending, past what was heard when receiving. */
final class LamportClock {
    private long time;

    long time() {
        return time;
    }

    long tick() {
        return ++time;
    }

    void witness(long heard) {
        if (heard >= time) {
            time = heard + 1;
        }
    }
}
