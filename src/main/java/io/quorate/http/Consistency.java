package io.quorate.http;

import java.time.Duration;

/**
 * How fresh a read must be.
 *
 * @param maxStale with {@link Mode#STALE}: a server that heard of the leader longer ago asks the leader instead; zero: no bound
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/features/consistency">Consul's consistency modes</a>
 */
public record Consistency(Mode mode, Duration maxStale) {
    static final Consistency DEFAULT = new Consistency(Mode.LEADER, Duration.ZERO);

    /** Whoever was asked, the leader from its own state, or the leader after asking a majority. */
    public enum Mode {
        LEADER("leader"),
        CONSISTENT("consistent"),
        STALE("stale");

        private final String word;

        Mode(String word) {
            this.word = word;
        }

        /** As the header says it. */
        public String word() {
            return word;
        }
    }

    /** @throws BadRequestException when the parameters contradict each other */
    static Consistency of(Query query) {
        boolean stale = query.has("stale");
        boolean consistent = query.has("consistent");
        Duration maxStale = Duration.ZERO;
        String bound = query.first("max_stale");
        if (!bound.isEmpty()) {
            maxStale = GoDuration.parse(bound)
                    .orElseThrow(() -> new BadRequestException("Invalid max_stale value \"" + bound + "\""));
            stale |= maxStale.compareTo(Duration.ZERO) > 0;
        }
        if (stale && consistent) {
            throw new BadRequestException("Cannot specify ?stale with ?consistent, conflicting semantics.");
        }
        if (query.has("cached") && consistent) {
            throw new BadRequestException("Cannot specify ?cached with ?consistent, conflicting semantics.");
        }
        if (consistent) {
            return new Consistency(Mode.CONSISTENT, Duration.ZERO);
        }
        return stale ? new Consistency(Mode.STALE, maxStale) : DEFAULT;
    }
}
