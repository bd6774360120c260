package io.quorate.discovery.cloud;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The pods of a namespace that a selector selects, by the API's list call, with the pod's service account. A pod counts as soon
 * as it runs: servers become ready only once they have found each other, so readiness cannot be asked for.
 */
final class Kubernetes {
    private static final String API = "Kubernetes API";
    private static final int PODS_A_PAGE = 100;
    /** Consul's own, so that pods made for it need no change. */
    private static final String PORT_ANNOTATION = "consul.hashicorp.com/auto-join-port";

    private final Visit visit;
    private final Path serviceAccount;
    private final boolean hostNetwork;

    Kubernetes(Visit visit, Path serviceAccount) {
        this.visit = visit;
        this.serviceAccount = serviceAccount;
        hostNetwork = visit.value("host_network", "false").equals("true");
    }

    void ask() throws CloudException {
        String namespace = namespace();
        URI api = api();
        Web.Via via = via(api);
        Map<String, String> headers = headers(api);
        String next = "";
        int page = 0;
        do {
            Web.Reply reply = visit.get(API, via, pods(api, namespace, next), headers);
            if (!reply.isGood()) {
                throw visit.refused(
                        API,
                        reply,
                        Visit.jsonOrEmpty(reply.body()).path("message").asString(""));
            }
            JsonNode list = visit.json(API, reply.body());
            if (!list.path("items").isArray()) {
                throw visit.wrong(API + " answered without a list of pods");
            }
            for (JsonNode pod : list.path("items")) {
                take(pod);
            }
            next = list.path("metadata").path("continue").asString("");
        } while (!next.isEmpty() && ++page < Visit.MAX_PAGES && !visit.isFull());
        visit.expectSome("no running pod of namespace " + namespace + " is selected");
    }

    private String namespace() throws CloudException {
        String given = visit.value("namespace");
        if (given != null) {
            return given;
        }
        Path own = serviceAccount.resolve("namespace");
        return Files.exists(own) ? visit.file(own, "namespace") : "default";
    }

    private URI api() throws CloudException {
        String endpoint = visit.value("endpoint");
        if (endpoint != null) {
            return Hosts.base(endpoint);
        }
        String host = visit.environment("KUBERNETES_SERVICE_HOST");
        if (host == null) {
            throw visit.wrong("not in a pod: KUBERNETES_SERVICE_HOST is not set, and the source names no endpoint=");
        }
        String port = visit.environment("KUBERNETES_SERVICE_PORT");
        String named = "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + (port == null ? 443 : port);
        if (!Hosts.isBase(named)) {
            throw visit.wrong("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no URL: " + named);
        }
        return URI.create(named);
    }

    private Web.Via via(URI api) throws CloudException {
        String given = visit.value("ca_file");
        Path file = given == null ? serviceAccount.resolve("ca.crt") : visit.path(given, "ca_file");
        if (!isTls(api) || (given == null && visit.value("endpoint") != null && !Files.exists(file))) {
            return new Web.Via.World();
        }
        return new Web.Via.Authorities(file.toString(), visit.file(file, "certificate authority"));
    }

    private static boolean isTls(URI api) {
        return "https".equals(api.getScheme());
    }

    /** The token rotates: it is read each time. Without TLS (a proxy on this machine) none is sent. */
    private Map<String, String> headers(URI api) throws CloudException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "application/json");
        if (isTls(api)) {
            String given = visit.value("token_file");
            Path file = given == null ? serviceAccount.resolve("token") : visit.path(given, "token_file");
            String token = visit.secret(visit.file(file, "service account token"));
            if (!StandardCharsets.US_ASCII.newEncoder().canEncode(token)
                    || token.chars().anyMatch(c -> c <= ' ')) {
                throw visit.wrong("no token in " + file);
            }
            headers.put("Authorization", "Bearer " + token);
        }
        return headers;
    }

    private URI pods(URI api, String namespace, String next) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("limit", Integer.toString(PODS_A_PAGE));
        query.put("labelSelector", visit.value("label_selector", ""));
        query.put("fieldSelector", visit.value("field_selector", ""));
        query.put("continue", next);
        query.values().removeIf(String::isEmpty);
        return URI.create(api + "/api/v1/namespaces/" + Hosts.encoded(namespace) + "/pods?" + Hosts.form(query));
    }

    private void take(JsonNode pod) {
        String name = "pod " + pod.path("metadata").path("name").asString("");
        String phase = pod.path("status").path("phase").asString("");
        String address =
                pod.path("status").path(hostNetwork ? "hostIP" : "podIP").asString("");
        if (!phase.equals("Running")) {
            visit.note(name + " left out: " + phase);
            return;
        }
        if (address.isEmpty()) {
            visit.note(name + " left out: no address yet");
            return;
        }
        String wanted =
                pod.path("metadata").path("annotations").path(PORT_ANNOTATION).asString("");
        int port = wanted.isEmpty() ? 0 : port(pod, wanted);
        if (port < 0) {
            visit.note(name + " left out: it has no port " + wanted);
            return;
        }
        visit.found(name, address, port);
    }

    /** A number, or the name of a port of any container; -1 when it is neither. */
    private int port(JsonNode pod, String wanted) {
        for (JsonNode container : pod.path("spec").path("containers")) {
            for (JsonNode port : container.path("ports")) {
                int number =
                        port.path(hostNetwork ? "hostPort" : "containerPort").asInt(0);
                if (port.path("name").asString("").equals(wanted) && number > 0) {
                    return number;
                }
            }
        }
        boolean number = wanted.matches("\\d{1,5}");
        int value = number ? Integer.parseInt(wanted) : -1;
        return value >= 1 && value <= 65535 ? value : -1;
    }
}
