package io.quorate.health.web;

import io.quorate.answer.Asking;
import io.quorate.answer.Operation;
import io.quorate.answer.Terms;
import io.quorate.catalog.CatalogFields;
import io.quorate.catalog.CatalogJson;
import io.quorate.catalog.CatalogReads;
import io.quorate.catalog.CheckRow;
import io.quorate.catalog.NodeMeta;
import io.quorate.catalog.NodeQuestion;
import io.quorate.catalog.ServiceQuestion;
import io.quorate.health.HealthOperations;
import io.quorate.http.BadRequestException;
import io.quorate.http.Fields;
import io.quorate.http.Filter;
import io.quorate.http.Json;
import io.quorate.http.JsonForm;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import io.quorate.kernel.Datacenter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/** Checks, and services with their checks. */
public final class HealthRoutes implements RouteSource {
    private static final String NO_SERVICE = "Missing service name";
    /** As Go reads a truth value. */
    private static final Set<String> YES = Set.of("", "1", "t", "T", "true", "TRUE", "True");

    private static final Set<String> NO = Set.of("0", "f", "F", "false", "FALSE", "False");

    /** Without a mesh there is none, whatever is there; what may be waited for is the same. */
    private static final JsonForm<List<CatalogReads.Checked>> NONE =
            new JsonForm<>((rows, json) -> Json.value(json, List.of()));

    private final Asking asking;
    private final CatalogJson written;
    private final Fields<CatalogReads.Checked> fields;
    private final JsonForm<List<CheckRow>> checks;
    private final JsonForm<List<CatalogReads.Checked>> instances = new JsonForm<>(this::write);

    public HealthRoutes(Datacenter datacenter, Asking asking) {
        CatalogJson rows = new CatalogJson(datacenter);
        this.asking = asking;
        this.written = rows;
        this.fields = CatalogFields.checked(datacenter);
        this.checks = new JsonForm<>((all, json) -> rows.checks(json, all));
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/health/node/")
                .indexed()
                .asks(
                        "GET",
                        HealthOperations.NODE,
                        request -> ask(
                                HealthOperations.NODE,
                                request,
                                "Missing node name",
                                NodeQuestion::new,
                                CatalogFields.CHECK,
                                checks));
        routes.at("/v1/health/checks/")
                .indexed()
                .asks(
                        "GET",
                        HealthOperations.CHECKS,
                        request -> ask(
                                HealthOperations.CHECKS,
                                request,
                                NO_SERVICE,
                                of(request),
                                CatalogFields.CHECK,
                                checks));
        routes.at("/v1/health/state/")
                .indexed()
                .asks(
                        "GET",
                        HealthOperations.STATE,
                        request -> ask(
                                HealthOperations.STATE,
                                request,
                                "Missing check state",
                                of(request),
                                CatalogFields.CHECK,
                                checks));
        routes.at("/v1/health/service/")
                .indexed()
                .asks("GET", HealthOperations.SERVICE, request -> instances(request, instances));
        routes.at("/v1/health/connect/")
                .indexed()
                .asks("GET", HealthOperations.SERVICE, request -> instances(request, NONE));
        routes.at("/v1/health/ingress/")
                .indexed()
                .asks("GET", HealthOperations.SERVICE, request -> instances(request, NONE));
    }

    private static Function<String, HealthOperations.Checks> of(Request request) {
        return name ->
                new HealthOperations.Checks(name, NodeMeta.of(request.query().all("node-meta")));
    }

    private CompletionStage<Reply> instances(Request request, JsonForm<List<CatalogReads.Checked>> form) {
        return ask(
                HealthOperations.SERVICE,
                request,
                NO_SERVICE,
                name -> new HealthOperations.Instances(
                        new ServiceQuestion(
                                name,
                                request.query().all("tag"),
                                NodeMeta.of(request.query().all("node-meta"))),
                        passing(request)),
                fields,
                form);
    }

    private <Q, A> CompletionStage<Reply> ask(
            Operation<Q, List<A>> operation,
            Request request,
            String missing,
            Function<String, Q> question,
            Fields<A> fields,
            JsonForm<List<A>> form) {
        Terms terms = request.terms();
        if (request.rest().isEmpty()) {
            throw new BadRequestException(missing);
        }
        Q asked = question.apply(request.rest());
        Filter<A> filter = Filter.of(request, fields);
        return asking.ask(operation, asked, terms).thenApply(answer -> filter.reply(answer, form, request.isPretty()));
    }

    private static boolean passing(Request request) {
        if (!request.query().has("passing")) {
            return false;
        }
        String value = request.query().first("passing");
        if (!YES.contains(value) && !NO.contains(value)) {
            throw new BadRequestException("Invalid value for ?passing");
        }
        return YES.contains(value);
    }

    private void write(List<CatalogReads.Checked> rows, JsonGenerator json) {
        json.writeStartArray();
        for (CatalogReads.Checked row : rows) {
            json.writeStartObject();
            json.writeName("Node");
            written.node(json, row.instance().node());
            json.writeName("Service");
            written.service(json, row.instance().service());
            json.writeName("Checks");
            written.checks(json, row.checks());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
