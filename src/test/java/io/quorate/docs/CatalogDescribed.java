package io.quorate.docs;

import static io.quorate.docs.Described.JSON;
import static io.quorate.docs.Described.TEXT;
import static io.quorate.docs.Described.bool;
import static io.quorate.docs.Described.integer;
import static io.quorate.docs.Described.list;
import static io.quorate.docs.Described.mapOf;
import static io.quorate.docs.Described.object;
import static io.quorate.docs.Described.reference;
import static io.quorate.docs.Described.string;
import static io.quorate.docs.Described.type;
import static io.quorate.docs.Described.words;

import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;

/** Services, registrations and health in Consul's dialect, in words. */
final class CatalogDescribed {
    private static final String SERVICE = "The service's name.";
    private static final String NODE = "The node's name.";

    private CatalogDescribed() {}

    static List<Described> all() {
        return List.of(
                change("register", "catalogRegister", "Register a node, with a service and checks, or change them")
                        .text("All or nothing. `Datacenter` of the body counts, `dc` is passed over."),
                change("deregister", "catalogDeregister", "Take out a node, or one service or check of it")
                        .text("What is not there is no error."),
                read(
                                "/v1/catalog/services",
                                "catalogServices",
                                "Names of the services, with their tags",
                                mapOf(list(string())))
                        .repeatable("node-meta", "`key:value` that a node must have; repeated: all of them."),
                tagged(read(
                                "/v1/catalog/service/{service}",
                                "catalogService",
                                "The instances of a service",
                                rows("CatalogInstance")))
                        .inPath("service", SERVICE, string()),
                tagged(read(
                                "/v1/catalog/connect/{service}",
                                "catalogConnect",
                                "None: there is no mesh",
                                rows("CatalogInstance")))
                        .inPath("service", SERVICE, string()),
                tagged(read(
                                "/v1/catalog/gateway-services/{gateway}",
                                "catalogGatewayServices",
                                "None: there is no mesh",
                                rows("CatalogInstance")))
                        .inPath("gateway", "The gateway's name.", string()),
                filtered(read(
                                "/v1/catalog/node/{node}",
                                "catalogNode",
                                "A node with its services, by their ids; null when there is none",
                                type("object", "null")))
                        .inPath("node", NODE, string()),
                filtered(read(
                                "/v1/catalog/node-services/{node}",
                                "catalogNodeServices",
                                "A node with a list of its services",
                                type("object")))
                        .inPath("node", NODE, string()),
                filtered(read(
                                "/v1/health/node/{node}",
                                "healthNode",
                                "The checks of a node and its services",
                                rows("HealthCheck")))
                        .inPath("node", NODE, string()),
                checks("/v1/health/checks/{service}", "healthChecks", "The checks of a service's instances")
                        .inPath("service", SERVICE, string()),
                checks("/v1/health/state/{state}", "healthState", "The checks in one status")
                        .inPath(
                                "state",
                                "`passing`, `warning`, `critical`, any other word that a check has, or `any`.",
                                string()),
                health("service", "healthService", "The instances of a service, each with its checks and its node's"),
                health("connect", "healthConnect", "None: there is no mesh"),
                health("ingress", "healthIngress", "None: there is no mesh"));
    }

    private static Schema<?> rows(String name) {
        return list(reference(name));
    }

    private static Described change(String what, String id, String summary) {
        return Described.of(ConsulOperations.CONSUL, "PUT", "/v1/catalog/" + what, id, summary)
                .flag("pretty", "Indented JSON.")
                .body("As Consul has it.", type("object"))
                .answer(200, "true", JSON, bool())
                .answer(
                        400,
                        "A body that cannot be read, has a field that is not known, or is out of bounds.",
                        TEXT,
                        string())
                .answer(413, "The body has more than 1 MiB.", TEXT, string())
                .answer(
                        500,
                        "It makes no sense or is refused, and nothing of it is kept; or there is no leader.",
                        TEXT,
                        string());
    }

    private static Described read(String path, String id, String summary, Schema<?> schema) {
        return ConsulOperations.leader(ConsulOperations.get(path, id, summary, schema))
                .header(200, "X-Consul-Index", "Index of the last change to what is asked for.", integer())
                .header(200, "X-Consul-KnownLeader", "Whether the server that answered knows a leader.", bool())
                .header(200, "X-Consul-LastContact", "Milliseconds since that server heard of the leader.", integer())
                .header(
                        200,
                        "X-Consul-Effective-Consistency",
                        "What the answer is.",
                        words("leader", "consistent", "stale"))
                .header(500, "X-Consul-Index", "1", integer());
    }

    private static Described filtered(Described described) {
        return described.query("filter", "An expression that picks rows.", string());
    }

    private static Described checks(String path, String id, String summary) {
        return filtered(read(path, id, summary, rows("HealthCheck")))
                .query("near", "Leaves the order as it is: there are no coordinates.", string())
                .repeatable("node-meta", "`key:value` that a node must have; repeated: all of them.");
    }

    private static Described tagged(Described described) {
        return filtered(described)
                .query("near", "Leaves the order as it is: there are no coordinates.", string())
                .repeatable("tag", "A tag that an instance must have, whatever its case; repeated: all of them.")
                .repeatable("node-meta", "`key:value` that a node must have; repeated: all of them.");
    }

    private static Described health(String what, String id, String summary) {
        return tagged(read("/v1/health/" + what + "/{service}", id, summary, rows("HealthService")))
                .flag("passing", "Only instances of which every check passes; `false` is as good as nothing.")
                .inPath("service", SERVICE, string());
    }

    static Map<String, Schema<?>> schemas() {
        return Map.of(
                "CatalogInstance",
                object(
                        "ID", string(),
                        "Node", string(),
                        "Address", string(),
                        "Datacenter", string(),
                        "TaggedAddresses", ConsulOperations.textsOrNull(),
                        "NodeMeta", ConsulOperations.textsOrNull(),
                        "ServiceKind", string(),
                        "ServiceID", string(),
                        "ServiceName", string(),
                        "ServiceTags", list(string()),
                        "ServiceAddress", string(),
                        "ServiceWeights", mapOf(integer()),
                        "ServiceMeta", mapOf(string()),
                        "ServicePort", integer(),
                        "ServiceEnableTagOverride", bool(),
                        "ServiceProxy", type("object"),
                        "ServiceConnect", type("object"),
                        "CreateIndex", integer(),
                        "ModifyIndex", integer()),
                "HealthCheck",
                object(
                        "Node", string(),
                        "CheckID", string(),
                        "Name", string(),
                        "Status", string(),
                        "Notes", string(),
                        "Output", string(),
                        "ServiceID", string(),
                        "ServiceName", string(),
                        "ServiceTags", list(string()),
                        "Type", string(),
                        "Definition", type("object"),
                        "CreateIndex", integer(),
                        "ModifyIndex", integer()),
                "HealthService",
                object(
                        "Node",
                        reference("CatalogNode"),
                        "Service",
                        type("object"),
                        "Checks",
                        list(reference("HealthCheck"))));
    }
}
