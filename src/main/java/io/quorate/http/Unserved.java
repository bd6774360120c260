package io.quorate.http;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Paths of the dialect that no feature serves. Each says so: a bare 404 is an answer in this dialect, and Consul's own command line took
 * it for a missing key. A feature that comes needs no change here, its routes are there first.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs">Consul's HTTP API</a>
 */
final class Unserved {
    private static final String ACL_DISABLED = "ACL support disabled";
    private static final String MESH_DISABLED = "Connect must be enabled in order to use this endpoint";
    private static final Set<String> CONFIG_KINDS = Set.of(
            "service-defaults",
            "proxy-defaults",
            "service-router",
            "service-splitter",
            "service-resolver",
            "ingress-gateway",
            "terminating-gateway");

    /** Pattern and methods, in the order of Consul's {@code Allow}. */
    private static final List<String> LATER = List.of(
            "/v1/agent/check/deregister/ PUT",
            "/v1/agent/check/fail/ PUT",
            "/v1/agent/check/pass/ PUT",
            "/v1/agent/check/register PUT",
            "/v1/agent/check/update/ PUT",
            "/v1/agent/check/warn/ PUT",
            "/v1/agent/checks GET",
            "/v1/agent/connect/authorize POST",
            "/v1/agent/connect/ca/leaf/ GET",
            "/v1/agent/connect/ca/roots GET",
            "/v1/agent/health/service/id/ GET",
            "/v1/agent/health/service/name/ GET",
            "/v1/agent/host GET",
            "/v1/agent/maintenance PUT",
            "/v1/agent/metrics GET",
            "/v1/agent/monitor GET",
            "/v1/agent/service/ GET",
            "/v1/agent/service/deregister/ PUT",
            "/v1/agent/service/maintenance/ PUT",
            "/v1/agent/service/register PUT",
            "/v1/agent/services GET",
            "/v1/catalog/connect/ GET",
            "/v1/catalog/deregister PUT",
            "/v1/catalog/gateway-services/ GET",
            "/v1/catalog/node-services/ GET",
            "/v1/catalog/node/ GET",
            "/v1/catalog/register PUT",
            "/v1/catalog/service/ GET",
            "/v1/catalog/services GET",
            "/v1/config PUT",
            "/v1/connect/intentions/check GET",
            "/v1/connect/intentions/match GET",
            "/v1/connect/intentions/ GET PUT DELETE",
            "/v1/coordinate/datacenters GET",
            "/v1/coordinate/node/ GET",
            "/v1/coordinate/nodes GET",
            "/v1/coordinate/update PUT",
            "/v1/discovery-chain/ GET POST",
            "/v1/event/fire/ PUT",
            "/v1/event/list GET",
            "/v1/health/checks/ GET",
            "/v1/health/connect/ GET",
            "/v1/health/ingress/ GET",
            "/v1/health/node/ GET",
            "/v1/health/service/ GET",
            "/v1/health/state/ GET",
            "/v1/internal/ui/gateway-services-nodes/ GET",
            "/v1/internal/ui/node/ GET",
            "/v1/internal/ui/nodes GET",
            "/v1/internal/ui/services GET",
            "/v1/kv/ GET PUT DELETE",
            "/v1/operator/autopilot/configuration GET PUT",
            "/v1/operator/autopilot/health GET",
            "/v1/operator/keyring GET POST PUT DELETE",
            "/v1/query GET POST",
            "/v1/query/ GET PUT DELETE",
            "/v1/session/create PUT",
            "/v1/session/destroy/ PUT",
            "/v1/session/info/ GET",
            "/v1/session/list GET",
            "/v1/session/node/ GET",
            "/v1/session/renew/ PUT",
            "/v1/snapshot GET PUT",
            "/v1/txn PUT");

    /** Answered as by an agent whose ACLs are off. */
    private static final List<String> ACLS = List.of(
            "/v1/acl/auth-method PUT",
            "/v1/acl/auth-method/ GET PUT DELETE",
            "/v1/acl/auth-methods GET",
            "/v1/acl/binding-rule PUT",
            "/v1/acl/binding-rule/ GET PUT DELETE",
            "/v1/acl/binding-rules GET",
            "/v1/acl/bootstrap PUT",
            "/v1/acl/clone/ PUT",
            "/v1/acl/create PUT",
            "/v1/acl/destroy/ PUT",
            "/v1/acl/info/ GET",
            "/v1/acl/list GET",
            "/v1/acl/login POST",
            "/v1/acl/logout POST",
            "/v1/acl/policies GET",
            "/v1/acl/policy PUT",
            "/v1/acl/policy/ GET PUT DELETE",
            "/v1/acl/policy/name/ GET",
            "/v1/acl/replication GET",
            "/v1/acl/role PUT",
            "/v1/acl/role/ GET PUT DELETE",
            "/v1/acl/role/name/ GET",
            "/v1/acl/roles GET",
            "/v1/acl/rules/translate POST",
            "/v1/acl/rules/translate/ GET",
            "/v1/acl/token PUT",
            "/v1/acl/token/ GET PUT DELETE",
            "/v1/acl/token/self GET",
            "/v1/acl/tokens GET",
            "/v1/acl/update PUT",
            "/v1/agent/token/ PUT",
            "/v1/internal/acl/authorize POST");

    private Unserved() {}

    /** Adds those that no feature has. */
    static void addTo(Routes routes) {
        ACLS.forEach(line -> add(routes, line, 401, ACL_DISABLED));
        mesh(routes);
        LATER.forEach(line -> {
            String pattern = line.substring(0, line.indexOf(' '));
            add(routes, line, 501, "this version of Quorate does not serve " + pattern);
        });
    }

    private static void add(Routes routes, String line, int status, String why) {
        String[] words = line.split(" ", -1);
        if (routes.has(words[0])) {
            return;
        }
        Routes.Route route = routes.at(words[0]);
        for (int i = 1; i < words.length; i++) {
            route.refuses(words[i], status, why);
        }
    }

    /** As by an agent whose mesh is off: it has no intentions and no configuration of the mesh, and never will. */
    private static void mesh(Routes routes) {
        if (routes.has("/v1/connect/ca/roots")) {
            return;
        }
        routes.at("/v1/connect/ca/roots").indexed().refuses("GET", 500, MESH_DISABLED);
        add(routes, "/v1/connect/ca/configuration GET PUT", 500, MESH_DISABLED);
        routes.at("/v1/connect/intentions")
                .on("GET", request -> CompletableFuture.completedFuture(none()))
                .refuses("POST", 501, "this version of Quorate does not serve /v1/connect/intentions");
        routes.at("/v1/config/")
                .on("GET", request -> {
                    String kind = request.rest().replaceFirst("/.*", "");
                    if (!CONFIG_KINDS.contains(kind)) {
                        throw new RefusedException("invalid config entry kind: " + kind);
                    }
                    if (request.rest().contains("/")) {
                        throw new RefusedException(
                                404,
                                "Config entry not found for \"" + kind + "\" / \""
                                        + request.rest().substring(kind.length() + 1) + "\"");
                    }
                    return CompletableFuture.completedFuture(none());
                })
                .refuses("DELETE", 501, "this version of Quorate does not serve /v1/config/");
    }

    /** Needs nobody's word and never changes: as recorded of servers that have none. */
    private static Reply none() {
        return Reply.json(json -> {
                    json.writeStartArray();
                    json.writeEndArray();
                })
                .with("X-Consul-Index", "1")
                .with("X-Consul-Knownleader", "true")
                .with("X-Consul-Lastcontact", "0");
    }
}
