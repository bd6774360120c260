package io.quorate.agent;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The request that this agent has open with other agents, one at a time. Its tags carry it, so that whoever is asked can look up
 * at this very agent that it was asked by it. Safe for any thread.
 */
final class OpenRequest {
    private final AtomicReference<@Nullable UUID> open = new AtomicReference<>();
    private volatile Runnable changed = () -> {};

    /** @param announce called at each change, by whoever made it */
    void listen(Runnable announce) {
        changed = announce;
    }

    @Nullable
    UUID now() {
        return open.get();
    }

    /** Says whether it is open now: false while another one is. Announced in the order of the changes. */
    synchronized boolean begin(UUID request) {
        boolean begun = open.compareAndSet(null, request);
        if (begun) {
            changed.run();
        }
        return begun;
    }

    synchronized void end(UUID request) {
        if (open.compareAndSet(request, null)) {
            changed.run();
        }
    }
}
