package io.quorate.catalog.web;

import io.quorate.answer.Asking;
import io.quorate.answer.Terms;
import io.quorate.catalog.CatalogFields;
import io.quorate.catalog.CatalogJson;
import io.quorate.catalog.CatalogOperations;
import io.quorate.catalog.NodeQuestion;
import io.quorate.catalog.NodeRow;
import io.quorate.catalog.ServiceRow;
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
import tools.jackson.core.JsonGenerator;

/** Nodes and datacenters. */
public final class NodeRoutes implements RouteSource {
    private static final JsonForm<List<String>> NAMES = new JsonForm<>((names, json) -> Json.value(json, names));
    private static final String MISSING = "Missing node name";

    private final Asking asking;
    private final CatalogJson written;
    private final Fields<NodeRow> fields;
    private final JsonForm<List<NodeRow>> nodes = new JsonForm<>(this::nodes);
    private final JsonForm<CatalogOperations.NodeServices> node = new JsonForm<>(this::node);
    private final JsonForm<CatalogOperations.NodeServices> listed = new JsonForm<>(this::listed);

    public NodeRoutes(Datacenter datacenter, Asking asking) {
        this.written = new CatalogJson(datacenter);
        this.fields = CatalogFields.node(datacenter);
        this.asking = asking;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/catalog/datacenters").asks("GET", CatalogOperations.DATACENTERS, this::datacenters);
        routes.at("/v1/catalog/nodes").indexed().asks("GET", CatalogOperations.NODES, this::nodes);
        routes.at("/v1/catalog/node/")
                .indexed()
                .asks("GET", CatalogOperations.NODE, request -> servicesOf(request, node));
        routes.at("/v1/catalog/node-services/")
                .indexed()
                .asks("GET", CatalogOperations.NODE, request -> servicesOf(request, listed));
    }

    private CompletionStage<Reply> datacenters(Request request) {
        return asking.ask(CatalogOperations.DATACENTERS, new CatalogOperations.Datacenters(), request.ofAnyServer())
                .thenApply(answer -> Reply.of(answer, NAMES, request.isPretty()));
    }

    private CompletionStage<Reply> nodes(Request request) {
        Terms terms = request.terms();
        Filter<NodeRow> filter = Filter.of(request, fields);
        return asking.ask(CatalogOperations.NODES, new CatalogOperations.Nodes(Asks.nodeMeta(request.query())), terms)
                .thenApply(answer -> filter.reply(answer, nodes, request.isPretty()));
    }

    private CompletionStage<Reply> servicesOf(Request request, JsonForm<CatalogOperations.NodeServices> form) {
        Terms terms = request.terms();
        NodeQuestion question = new NodeQuestion(Asks.named(request, MISSING));
        Filter<ServiceRow> filter = Filter.of(request, CatalogFields.SERVICE);
        boolean all = request.query().first("filter").isEmpty();
        return asking.ask(CatalogOperations.NODE, question, terms)
                .thenApply(answer -> all
                        ? Reply.of(answer, form, request.isPretty())
                        : Reply.narrowed(
                                answer,
                                new CatalogOperations.NodeServices(
                                        answer.value().node(),
                                        filter.of(answer.value().services())),
                                form));
    }

    private void nodes(List<NodeRow> rows, JsonGenerator json) {
        json.writeStartArray();
        rows.forEach(row -> written.node(json, row));
        json.writeEndArray();
    }

    /** Services by their ids. */
    private void node(CatalogOperations.NodeServices answer, JsonGenerator json) {
        NodeRow found = answer.node();
        if (found == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeName("Node");
        written.node(json, found);
        json.writeObjectPropertyStart("Services");
        answer.services().forEach(row -> {
            json.writeName(row.service().id());
            written.service(json, row);
        });
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Services one after the other. */
    private void listed(CatalogOperations.NodeServices answer, JsonGenerator json) {
        NodeRow found = answer.node();
        json.writeStartObject();
        json.writeName("Node");
        if (found == null) {
            json.writeNull();
            json.writeNullProperty("Services");
        } else {
            written.node(json, found);
            json.writeArrayPropertyStart("Services");
            answer.services().forEach(row -> written.service(json, row));
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
