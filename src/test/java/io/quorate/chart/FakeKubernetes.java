package io.quorate.chart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * As much of the API of Kubernetes as Helm's client needs for installing and upgrading: discovery, and objects that can be made,
 * read, listed by label, patched (the patch is ignored) and removed. What a real one would refuse is not refused here: the types of Kubernetes are
 * another test's matter. Safe for any thread.
 */
final class FakeKubernetes implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Map<String, List<String>> RESOURCES = new TreeMap<>(Map.of(
            "v1",
                    List.of(
                            "namespaces Namespace",
                            "secrets Secret",
                            "services Service",
                            "serviceaccounts ServiceAccount",
                            "configmaps ConfigMap",
                            "pods Pod"),
            "apps/v1", List.of("statefulsets StatefulSet", "daemonsets DaemonSet", "deployments Deployment"),
            "batch/v1", List.of("jobs Job"),
            "policy/v1", List.of("poddisruptionbudgets PodDisruptionBudget"),
            "networking.k8s.io/v1", List.of("ingresses Ingress", "networkpolicies NetworkPolicy"),
            "rbac.authorization.k8s.io/v1", List.of("roles Role", "rolebindings RoleBinding"),
            "gateway.networking.k8s.io/v1", List.of("httproutes HTTPRoute"),
            "monitoring.coreos.com/v1", List.of("servicemonitors ServiceMonitor", "prometheusrules PrometheusRule")));

    private final SortedMap<String, JsonNode> objects = new ConcurrentSkipListMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    FakeKubernetes() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        put("/api/v1/namespaces/" + Rendering.NAMESPACE, """
                {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"%s"}}""".formatted(Rendering.NAMESPACE));
    }

    /** What a client needs to come here. */
    String kubeconfig() {
        return """
                apiVersion: v1
                kind: Config
                current-context: fake
                contexts: [{name: fake, context: {cluster: fake, user: nobody}}]
                clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: nobody, user: {}}]
                """.formatted(server.getAddress().getPort());
    }

    /** @param path as the API has it, such as {@code /apis/apps/v1/namespaces/n/statefulsets/s} */
    void put(String path, String json) {
        objects.put(path, JSON.readTree(json));
    }

    /** A missing node when there is none at this path. */
    JsonNode get(String path) {
        return objects.getOrDefault(path, JSON.missingNode());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            @Nullable JsonNode answer = null;
            int status = 200;
            switch (exchange.getRequestMethod()) {
                case "GET" -> answer = answerTo(path, exchange.getRequestURI().getRawQuery());
                case "POST" -> {
                    answer = object(body);
                    objects.put(path + "/" + answer.at("/metadata/name").asString(), answer);
                    status = 201;
                }
                case "PUT" -> {
                    answer = object(body);
                    objects.put(path, answer);
                }
                case "PATCH" -> answer = objects.get(path);
                case "DELETE" -> answer = objects.remove(path);
                default -> status = 405;
            }
            if (answer == null) {
                status = status == 405 ? 405 : 404;
                answer = JSON.readTree("""
                        {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"not found"}""");
            }
            byte[] bytes = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static JsonNode object(byte[] body) {
        return Protobuf.is(body) ? Protobuf.secret(body) : JSON.readTree(body);
    }

    private @Nullable JsonNode answerTo(String path, @Nullable String query) {
        if (path.equals("/version")) {
            return JSON.readTree("{\"major\":\"1\",\"minor\":\"31\",\"gitVersion\":\"v1.31.0\"}");
        }
        if (path.equals("/api")) {
            return JSON.readTree("{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}");
        }
        if (path.equals("/apis")) {
            return groups();
        }
        String version = path.replaceFirst("^/apis?/", "");
        if (RESOURCES.containsKey(version)) {
            return resources(version);
        }
        String last = path.substring(path.lastIndexOf('/') + 1);
        for (Map.Entry<String, List<String>> group : RESOURCES.entrySet()) {
            for (String resource : group.getValue()) {
                if (resource.startsWith(last + " ")) {
                    String kind = resource.substring(last.length() + 1) + "List";
                    return list(path, query == null ? "" : query, group.getKey(), kind);
                }
            }
        }
        return objects.get(path);
    }

    private static JsonNode groups() {
        ObjectNode list = JSON.createObjectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
        for (String version : RESOURCES.keySet()) {
            if (version.contains("/")) {
                String name = version.substring(0, version.indexOf('/'));
                ObjectNode group = list.withArray("groups").addObject().put("name", name);
                ObjectNode one = group.withArray("versions").addObject();
                one.put("groupVersion", version).put("version", "v1");
                group.set("preferredVersion", one.deepCopy());
            }
        }
        return list;
    }

    private static JsonNode resources(String version) {
        ObjectNode list = JSON.createObjectNode()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", version);
        for (String resource : RESOURCES.getOrDefault(version, List.of())) {
            String[] words = resource.split(" ", -1);
            ObjectNode entry = list.withArray("resources").addObject();
            entry.put("name", words[0]).put("singularName", "").put("kind", words[1]);
            entry.put("namespaced", !words[0].equals("namespaces"));
            for (String verb : List.of("create", "delete", "get", "list", "patch", "update", "watch")) {
                entry.withArray("verbs").add(verb);
            }
        }
        return list;
    }

    private JsonNode list(String path, String query, String version, String kind) {
        List<String> labels = Arrays.stream(query.split("&", -1))
                .filter(part -> part.startsWith("labelSelector="))
                .map(part -> URLDecoder.decode(part.substring("labelSelector=".length()), StandardCharsets.UTF_8))
                .flatMap(selector -> Arrays.stream(selector.split(",", -1)))
                .toList();
        ObjectNode list = JSON.createObjectNode().put("kind", kind).put("apiVersion", version);
        list.withArray("items");
        objects.forEach((where, object) -> {
            boolean here = where.startsWith(path + "/") && where.indexOf('/', path.length() + 1) < 0;
            boolean matches = labels.stream().allMatch(label -> {
                int equals = label.indexOf('=');
                String wanted = label.substring(equals + 1);
                return object.at("/metadata/labels")
                        .path(label.substring(0, equals))
                        .asString("")
                        .equals(wanted);
            });
            if (here && matches) {
                list.withArray("items").add(object);
            }
        });
        return list;
    }
}
