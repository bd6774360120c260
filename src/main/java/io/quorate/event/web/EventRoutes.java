package io.quorate.event.web;

import io.quorate.answer.Asking;
import io.quorate.answer.Terms;
import io.quorate.event.Event;
import io.quorate.event.EventLog;
import io.quorate.event.EventOperations;
import io.quorate.event.Firing;
import io.quorate.http.BadRequestException;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import tools.jackson.core.JsonGenerator;

/** Events fired and listed. */
public final class EventRoutes implements RouteSource {
    /** Of Consul's form of an event. */
    private static final int VERSION = 1;
    /** That part of a wait is added at random, so that who began together does not come back together; as Consul does. */
    private static final int JITTER = 16;

    private final Asking asking;
    private final EventLog log;
    private final RandomGenerator chance;

    public EventRoutes(Asking asking, EventLog log, RandomGenerator chance) {
        this.asking = asking;
        this.log = log;
        this.chance = chance;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/event/fire/")
                .asks("PUT", EventOperations.FIRE, this::fire)
                // Spring Cloud Consul 5 says it so.
                .asks("POST", EventOperations.FIRE, this::fire);
        routes.at("/v1/event/list").on("GET", this::list);
        routes.at("/v1/events").on("GET", this::list);
    }

    private CompletionStage<Reply> fire(Request request) {
        String name = request.rest();
        if (name.isEmpty()) {
            throw new BadRequestException("Missing name");
        }
        byte[] body = request.body();
        Firing said = new Firing(
                name,
                body.length == 0 ? null : body,
                request.query().first("node"),
                request.query().first("service"),
                request.query().first("tag"));
        EventOperations.problem(said);
        return asking.ask(EventOperations.FIRE, said, request.ofAnyServer())
                .thenApply(answer -> Reply.json(json -> write(new Event(answer.value(), 0, said), json)));
    }

    private CompletionStage<Reply> list(Request request) {
        // Checked as on every route: the index, and how long to wait.
        Terms terms = request.terms();
        String index = request.query().first("index");
        Duration wait =
                terms.waitTime().plusMillis(chance.nextLong(terms.waitTime().toMillis() / JITTER + 1));
        return log.await(request.query().first("name"), index.isEmpty() ? 0 : Long.parseUnsignedLong(index), wait)
                .thenApply(EventRoutes::listing);
    }

    private static Reply listing(EventLog.Listing listing) {
        return Reply.json(json -> {
                    json.writeStartArray();
                    listing.events().forEach(event -> write(event, json));
                    json.writeEndArray();
                })
                .with("X-Consul-Index", Long.toUnsignedString(listing.index()));
    }

    private static void write(Event event, JsonGenerator json) {
        Firing said = event.said();
        byte[] payload = said.payload();
        json.writeStartObject();
        json.writeStringProperty("ID", event.id().toString());
        json.writeStringProperty("Name", said.name());
        json.writeName("Payload");
        if (payload == null) {
            json.writeNull();
        } else {
            json.writeBinary(payload);
        }
        json.writeStringProperty("NodeFilter", said.nodes());
        json.writeStringProperty("ServiceFilter", said.services());
        json.writeStringProperty("TagFilter", said.tags());
        json.writeNumberProperty("Version", VERSION);
        json.writeNumberProperty("LTime", event.time());
        json.writeEndObject();
    }
}
