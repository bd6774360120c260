package io.quorate.http;

import io.quorate.answer.Mode;
import io.quorate.answer.Terms;
import java.math.BigInteger;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** On which terms a request asks: its parameters as Consul reads them. */
final class TermsOf {
    private static final BigInteger MAX_INDEX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final Duration DEFAULT_WAIT = Duration.ofMinutes(5);

    private TermsOf() {}

    /**
     * @param longestWait how long it may wait that asks for so much
     * @throws BadRequestException when they make no sense
     */
    static Terms of(Query query, UnaryOperator<Duration> longestWait) {
        refuseNamespace(query);
        Duration wait = wait(query);
        long index = index(query);
        Duration maxStale = maxStale(query);
        boolean stale = query.has("stale") || !maxStale.isZero();
        Mode mode = query.has("consistent") ? Mode.CONSISTENT : stale ? Mode.STALE : Mode.DEFAULT;
        return new Terms(mode, maxStale, index, longestWait.apply(wait), query.first("dc"));
    }

    /** @throws BadRequestException when one is named */
    static void refuseNamespace(Query query) {
        if (query.has("ns")) {
            throw new BadRequestException(
                    "Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature");
        }
    }

    /** @throws BadRequestException when the parameters contradict each other */
    static void refuseContradictions(Query query) {
        boolean consistent = query.has("consistent");
        boolean stale = query.has("stale") || !maxStale(query).isZero();
        if (stale && consistent) {
            throw new BadRequestException("Cannot specify ?stale with ?consistent, conflicting semantics.");
        }
        if (query.has("cached") && consistent) {
            throw new BadRequestException("Cannot specify ?cached with ?consistent, conflicting semantics.");
        }
    }

    private static Duration maxStale(Query query) {
        String bound = query.first("max_stale");
        if (bound.isEmpty()) {
            return Duration.ZERO;
        }
        Duration parsed = GoDuration.parse(bound)
                .orElseThrow(() -> new BadRequestException("Invalid max_stale value \"" + bound + "\""));
        return parsed.isNegative() ? Duration.ZERO : parsed;
    }

    private static Duration wait(Query query) {
        String text = query.first("wait");
        Duration wait = text.isEmpty()
                ? DEFAULT_WAIT
                : GoDuration.parse(text).orElseThrow(() -> new BadRequestException("Invalid wait time"));
        if (wait.isNegative() || wait.isZero()) {
            return DEFAULT_WAIT;
        }
        return wait.compareTo(Terms.LONGEST_WAIT) > 0 ? Terms.LONGEST_WAIT : wait;
    }

    /** Unsigned: no index of ours is above the signed half, and whoever waits for one there waits as long as it says. */
    private static long index(Query query) {
        String text = query.first("index");
        if (text.isEmpty()) {
            return 0;
        }
        boolean digits = text.length() <= 20 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        BigInteger index = digits ? new BigInteger(text) : MAX_INDEX.add(BigInteger.ONE);
        if (index.compareTo(MAX_INDEX) > 0) {
            throw new BadRequestException("Invalid index");
        }
        return index.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
    }
}
