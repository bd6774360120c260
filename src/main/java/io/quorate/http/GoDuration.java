package io.quorate.http;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: {@code 10s}, {@code 1h30m}, {@code 1.5ms}, {@code -2us}, {@code 0}. A number needs a unit. */
public final class GoDuration {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
    private static final BigDecimal MAX_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /** Empty when the text is no duration, or longer than 292 years. */
    public static Optional<Duration> parse(String text) {
        boolean negative = text.startsWith("-");
        String rest = negative || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        // Longer texts are no durations that anybody means, and the sum below must stay cheap.
        if (rest.isEmpty() || rest.length() > 64) {
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(rest);
        int at = 0;
        while (at < rest.length()) {
            if (!part.find(at) || part.start() != at) {
                return Optional.empty();
            }
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unitNanos(part.group(2)))));
            at = part.end();
        }
        if (nanos.compareTo(MAX_NANOS) > 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(negative ? -nanos.longValue() : nanos.longValue()));
    }

    /** As Go prints it: {@code 24h0m0s}, {@code 1.5s}, {@code 150ms}, {@code 0s}. */
    public static String text(Duration duration) {
        long nanos = duration.toNanos();
        BigDecimal all = BigDecimal.valueOf(nanos).abs();
        String sign = nanos < 0 ? "-" : "";
        if (nanos == 0) {
            return "0s";
        }
        for (String unit : List.of("ns", "µs", "ms")) {
            if (all.compareTo(BigDecimal.valueOf(1000L * unitNanos(unit))) < 0) {
                return sign + parts(all, unit) + unit;
            }
        }
        BigDecimal[] minutes = all.divideAndRemainder(BigDecimal.valueOf(unitNanos("m")));
        BigDecimal[] hours = minutes[0].divideAndRemainder(BigDecimal.valueOf(60));
        return sign
                + (hours[0].signum() > 0 ? hours[0].toBigInteger() + "h" : "")
                + (minutes[0].signum() > 0 ? hours[1].toBigInteger() + "m" : "")
                + parts(minutes[1], "s")
                + "s";
    }

    private static String parts(BigDecimal nanos, String unit) {
        BigDecimal of = nanos.divide(BigDecimal.valueOf(unitNanos(unit)));
        return of.signum() == 0 ? "0" : of.stripTrailingZeros().toPlainString();
    }

    private static long unitNanos(String unit) {
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
