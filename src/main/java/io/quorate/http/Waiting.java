package io.quorate.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** How many requests wait for a change, and how long the next one may. Safe for any thread. */
final class Waiting {
    /*
     * A waiting request holds its connection, and the container does not notice when its client goes away: nobody reads or writes there
     * until the wait is over. A client that gives up early and asks anew leaves one such connection each time, and there is a bound for
     * all of them, health checks' included. So the more wait, the shorter a new one may: whoever is still there asks again, as the
     * protocol has it, and who is not gives its connection back soon. To end the oldest ones instead would end those of patient clients
     * first; to refuse new ones would make clients fail that did nothing wrong.
     */
    static final Duration SOME = Duration.ofSeconds(30);
    static final Duration LEAST = Duration.ofSeconds(1);

    private final int most;
    private final AtomicInteger count = new AtomicInteger();

    /** @param most connections that there may be */
    Waiting(long most) {
        this.most = (int) Math.min(Integer.MAX_VALUE, most);
    }

    void begin() {
        count.incrementAndGet();
    }

    void end() {
        count.decrementAndGet();
    }

    int count() {
        return count.get();
    }

    /** As long as asked while less than half of the connections wait, 30 s at most from there on, 1 s once seven eighths do. */
    Duration longest(Duration asked) {
        int now = count.get();
        if (now < most / 2) {
            return asked;
        }
        Duration bound = now < most - most / 8 ? SOME : LEAST;
        return asked.compareTo(bound) < 0 ? asked : bound;
    }
}
