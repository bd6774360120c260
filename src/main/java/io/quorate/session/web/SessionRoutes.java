package io.quorate.session.web;

import io.quorate.answer.Asking;
import io.quorate.http.BadRequestException;
import io.quorate.http.Json;
import io.quorate.http.JsonForm;
import io.quorate.http.RefusedException;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import io.quorate.kernel.NodeName;
import io.quorate.session.Session;
import io.quorate.session.SessionId;
import io.quorate.session.SessionOperations;
import io.quorate.session.SessionRow;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Sessions. */
public final class SessionRoutes implements RouteSource {
    private static final JsonForm<List<SessionRow>> ROWS = new JsonForm<>((rows, json) -> {
        json.writeStartArray();
        rows.forEach(row -> write(row, json));
        json.writeEndArray();
    });
    private static final JsonForm<UUID> ID = new JsonForm<>((id, json) -> {
        json.writeStartObject();
        json.writeStringProperty("ID", id.toString());
        json.writeEndObject();
    });
    /** That no session has. */
    private static final UUID NOBODY = new UUID(0, 0);

    private final String self;
    private final Asking asking;

    /** @param self whose sessions they are where no node is named */
    public SessionRoutes(NodeName self, Asking asking) {
        this.self = self.value();
        this.asking = asking;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/session/create").asks("PUT", SessionOperations.CREATE, this::create);
        routes.at("/v1/session/destroy/").asks("PUT", SessionOperations.DESTROY, this::destroy);
        routes.at("/v1/session/renew/").asks("PUT", SessionOperations.RENEW, this::renew);
        routes.at("/v1/session/info/").indexed().asks("GET", SessionOperations.INFO, this::info);
        routes.at("/v1/session/node/").indexed().asks("GET", SessionOperations.NODE, this::ofNode);
        routes.at("/v1/session/list").indexed().asks("GET", SessionOperations.LIST, this::list);
    }

    private CompletionStage<Reply> create(Request request) {
        return asking.ask(SessionOperations.CREATE, SessionBody.read(request.body(), self), request.ofWrite())
                .thenApply(answer -> Reply.of(answer, ID, request.isPretty()));
    }

    private CompletionStage<Reply> destroy(Request request) {
        Reply done = Reply.json(json -> json.writeBoolean(true));
        Optional<UUID> id = id(request);
        return id.isEmpty()
                ? CompletableFuture.completedFuture(done)
                : asking.ask(SessionOperations.DESTROY, new SessionOperations.Of(id.get()), request.ofWrite())
                        .thenApply(answer -> done);
    }

    private CompletionStage<Reply> renew(Request request) {
        SessionOperations.Of question = new SessionOperations.Of(id(request).orElse(NOBODY));
        return asking.ask(SessionOperations.RENEW, question, request.ofWrite()).thenApply(answer -> {
            if (answer.value().isEmpty()) {
                throw new RefusedException(404, "Session id '" + request.rest() + "' not found");
            }
            return Reply.of(answer, ROWS, request.isPretty());
        });
    }

    private CompletionStage<Reply> info(Request request) {
        SessionOperations.Of question = new SessionOperations.Of(id(request).orElse(NOBODY));
        return asking.ask(SessionOperations.INFO, question, request.terms())
                .thenApply(answer -> Reply.indexed(answer, ROWS, request.isPretty()));
    }

    private CompletionStage<Reply> ofNode(Request request) {
        if (request.rest().isEmpty()) {
            throw new BadRequestException("Missing node name");
        }
        return asking.ask(SessionOperations.NODE, new SessionOperations.OfNode(request.rest()), request.terms())
                .thenApply(answer -> Reply.indexed(answer, ROWS, request.isPretty()));
    }

    private CompletionStage<Reply> list(Request request) {
        return asking.ask(SessionOperations.LIST, new SessionOperations.All(), request.terms())
                .thenApply(answer -> Reply.indexed(answer, ROWS, request.isPretty()));
    }

    /** Empty for what is an id, and no session's. */
    private static Optional<UUID> id(Request request) {
        if (request.rest().isEmpty()) {
            throw new BadRequestException("Missing session");
        }
        try {
            return SessionId.parse(request.rest());
        } catch (IllegalArgumentException e) {
            throw new RefusedException("failed session lookup: index error: " + e.getMessage());
        }
    }

    private static void write(SessionRow row, JsonGenerator json) {
        Session session = row.session();
        json.writeStartObject();
        json.writeStringProperty("ID", session.id().toString());
        json.writeStringProperty("Name", session.name());
        json.writeStringProperty("Node", session.node());
        json.writeNumberProperty("LockDelay", session.lockDelay().toNanos());
        json.writeStringProperty("Behavior", session.behavior().word());
        json.writeStringProperty("TTL", session.ttl());
        json.writeName("NodeChecks");
        Json.value(json, session.nodeChecks());
        json.writeName("ServiceChecks");
        write(session.serviceChecks(), json);
        json.writeNumberProperty("CreateIndex", row.createIndex());
        json.writeNumberProperty("ModifyIndex", row.createIndex());
        json.writeEndObject();
    }

    private static void write(@Nullable List<Session.ServiceCheck> checks, JsonGenerator json) {
        if (checks == null) {
            json.writeNull();
            return;
        }
        json.writeStartArray();
        for (Session.ServiceCheck check : checks) {
            json.writeStartObject();
            json.writeStringProperty("ID", check.id());
            json.writeStringProperty("Namespace", check.namespace());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
