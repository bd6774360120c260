package io.quorate.catalog.web;

import io.quorate.catalog.Catalog;
import io.quorate.catalog.Node;
import io.quorate.catalog.NodeRow;
import io.quorate.http.BadRequestException;
import io.quorate.http.Json;
import io.quorate.http.RefusedException;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import io.quorate.kernel.Datacenter;
import io.quorate.store.StateUnavailableException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Nodes and datacenters. */
public final class NodeRoutes implements RouteSource {
    private final Datacenter datacenter;
    private final @Nullable Catalog catalog;

    /** @param catalog absent on a client, where none of these is answered */
    public NodeRoutes(Datacenter datacenter, @Nullable Catalog catalog) {
        this.datacenter = datacenter;
        this.catalog = catalog;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/catalog/datacenters", Routes.Place.SERVER).on("GET", this::datacenters);
        routes.at("/v1/catalog/nodes", Routes.Place.LEADER).indexed().on("GET", this::nodes);
    }

    /** Without a leader too. */
    private CompletionStage<Reply> datacenters(Request request) {
        return CompletableFuture.completedFuture(Reply.json(json -> Json.value(json, List.of(datacenter.value()))));
    }

    private CompletionStage<Reply> nodes(Request request) {
        if (!request.query().first("filter").isEmpty()) {
            // To leave it out would hand out what the caller asked not to get.
            throw new BadRequestException("Bad request: filter is not supported by this version of Quorate");
        }
        if (catalog == null) {
            throw new IllegalStateException("the catalog was asked for on a client");
        }
        List<String[]> wanted = request.query().all("node-meta").stream()
                .map(pair -> pair.split(":", 2))
                .toList();
        Catalog.Nodes nodes = read(catalog);
        List<NodeRow> rows =
                nodes.rows().stream().filter(row -> matches(row.node(), wanted)).toList();
        return CompletableFuture.completedFuture(Reply.json(nodes.index(), json -> {
            json.writeStartArray();
            rows.forEach(row -> write(json, row));
            json.writeEndArray();
        }));
    }

    private static Catalog.Nodes read(Catalog catalog) {
        try {
            return catalog.nodes();
        } catch (StateUnavailableException e) {
            throw new RefusedException(String.valueOf(e.getMessage()));
        }
    }

    private static boolean matches(Node node, List<String[]> wanted) {
        Map<String, String> meta = node.meta();
        return wanted.stream()
                .allMatch(pair -> meta != null && (pair.length == 2 ? pair[1] : "").equals(meta.get(pair[0])));
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
