package io.quorate.catalog;

/**
 * A check of a node.
 *
 * @param status {@code passing}, {@code warning}, {@code critical}, or any other word: it is not judged here
 */
public record Check(String id, String name, String status, String notes, String output) {
    /** Id of the check that gossip keeps. */
    public static final String SERF_HEALTH = "serfHealth";

    public static final String PASSING = "passing";
    public static final String CRITICAL = "critical";

    static Check alive() {
        return new Check(SERF_HEALTH, "Serf Health Status", PASSING, "", "Agent alive and reachable");
    }

    static Check failed() {
        return new Check(SERF_HEALTH, "Serf Health Status", CRITICAL, "", "Agent not live or unreachable");
    }
}
