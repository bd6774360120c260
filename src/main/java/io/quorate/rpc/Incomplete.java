package io.quorate.rpc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory that frames take which are not yet whole, over all connections of a port. Where it runs out, room is made at the cost of
 * the address that holds most, and there of the frame that was begun first: a peer's frame is whole within moments, and one that
 * somebody never means to end is the oldest before long. Safe for any thread.
 */
final class Incomplete {
    private final long max;
    /** In the order in which the frames were begun. */
    private final Map<FrameGuard, Long> held = new LinkedHashMap<>();

    private long sum;

    Incomplete(long max) {
        this.max = max;
    }

    /** @return those that must be cut off for it, perhaps the one itself; what they held is free already */
    synchronized List<FrameGuard> grow(FrameGuard guard, long more) {
        held.merge(guard, more, Long::sum);
        sum += more;
        List<FrameGuard> cutOff = new ArrayList<>();
        while (sum > max) {
            FrameGuard victim = victim();
            end(victim);
            cutOff.add(victim);
        }
        return cutOff;
    }

    private FrameGuard victim() {
        Map<Object, Long> byAddress = new HashMap<>();
        held.forEach((guard, bytes) -> byAddress.merge(guard.from(), bytes, Long::sum));
        Object most = Collections.max(byAddress.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        return held.keySet().stream()
                .filter(guard -> guard.from().equals(most))
                .findFirst()
                .orElseThrow();
    }

    /** The frame is whole, or its connection closed. */
    synchronized void end(FrameGuard guard) {
        Long bytes = held.remove(guard);
        if (bytes != null) {
            sum -= bytes;
        }
    }

    synchronized long bytes() {
        return sum;
    }
}
