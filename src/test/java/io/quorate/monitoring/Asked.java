package io.quorate.monitoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One expression of the rules or the dashboard.
 *
 * @param where the alert or the panel
 */
public record Asked(String where, PromQl query) {
    static final Path RULES = Path.of("helm/quorate/files/alerts.yaml");
    static final Path DASHBOARD = Path.of("helm/quorate/files/dashboard.json");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Labels that the scraper puts on every series. */
    private static final Set<String> TARGET = Set.of("job", "instance", "namespace", "pod");
    /** Series that Prometheus makes itself. */
    private static final Set<String> PROMETHEUS_OWN = Set.of("up", "ALERTS");

    static Asked of(String where, String expression) {
        return new Asked(where, PromQl.parse(expression));
    }

    /** Of all rules and of the whole dashboard. */
    public static List<Asked> all() {
        List<Asked> all = new ArrayList<>(ofRules());
        all.addAll(ofDashboard());
        return all;
    }

    static List<Asked> ofRules() {
        List<Asked> all = new ArrayList<>();
        for (JsonNode rule : rules()) {
            all.add(of(rule.path("alert").asString(), rule.path("expr").asString()));
        }
        return all;
    }

    static List<Asked> ofDashboard() {
        JsonNode dashboard = dashboard();
        List<Asked> all = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                all.add(of(
                        "panel " + panel.path("title").asString(),
                        target.path("expr").asString()));
            }
        }
        for (JsonNode annotation : dashboard.at("/annotations/list")) {
            all.add(of("annotation", annotation.path("expr").asString()));
        }
        for (JsonNode variable : dashboard.at("/templating/list")) {
            if (variable.path("type").asString().equals("query")) {
                all.add(of("variable", valuesOf(variable.path("definition").asString())));
            }
        }
        return all;
    }

    /** {@code label_values(a{b="c"}, d)} is Grafana's, the series in it is Prometheus'. */
    private static String valuesOf(String definition) {
        String start = "label_values(";
        if (!definition.startsWith(start)) {
            throw new IllegalArgumentException("a variable that asks for " + definition);
        }
        return definition.substring(start.length(), definition.lastIndexOf(','));
    }

    static List<JsonNode> rules() {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : yaml(RULES).path("groups")) {
            group.path("rules").forEach(rules::add);
        }
        return rules;
    }

    static JsonNode dashboard() {
        return JSON.readTree(text(DASHBOARD));
    }

    static JsonNode yaml(Path file) {
        return yaml(text(file));
    }

    /** Two equal keys in one map are an error. */
    static JsonNode yaml(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Object read = new Yaml(new SafeConstructor(options)).load(text);
        return JSON.valueToTree(read == null ? Map.of() : read);
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it asks for and nobody exposes. */
    public List<String> wrong(Exposition scrape) {
        return query.selectors().stream()
                .filter(selector -> !PROMETHEUS_OWN.contains(selector.name()))
                .flatMap(selector -> scrape.wrongWith(selector, TARGET).stream())
                .toList();
    }

    /** Labels it groups by that neither its own series nor the scraper has. */
    List<String> groupedByNothing(Exposition scrape) {
        return query.grouping().stream()
                .filter(label -> !TARGET.contains(label))
                .filter(label -> query.selectors().stream()
                        .map(selector -> scrape.samples().get(selector.name()))
                        .noneMatch(labels -> labels != null && labels.containsKey(label)))
                .toList();
    }
}
