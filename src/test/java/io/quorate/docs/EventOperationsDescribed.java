package io.quorate.docs;

import static io.quorate.docs.Described.JSON;
import static io.quorate.docs.Described.TEXT;
import static io.quorate.docs.Described.integer;
import static io.quorate.docs.Described.list;
import static io.quorate.docs.Described.object;
import static io.quorate.docs.Described.reference;
import static io.quorate.docs.Described.string;
import static io.quorate.docs.Described.type;

import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;

/** Events in Consul's dialect, in words. */
final class EventOperationsDescribed {
    private static final String PATTERN = "A regular expression (RE2) that %s must match.";

    private EventOperationsDescribed() {}

    static List<Described> all() {
        return List.of(
                fire("PUT", "eventFire"),
                fire("POST", "eventFirePost"),
                listed("/v1/event/list", "eventList"),
                listed("/v1/events", "events"));
    }

    static Map<String, Schema<?>> schemas() {
        return Map.of(
                "Event",
                object(
                        "ID", string(),
                        "Name", string(),
                        "Payload", type("string", "null"),
                        "NodeFilter", string(),
                        "ServiceFilter", string(),
                        "TagFilter", string(),
                        "Version", integer(),
                        "LTime", integer()));
    }

    private static Described fire(String method, String id) {
        return Described.of(ConsulOperations.CONSUL, method, "/v1/event/fire/{name}", id, "Tell all agents something")
                .text(
                        "By gossip, from the leader. Nothing is stored: who cannot be reached for a few seconds never hears of it. The body is the "
                                + "payload: any bytes, with name and patterns 512 at most.")
                .inPath("name", "What it is called.", string())
                .query("node", PATTERN.formatted("the name of an agent's node"), string())
                .query("service", PATTERN.formatted("the name of a service registered with an agent"), string())
                .query("tag", PATTERN.formatted("a tag of that service"), string())
                .query("dc", "The datacenter: this one.", string())
                .flag("pretty", "Indented JSON.")
                .answer(200, "The event; `LTime` is 0.", JSON, reference("Event"))
                .answer(400, "There is no name.", TEXT, string())
                .answer(413, "The body has more than 1 MiB.", TEXT, string())
                .answer(
                        500,
                        "A pattern cannot be read, it is too long for gossip, or there is no leader.",
                        TEXT,
                        string());
    }

    private static Described listed(String path, String id) {
        return Described.of(
                        ConsulOperations.CONSUL, "GET", path, id, "The last 256 events that were meant for this agent")
                .text("Oldest first, as the asked agent heard them.")
                .query("name", "Of the events that are meant; without it all.", string())
                .query("index", "Waits until the last of them is another than the one with this index.", string())
                .query("wait", "How long at most: 5 minutes unless said, 10 at most.", string())
                .flag("pretty", "Indented JSON.")
                .answer(200, "The events.", JSON, list(reference("Event")))
                .header(
                        200,
                        "X-Consul-Index",
                        "Made of the last event's id, 64 bits without a sign; 1 without an event. It does not grow.",
                        integer())
                .answer(400, "Parameters that contradict each other, or cannot be read.", TEXT, string());
    }
}
