package io.quorate.catalog.web;

import io.quorate.answer.Asking;
import io.quorate.answer.Terms;
import io.quorate.catalog.CatalogOperations;
import io.quorate.catalog.Node;
import io.quorate.catalog.NodeRow;
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

    private final Datacenter datacenter;
    private final Asking asking;
    private final JsonForm<List<NodeRow>> nodes = new JsonForm<>((rows, json) -> {
        json.writeStartArray();
        rows.forEach(row -> write(json, row));
        json.writeEndArray();
    });

    private final Fields<NodeRow> fields = new Fields<NodeRow>()
            .text("ID", row -> row.node().id())
            .text("Node", row -> row.node().name())
            .text("Address", row -> row.node().address())
            .text("Datacenter", row -> datacenter().value())
            .map("TaggedAddresses", row -> row.node().taggedAddresses())
            .map("Meta", row -> row.node().meta());

    public NodeRoutes(Datacenter datacenter, Asking asking) {
        this.datacenter = datacenter;
        this.asking = asking;
    }

    private Datacenter datacenter() {
        return datacenter;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/catalog/datacenters").asks("GET", CatalogOperations.DATACENTERS, this::datacenters);
        routes.at("/v1/catalog/nodes").indexed().asks("GET", CatalogOperations.NODES, this::nodes);
    }

    private CompletionStage<Reply> datacenters(Request request) {
        return asking.ask(CatalogOperations.DATACENTERS, new CatalogOperations.Datacenters(), request.ofAnyServer())
                .thenApply(answer -> Reply.of(answer, NAMES, request.isPretty()));
    }

    private CompletionStage<Reply> nodes(Request request) {
        Terms terms = request.terms();
        Filter<NodeRow> filter = Filter.of(request, fields);
        List<CatalogOperations.Pair> meta =
                request.query().all("node-meta").stream().map(NodeRoutes::pair).toList();
        return asking.ask(CatalogOperations.NODES, new CatalogOperations.Nodes(meta), terms)
                .thenApply(answer -> filter.reply(answer, nodes, request.isPretty()));
    }

    private static CatalogOperations.Pair pair(String text) {
        String[] parts = text.split(":", 2);
        return new CatalogOperations.Pair(parts[0], parts.length == 2 ? parts[1] : "");
    }

    private void write(JsonGenerator json, NodeRow row) {
        Node node = row.node();
        json.writeStartObject();
        json.writeStringProperty("ID", node.id());
        json.writeStringProperty("Node", node.name());
        json.writeStringProperty("Address", node.address());
        json.writeStringProperty("Datacenter", datacenter.value());
        json.writeName("TaggedAddresses");
        Json.value(json, node.taggedAddresses());
        json.writeName("Meta");
        Json.value(json, node.meta());
        json.writeNumberProperty("CreateIndex", row.createIndex());
        json.writeNumberProperty("ModifyIndex", row.modifyIndex());
        json.writeEndObject();
    }
}
