package io.quorate.catalog.web;

import io.quorate.answer.Asking;
import io.quorate.answer.Terms;
import io.quorate.catalog.CatalogFields;
import io.quorate.catalog.CatalogJson;
import io.quorate.catalog.CatalogOperations;
import io.quorate.catalog.Instance;
import io.quorate.catalog.ServiceQuestion;
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
import java.util.concurrent.CompletionStage;

/** Services and their instances. */
public final class ServiceRoutes implements RouteSource {
    private static final JsonForm<List<CatalogOperations.ServiceTags>> SERVICES = new JsonForm<>((services, json) -> {
        json.writeStartObject();
        services.forEach(service -> {
            json.writeName(service.name());
            Json.value(json, service.tags());
        });
        json.writeEndObject();
    });
    /** Without a mesh there is none, whatever is there; what may be waited for is the same. */
    private static final JsonForm<List<Instance>> NONE =
            new JsonForm<>((instances, json) -> Json.value(json, List.of()));

    private final Asking asking;
    private final JsonForm<List<Instance>> instances;
    private final Fields<Instance> fields;

    public ServiceRoutes(Datacenter datacenter, Asking asking) {
        CatalogJson written = new CatalogJson(datacenter);
        this.asking = asking;
        this.fields = CatalogFields.instance(datacenter);
        this.instances = new JsonForm<>((rows, json) -> {
            json.writeStartArray();
            rows.forEach(row -> written.instance(json, row));
            json.writeEndArray();
        });
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/catalog/services").indexed().asks("GET", CatalogOperations.SERVICES, this::services);
        routes.at("/v1/catalog/service/")
                .indexed()
                .asks(
                        "GET",
                        CatalogOperations.SERVICE,
                        request -> instances(request, instances, "Missing service name"));
        routes.at("/v1/catalog/connect/")
                .indexed()
                .asks("GET", CatalogOperations.SERVICE, request -> instances(request, NONE, "Missing service name"));
        routes.at("/v1/catalog/gateway-services/")
                .indexed()
                .asks("GET", CatalogOperations.SERVICE, request -> instances(request, NONE, "Missing gateway name"));
    }

    private CompletionStage<Reply> services(Request request) {
        Terms terms = request.terms();
        Asks.refuseFilter(request);
        return asking.ask(
                        CatalogOperations.SERVICES,
                        new CatalogOperations.Services(Asks.nodeMeta(request.query())),
                        terms)
                .thenApply(answer -> Reply.of(answer, SERVICES, request.isPretty()));
    }

    private CompletionStage<Reply> instances(Request request, JsonForm<List<Instance>> form, String missing) {
        Terms terms = request.terms();
        ServiceQuestion question = new ServiceQuestion(
                Asks.named(request, missing), request.query().all("tag"), Asks.nodeMeta(request.query()));
        Filter<Instance> filter = Filter.of(request, fields);
        return asking.ask(CatalogOperations.SERVICE, question, terms)
                .thenApply(answer -> filter.reply(answer, form, request.isPretty()));
    }
}
