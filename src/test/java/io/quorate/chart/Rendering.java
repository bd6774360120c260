package io.quorate.chart;

import com.marcnuri.helm.Helm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Helm makes of the chart: it installs it into a {@link FakeKubernetes}, and the record that it keeps there of the release says
 * all, the hooks (which rendering alone leaves out) and the notes too.
 *
 * @param texts one document each, hooks last, as rendered
 * @param objects the same, read
 */
record Rendering(List<String> texts, List<JsonNode> objects, String notes) {
    static final Path CHART = Path.of("helm/quorate").toAbsolutePath();
    static final String RELEASE = "q";
    static final String NAMESPACE = "infra";
    private static final Pattern MONITORING =
            Pattern.compile("# Source: quorate/templates/(servicemonitor|prometheusrule|dashboard)\\.yaml");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    Rendering {
        texts = List.copyOf(texts);
        objects = List.copyOf(objects);
    }

    /** Into a cluster that is empty. {@code sets} are as Helm's {@code --set} has them. */
    static Rendering of(List<Path> values, String... sets) {
        try (FakeKubernetes kubernetes = new FakeKubernetes()) {
            return install(kubernetes, values, sets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalStateException with Helm's words when it refuses */
    static Rendering install(FakeKubernetes kubernetes, List<Path> values, String... sets) {
        var command = new Helm(CHART)
                .install()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .disableOpenApiValidation()
                .withKubeConfigContents(kubernetes.kubeconfig());
        values.forEach(command::withValuesFile);
        for (String set : sets) {
            int equals = set.indexOf('=');
            command.set(set.substring(0, equals), set.substring(equals + 1));
        }
        command.call();
        return last(kubernetes);
    }

    /** As {@link #install}, of the release that is there. */
    static Rendering upgrade(FakeKubernetes kubernetes, List<Path> values, String... sets) {
        var command = new Helm(CHART)
                .upgrade()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .resetValues()
                .disableOpenApiValidation()
                .withKubeConfigContents(kubernetes.kubeconfig());
        values.forEach(command::withValuesFile);
        for (String set : sets) {
            int equals = set.indexOf('=');
            command.set(set.substring(0, equals), set.substring(equals + 1));
        }
        command.call();
        return last(kubernetes);
    }

    private static Rendering last(FakeKubernetes kubernetes) {
        String path = "/api/v1/namespaces/" + NAMESPACE + "/secrets/sh.helm.release.v1." + RELEASE + ".v";
        JsonNode record = kubernetes.get(path + 1);
        for (int version = 2; kubernetes.get(path + version).isObject(); version++) {
            record = kubernetes.get(path + version);
        }
        JsonNode release = release(record.at("/data/release").asString());
        List<String> texts = new ArrayList<>(documents(release.path("manifest").asString()));
        for (JsonNode hook : release.path("hooks")) {
            texts.addAll(documents("---\n# Source: " + hook.path("path").asString() + "\n"
                    + hook.path("manifest").asString()));
        }
        return new Rendering(
                texts,
                texts.stream().map(Rendering::read).toList(),
                release.at("/info/notes").asString(""));
    }

    private static JsonNode release(String data) {
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] zipped = base64.decode(base64.decode(data));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
            return JSON.readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> documents(String manifest) {
        List<String> documents = new ArrayList<>();
        for (String part : manifest.split("(?m)^---\\s*$", -1)) {
            if (!part.isBlank() && part.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"))) {
                documents.add(part.strip() + "\n");
            }
        }
        return documents;
    }

    /** Two equal keys in one map are an error. */
    static JsonNode read(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return JSON.valueToTree(new Yaml(new SafeConstructor(options)).load(yaml));
    }

    /** All of it as one text; what is made by chance has a fixed text. Monitoring is left out: its files are reviewed as they are. */
    String golden() {
        StringBuilder all = new StringBuilder();
        texts.stream()
                .filter(text -> !MONITORING.matcher(text).find())
                .forEach(text -> all.append("---\n").append(text));
        notes.strip()
                .lines()
                .forEach(
                        line -> all.append(("# NOTES: " + line).stripTrailing()).append('\n'));
        return all.toString().replaceAll("(?m)^(  [-._a-zA-Z0-9]+: )[A-Za-z0-9+/]{59}=$", "$1(generated)");
    }

    List<JsonNode> kind(String kind) {
        return objects.stream()
                .filter(o -> o.path("kind").asString().equals(kind))
                .toList();
    }

    Optional<JsonNode> find(String kind, String name) {
        return kind(kind).stream()
                .filter(o -> o.at("/metadata/name").asString().equals(name))
                .findFirst();
    }

    JsonNode get(String kind, String name) {
        return find(kind, name).orElseThrow(() -> new AssertionError("no " + kind + " " + name + " was rendered"));
    }
}
