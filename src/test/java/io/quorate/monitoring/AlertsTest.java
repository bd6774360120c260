package io.quorate.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chart.RenderedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The alert rules, as the file has them and as the chart renders them. */
class AlertsTest {
    private static final Path CASES = Path.of("src/test/resources/monitoring/alerts-test.yaml");
    private static final Path OPERATIONS = Path.of("src/docs/operations.md");
    private static final String RUNBOOKS = "src/docs/operations.md";
    private static final String PUBLISHED = "https://runbooks.example.org/quorate";
    private static final Set<String> SEVERITIES = Set.of("critical", "warning");

    @TempDir
    Path folder;

    @Test
    void everySeriesLabelAndValueInTheRulesIsExposedByAnAgent() {
        Exposition scrape = RealRegistry.everything(folder);
        List<String> wrong = new ArrayList<>();
        for (Asked asked : Asked.ofRules()) {
            asked.wrong(scrape).stream()
                    // Micrometer's own, which only a whole agent has: MetricsIT asks one.
                    .filter(what -> !what.equals("process_start_time_seconds is not exposed"))
                    .forEach(what -> wrong.add(asked.where() + ": " + what));
            asked.groupedByNothing(scrape).forEach(label -> wrong.add(asked.where() + ": nothing has label " + label));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everySelectorIsBoundToTheJobSoThatOneReleaseDoesNotPageForAnother() {
        for (Asked asked : Asked.ofRules()) {
            assertThat(asked.query().selectors())
                    .as(asked.where())
                    .isNotEmpty()
                    .allMatch(selector -> selector.matchers().contains(new PromQl.Matcher("job", "=", "quorate")));
        }
    }

    @Test
    void everyAlertSaysHowBadItIsWhatHappenedWhatToLookAtAndWhereItsRunbookIs() {
        Set<String> names = new HashSet<>();
        for (JsonNode rule : Asked.rules()) {
            String name = rule.path("alert").asString();
            assertThat(names.add(name)).as("%s is there once", name).isTrue();
            assertThat(name).startsWith("Quorate");
            assertThat(SEVERITIES).as(name).contains(rule.at("/labels/severity").asString(""));
            assertThat(rule.path("for").asString("")).as("%s waits", name).isNotEmpty();
            assertThat(rule.at("/annotations/summary").asString("")).as(name).isNotBlank();
            assertThat(rule.at("/annotations/description").asString("").length())
                    .as("description of %s", name)
                    .isGreaterThan(80);
            assertThat(rule.at("/annotations/runbook_url").asString(""))
                    .isEqualTo(RUNBOOKS + "#" + name.toLowerCase(Locale.ROOT));
        }
        assertThat(names).hasSizeGreaterThan(20);
    }

    @Test
    void everyAlertHasItsRunbookAndEveryRunbookItsAlert() throws IOException {
        Set<String> headings = new TreeSet<>();
        List<String> lines = Files.readAllLines(OPERATIONS);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("### Quorate")) {
                assertThat(headings.add(lines.get(i).substring("### ".length()).strip()))
                        .as("%s is there once", lines.get(i))
                        .isTrue();
                assertThat(lines.get(i + 1)).as("below %s", lines.get(i)).isNotBlank();
            }
        }
        Set<String> alerts = new TreeSet<>();
        Asked.rules().forEach(rule -> alerts.add(rule.path("alert").asString()));
        assertThat(headings).isEqualTo(alerts);
    }

    @Test
    void everyAlertHasACaseInWhichItFiresAndOneInWhichItIsSilent() {
        Set<String> fires = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode test : Asked.yaml(CASES).path("tests")) {
            for (JsonNode asked : test.path("alert_rule_test")) {
                String alert = asked.path("alertname").asString();
                (asked.path("exp_alerts").isEmpty() ? silent : fires).add(alert);
                assertThat(test.path("input_series")).as("input of %s", alert).isNotEmpty();
            }
        }
        Set<String> alerts = new TreeSet<>();
        Asked.rules().forEach(rule -> alerts.add(rule.path("alert").asString()));
        assertThat(fires).isEqualTo(alerts);
        assertThat(silent).isEqualTo(alerts);
    }

    @Test
    void promtoolFindsTheRulesCorrectAndEachFiresAndIsSilentWhenItShould() throws Exception {
        Promtool promtool = Promtool.orSkip();
        Files.copy(Asked.RULES, folder.resolve("alerts.yaml"));
        Files.copy(CASES, folder.resolve("cases.yaml"));
        assertThat(promtool.run(folder, "check", "rules", "alerts.yaml"))
                .contains(Asked.rules().size() + " rules found");
        assertThat(promtool.run(folder, "test", "rules", "cases.yaml")).contains("SUCCESS");
    }

    @Test
    void theChartRendersTheSameRulesBoundToItsReleaseWithItsLabelsAndRunbooks() {
        String name = RenderedObject.RELEASE + "-quorate";
        JsonNode object = RenderedObject.of(
                "PrometheusRule",
                name,
                "metrics.prometheusRule.enabled=true",
                "metrics.prometheusRule.labels.release=monitoring",
                "metrics.prometheusRule.runbookBaseUrl=" + PUBLISHED);
        assertThat(object.at("/metadata/labels/release").asString("")).isEqualTo("monitoring");
        assertThat(object.at("/metadata/namespace").asString("")).isEqualTo(RenderedObject.NAMESPACE);
        String wanted = Asked.text(Asked.RULES)
                .replace("job=\"quorate\"", "job=\"" + name + "\", namespace=\"" + RenderedObject.NAMESPACE + "\"")
                .replace(RUNBOOKS, PUBLISHED);
        assertThat(object.path("spec")).isEqualTo(Asked.yaml(wanted));
    }

    @Test
    void theRenderedRulesFireAndAreSilentWhenTheyShould() throws Exception {
        Promtool promtool = Promtool.orSkip();
        JsonNode object = RenderedObject.of(
                "PrometheusRule",
                "quorate",
                "fullnameOverride=quorate",
                "metrics.prometheusRule.enabled=true",
                "metrics.prometheusRule.runbookBaseUrl=" + PUBLISHED);
        String moved =
                Asked.text(CASES).replace("default", RenderedObject.NAMESPACE).replace(RUNBOOKS, PUBLISHED);
        JsonNode cases = Asked.yaml(moved);
        for (JsonNode test : cases.path("tests")) {
            for (JsonNode asked : test.path("alert_rule_test")) {
                if (asked.path("alertname").asString().equals("QuorateServersAbsent")) {
                    // What is absent has the labels that it was asked for by.
                    asked.path("exp_alerts")
                            .forEach(alert ->
                                    ((ObjectNode) alert.path("exp_labels")).put("namespace", RenderedObject.NAMESPACE));
                }
            }
        }
        write("alerts.yaml", object.path("spec"));
        write("cases.yaml", cases);
        promtool.run(folder, "check", "rules", "alerts.yaml");
        assertThat(promtool.run(folder, "test", "rules", "cases.yaml")).contains("SUCCESS");
    }

    private void write(String file, JsonNode content) throws IOException {
        Files.writeString(
                folder.resolve(file), new Yaml().dump(JsonMapper.shared().treeToValue(content, Object.class)));
    }
}
