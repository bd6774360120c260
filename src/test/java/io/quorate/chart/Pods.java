package io.quorate.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * A pod that a rendering would make.
 *
 * @param of kind and name of the object that makes it
 * @param spec of the pod
 */
record Pods(String of, Map<String, String> labels, JsonNode spec) {
    Pods {
        labels = new TreeMap<>(labels);
    }

    /** Of StatefulSet and DaemonSet, and the pods themselves. */
    static List<Pods> of(Rendering rendering) {
        List<Pods> pods = new ArrayList<>();
        for (JsonNode object : rendering.objects()) {
            String of = object.path("kind").asString() + "/"
                    + object.at("/metadata/name").asString();
            if (object.path("kind").asString().equals("Pod")) {
                pods.add(new Pods(of, texts(object.at("/metadata/labels")), object.path("spec")));
            } else if (object.at("/spec/template/spec").isObject()) {
                pods.add(new Pods(
                        of, texts(object.at("/spec/template/metadata/labels")), object.at("/spec/template/spec")));
            }
        }
        return pods;
    }

    /** Of agents: not the pod that checks. */
    static List<Pods> agents(Rendering rendering) {
        return of(rendering).stream()
                .filter(pod -> !pod.of().startsWith("Pod/"))
                .toList();
    }

    /** Those of the image; what values add is somebody else's. */
    JsonNode container() {
        return spec.path("containers").get(0);
    }

    List<JsonNode> allContainers() {
        return Stream.of("initContainers", "containers")
                .flatMap(field -> stream(spec.path(field)))
                .toList();
    }

    List<String> args() {
        return stream(container().path("args")).map(JsonNode::asString).toList();
    }

    /** Value of a flag; fails when it is not there. */
    String flag(String name) {
        return args().stream()
                .filter(arg -> arg.startsWith("-" + name + "="))
                .map(arg -> arg.substring(name.length() + 2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no -" + name + " in " + args()));
    }

    /** As a container would see its environment. References to the pod have an example, one to a Secret a valid key. */
    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        stream(container().path("env")).forEach(entry -> {
            String field = entry.at("/valueFrom/fieldRef/fieldPath").asString("");
            String value = switch (field) {
                case "metadata.name" -> "q-quorate-0";
                case "spec.nodeName" -> "machine-1.example.com";
                case "status.podIP", "status.hostIP" -> "10.1.2.3";
                default ->
                    entry.at("/valueFrom/secretKeyRef/key").isMissingNode()
                            ? entry.path("value").asString()
                            : "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            };
            environment.put(entry.path("name").asString(), value);
        });
        return environment;
    }

    boolean flagged(String part) {
        return args().stream().anyMatch(arg -> arg.contains(part));
    }

    boolean matches(JsonNode selector) {
        Map<String, String> wanted = texts(selector);
        return !wanted.isEmpty() && labels.entrySet().containsAll(wanted.entrySet());
    }

    static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new TreeMap<>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asString()));
        return texts;
    }

    static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
