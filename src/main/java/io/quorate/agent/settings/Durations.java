package io.quorate.agent.settings;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as Go writes them, since the keys and flags are Consul's: {@code 30s}, {@code 1m30s}, {@code 1.5h}, {@code 200ms}.
 * A number without a unit is refused, but for 0: nobody can know what it meant.
 */
final class Durations {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
    private static final BigDecimal LONGEST_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);

    private Durations() {}

    /** @throws IllegalArgumentException when the text is none, is negative, or is longer than 292 years */
    static Duration parse(String text) {
        String rest = text.strip();
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        Matcher part = PART.matcher(rest);
        BigDecimal nanos = BigDecimal.ZERO;
        int at = 0;
        while (at < rest.length() && part.find(at) && part.start() == at) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanosOf(part.group(2)))));
            at = part.end();
        }
        if (rest.isEmpty() || at < rest.length() || nanos.compareTo(LONGEST_NANOS) > 0) {
            throw new IllegalArgumentException("must be a duration such as 30s, 1m30s or 200ms");
        }
        return Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 1_000L;
        };
    }
}
