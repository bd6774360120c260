package io.quorate.catalog;

import io.quorate.http.Json;
import io.quorate.kernel.Datacenter;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** How nodes, services and checks read in Consul's dialect, wherever they are shown. */
public final class CatalogJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Datacenter datacenter;

    public CatalogJson(Datacenter datacenter) {
        this.datacenter = datacenter;
    }

    public void node(JsonGenerator json, NodeRow row) {
        json.writeStartObject();
        head(json, row.node());
        json.writeName("Meta");
        Json.value(json, row.node().meta());
        stamp(json, row.stamp());
        json.writeEndObject();
    }

    private void head(JsonGenerator json, Node node) {
        json.writeStringProperty("ID", node.id());
        json.writeStringProperty("Node", node.name());
        json.writeStringProperty("Address", node.address());
        json.writeStringProperty("Datacenter", datacenter.value());
        json.writeName("TaggedAddresses");
        Json.value(json, node.taggedAddresses());
    }

    /** A service as a part of its node. */
    public void service(JsonGenerator json, ServiceRow row) {
        Service service = row.service();
        json.writeStartObject();
        if (!service.kind().isEmpty()) {
            json.writeStringProperty("Kind", service.kind());
        }
        json.writeStringProperty("ID", service.id());
        json.writeStringProperty("Service", service.name());
        json.writeName("Tags");
        Json.value(json, service.tags());
        json.writeStringProperty("Address", service.address());
        places(json, "TaggedAddresses", service.taggedAddresses());
        json.writeName("Meta");
        Json.value(json, service.meta());
        json.writeNumberProperty("Port", service.port());
        weights(json, "Weights", service.weights());
        json.writeBooleanProperty("EnableTagOverride", service.enableTagOverride());
        mesh(json, "Proxy", "Connect");
        stamp(json, row.stamp());
        json.writeEndObject();
    }

    /** A service with its node, on one level. */
    public void instance(JsonGenerator json, Instance instance) {
        Node node = instance.node().node();
        Service service = instance.service().service();
        json.writeStartObject();
        head(json, node);
        json.writeName("NodeMeta");
        Json.value(json, node.meta());
        json.writeStringProperty("ServiceKind", service.kind());
        json.writeStringProperty("ServiceID", service.id());
        json.writeStringProperty("ServiceName", service.name());
        json.writeName("ServiceTags");
        Json.value(json, service.tags());
        json.writeStringProperty("ServiceAddress", service.address());
        places(json, "ServiceTaggedAddresses", service.taggedAddresses());
        weights(json, "ServiceWeights", service.weights());
        json.writeName("ServiceMeta");
        Json.value(json, service.meta() == null ? Map.of() : service.meta());
        json.writeNumberProperty("ServicePort", service.port());
        json.writeBooleanProperty("ServiceEnableTagOverride", service.enableTagOverride());
        mesh(json, "ServiceProxy", "ServiceConnect");
        stamp(json, instance.service().stamp());
        json.writeEndObject();
    }

    public void check(JsonGenerator json, CheckRow row) {
        Check check = row.check();
        json.writeStartObject();
        json.writeStringProperty("Node", row.node());
        json.writeStringProperty("CheckID", check.id());
        json.writeStringProperty("Name", check.name());
        json.writeStringProperty("Status", check.status());
        json.writeStringProperty("Notes", check.notes());
        json.writeStringProperty("Output", check.output());
        json.writeStringProperty("ServiceID", check.serviceId());
        json.writeStringProperty("ServiceName", row.serviceName());
        json.writeName("ServiceTags");
        Json.value(json, row.serviceTags());
        json.writeStringProperty("Type", check.type());
        json.writeName("Definition");
        definition(json, check.definition());
        stamp(json, row.stamp());
        json.writeEndObject();
    }

    public void checks(JsonGenerator json, List<CheckRow> rows) {
        json.writeStartArray();
        rows.forEach(row -> check(json, row));
        json.writeEndArray();
    }

    /** Read and written anew, so that it is indented where the rest is. */
    private static void definition(JsonGenerator json, String definition) {
        if (definition.equals(Check.NO_DEFINITION)) {
            json.writeStartObject();
            json.writeEndObject();
            return;
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), definition)) {
            parser.nextToken();
            json.copyCurrentStructure(parser);
        }
    }

    private static void places(JsonGenerator json, String name, SortedMap<String, Service.Place> places) {
        if (places.isEmpty()) {
            return;
        }
        json.writeObjectPropertyStart(name);
        places.forEach((tag, place) -> {
            json.writeObjectPropertyStart(tag);
            json.writeStringProperty("Address", place.address());
            json.writeNumberProperty("Port", place.port());
            json.writeEndObject();
        });
        json.writeEndObject();
    }

    private static void weights(JsonGenerator json, String name, Service.Weights weights) {
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("Passing", weights.passing());
        json.writeNumberProperty("Warning", weights.warning());
        json.writeEndObject();
    }

    /** As an agent without a mesh shows it: nothing of one. */
    private static void mesh(JsonGenerator json, String proxy, String connect) {
        json.writeObjectPropertyStart(proxy);
        json.writeObjectPropertyStart("MeshGateway");
        json.writeEndObject();
        json.writeObjectPropertyStart("Expose");
        json.writeEndObject();
        json.writeEndObject();
        json.writeObjectPropertyStart(connect);
        json.writeEndObject();
    }

    private static void stamp(JsonGenerator json, Stamp stamp) {
        json.writeNumberProperty("CreateIndex", stamp.createIndex());
        json.writeNumberProperty("ModifyIndex", stamp.modifyIndex());
    }
}
