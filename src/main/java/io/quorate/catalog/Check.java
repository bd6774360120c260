package io.quorate.catalog;

/**
 * A check of a node, or of one of its services.
 *
 * @param status {@code passing}, {@code warning}, {@code critical}, or any other word: it is not judged here
 * @param serviceId empty for a check of the node itself
 * @param type {@code http}, {@code ttl}, ...; empty when nobody said
 * @param definition how it is carried out, as a JSON object on one line; only shown here
 */
public record Check(
        String id,
        String name,
        String status,
        String notes,
        String output,
        String serviceId,
        String type,
        String definition) {
    /** Id of the check that gossip keeps. */
    public static final String SERF_HEALTH = "serfHealth";

    public static final String PASSING = "passing";
    public static final String WARNING = "warning";
    public static final String CRITICAL = "critical";
    public static final String NO_DEFINITION = "{}";

    /** Of the node, of no type. */
    public static Check ofNode(String id, String name, String status, String notes, String output) {
        return new Check(id, name, status, notes, output, "", "", NO_DEFINITION);
    }

    static Check alive() {
        return ofNode(SERF_HEALTH, "Serf Health Status", PASSING, "", "Agent alive and reachable");
    }

    static Check failed() {
        return ofNode(SERF_HEALTH, "Serf Health Status", CRITICAL, "", "Agent not live or unreachable");
    }

    public boolean isCritical() {
        return status.equals(CRITICAL);
    }

    public boolean isOfNode() {
        return serviceId.isEmpty();
    }
}
