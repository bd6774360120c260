package io.quorate.answer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quorate.runtime.Ticker;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long operations took, by name and outcome. Counts nothing until it has a registry. Safe for any thread. */
final class Figures {
    private static final String ANSWERED = "answered";

    private final Ticker ticker;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private volatile @Nullable MeterRegistry registry;

    Figures(Ticker ticker) {
        this.ticker = ticker;
    }

    private record Key(String operation, AskException.@Nullable Kind failure) {}

    void bindTo(MeterRegistry meters) {
        registry = meters;
    }

    void answered(Operation<?, ?> operation, long beganNanos, @Nullable Throwable failure) {
        MeterRegistry meters = registry;
        if (meters == null) {
            return;
        }
        AskException.Kind kind = failure == null
                ? null
                : failure instanceof AskException asked ? asked.kind() : AskException.Kind.FAILED;
        timers.computeIfAbsent(new Key(operation.name(), kind), key -> timer(meters, key))
                .record(ticker.nanos() - beganNanos, TimeUnit.NANOSECONDS);
    }

    private static Timer timer(MeterRegistry meters, Key key) {
        AskException.Kind failure = key.failure();
        return Timer.builder("quorate.operations")
                .description("Questions that were asked of this agent, from asked to answered, waiting included")
                .tag("operation", key.operation())
                .tag("outcome", failure == null ? ANSWERED : failure.name().toLowerCase(Locale.ROOT))
                .register(meters);
    }
}
