package io.quorate.rpc;

import io.quorate.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that were taken and have no answer yet, within the bounds of {@link RpcPort.Limits}. One that its handler never answers is
 * counted out when its time is over: else such requests would fill the port one by one, and it would be busy for ever. Its caller
 * has given up before that and knows that the outcome is unknown, so that nothing is said to it. Safe for any thread.
 */
final class UnderWay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UnderWay.class);

    /** Longer than any question waits for a change of what it asks for. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final RpcPort.Limits limits;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final ScheduledThreadPoolExecutor timer = Threads.timer("rpc-overdue");

    UnderWay(RpcPort.Limits limits) {
        this.limits = limits;
    }

    int count() {
        return count.get();
    }

    /**
     * @param size of the request in bytes
     * @param waits how long its caller says that it waits
     * @return counts it out, the first time it runs; absent when there is no room
     */
    @Nullable
    Runnable enter(String method, int size, Duration waits) {
        int requests = count.incrementAndGet();
        long sum = bytes.addAndGet(size);
        AtomicBoolean out = new AtomicBoolean();
        // A large body is let in when it is alone, whatever the bound.
        if (requests > limits.unanswered() || (sum > limits.unansweredBytes() && sum != size)) {
            leave(out, size);
            return null;
        }
        Future<?> overdue;
        Duration longest = waits.compareTo(LONGEST) < 0 ? waits.plus(limits.answer()) : LONGEST;
        try {
            overdue = timer.schedule(() -> overdue(method, out, size), longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: nobody is let in any more.
            leave(out, size);
            return null;
        }
        return () -> {
            overdue.cancel(false);
            boolean unused = leave(out, size);
        };
    }

    private void overdue(String method, AtomicBoolean out, int size) {
        if (leave(out, size)) {
            LOG.atWarn().addKeyValue("method", method).log("a request of another server was never answered here");
        }
    }

    private boolean leave(AtomicBoolean out, int size) {
        if (!out.compareAndSet(false, true)) {
            return false;
        }
        count.decrementAndGet();
        bytes.addAndGet(-size);
        return true;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
