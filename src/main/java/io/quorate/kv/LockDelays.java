package io.quorate.kv;

import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which keys cannot be locked for a while, because the session that held them ended without giving them back: whoever lost a lock may
 * not know it yet. Each server begins to count as it applies the end; only the leader is asked, before it proposes a lock. Noted by the
 * state machine's thread, asked by any. Lost with a restart.
 *
 * <p>Source: Consul's lock-delay, after Chubby (Burrows 2006, section 2.4).
 */
public final class LockDelays {
    private static final Duration LONGEST = Duration.ofMinutes(1);
    /** More are not noted: their keys can be locked at once. */
    private static final int MOST = 1_000_000;

    private static final int LEAST_SWEPT = 1024;

    private final Ticker ticker;
    private final Map<String, Long> untilNanos = new ConcurrentHashMap<>();
    private int sweptAbove = LEAST_SWEPT;

    public LockDelays(Ticker ticker) {
        this.ticker = ticker;
    }

    /** @param delay as it was asked for: a minute at most counts, nothing below zero */
    void begin(String key, Duration delay) {
        if (delay.isNegative() || delay.isZero()) {
            return;
        }
        long now = ticker.nanos();
        if (untilNanos.size() >= sweptAbove) {
            untilNanos.values().removeIf(until -> until - now <= 0);
            sweptAbove = Math.max(LEAST_SWEPT, 2 * untilNanos.size());
        }
        if (untilNanos.size() < MOST) {
            untilNanos.put(key, now + (delay.compareTo(LONGEST) < 0 ? delay : LONGEST).toNanos());
        }
    }

    boolean isRunning(String key) {
        Long until = untilNanos.get(key);
        return until != null && until - ticker.nanos() > 0;
    }
}
