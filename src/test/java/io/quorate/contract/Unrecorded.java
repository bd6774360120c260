package io.quorate.contract;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the recorder did beside the exchanges that it wrote down: writes that wake a blocking query, indexes read for it, and pauses,
 * which are here a repetition until the answer is as recorded.
 */
final class Unrecorded {
    /** A request whose answer is not compared. */
    record Aside(String to, String method, String path, String body) {}

    /** Read the index that this answer carries, as a name for later requests. */
    record Index(String name, String path) {}

    private final Map<String, List<Aside>> before = new HashMap<>();
    private final Map<String, Aside> during = new HashMap<>();
    private final Map<String, Index> indexes = new HashMap<>();

    /** The recorder slept before these, or something happens in the background. */
    private static final Set<String> PATIENT = Set.of(
            "kv-077",
            "agent-131",
            "agent-148",
            "agent-155",
            "catalog-056",
            "session-048",
            "event-010",
            "event-011",
            "coordinate-003",
            "coordinate-005",
            "coordinate-014",
            "extra-011",
            "extra-028",
            "extra-029");

    Unrecorded() {
        indexes.put("catalog-081", new Index("dbidx", "/v1/catalog/service/db"));
        during.put(
                "catalog-082",
                new Aside(
                        "s1",
                        "PUT",
                        "/v1/catalog/register",
                        "{\"Node\":\"ext4\",\"Address\":\"192.0.2.40\",\"Service\":{\"Service\":\"db\"}}"));
        indexes.put("kv-087", new Index("kvidx", "/v1/kv/app/a"));
        during.put("kv-088", new Aside("s1", "PUT", "/v1/kv/app/a", "wake"));
        indexes.put("kv-091", new Index("kvidx2", "/v1/kv/app/?recurse"));
        during.put("kv-091", new Aside("s1", "DELETE", "/v1/kv/app/sub/c", ""));
        before.put("session-057", List.of(new Aside("s1", "DELETE", "/v1/kv/?recurse", "")));
        indexes.put("event-016", new Index("evidx", "/v1/event/list?name=deploy"));
        during.put("event-017", new Aside("s1", "PUT", "/v1/event/fire/deploy", "again"));
        before.put(
                "snapshot-001",
                List.of(
                        new Aside("s1", "PUT", "/v1/kv/snap/a", "before"),
                        new Aside("s1", "PUT", "/v1/kv/snap/b", "before")));
        before.put(
                "snapshot-004",
                List.of(
                        new Aside("s1", "PUT", "/v1/kv/snap/a", "after"),
                        new Aside("s1", "DELETE", "/v1/kv/snap/b", "")));
    }

    List<Aside> before(Exchange exchange) {
        return before.getOrDefault(exchange.id(), List.of());
    }

    /** Absent where nothing happened while the answer was awaited. */
    @Nullable
    Aside during(Exchange exchange) {
        return during.get(exchange.id());
    }

    /** Absent where no index is needed first. */
    @Nullable
    Index index(Exchange exchange) {
        return indexes.get(exchange.id());
    }

    boolean isPatient(Exchange exchange) {
        return PATIENT.contains(exchange.id());
    }
}
