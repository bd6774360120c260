package io.quorate.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chart.RenderedObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard, as the file has it and as the chart renders it. */
class DashboardTest {
    private static final String NAME = RenderedObject.RELEASE + "-quorate";
    private static final JsonNode DASHBOARD = Asked.dashboard();

    @TempDir
    Path folder;

    private static List<JsonNode> panels() {
        return StreamSupport.stream(DASHBOARD.path("panels").spliterator(), false)
                .filter(panel -> !panel.path("type").asString().equals("row"))
                .toList();
    }

    @Test
    void everySeriesOfOursThatItAsksForIsExposedByAnAgent() {
        Exposition scrape = RealRegistry.everything(folder);
        List<String> wrong = new ArrayList<>();
        for (Asked asked : Asked.ofDashboard()) {
            asked.wrong(scrape).stream()
                    // Only a whole agent has these: MetricsIT asks one.
                    .filter(what -> !what.startsWith("process_")
                            && !what.startsWith("jvm_")
                            && !what.startsWith("quorate_http_"))
                    .forEach(what -> wrong.add(asked.where() + ": " + what));
            asked.groupedByNothing(scrape).stream()
                    .filter(label -> !Set.of("status", "route", "area").contains(label))
                    .forEach(label -> wrong.add(asked.where() + ": nothing has label " + label));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPanelSaysWhatItShowsInWhichUnitFromTheChosenSource() {
        assertThat(panels()).hasSizeGreaterThan(30);
        for (JsonNode panel : panels()) {
            String title = panel.path("title").asString("");
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").asString("")).as(title).isNotBlank();
            assertThat(panel.at("/fieldConfig/defaults/unit").asString(""))
                    .as("unit of %s", title)
                    .isNotBlank();
            assertThat(panel.at("/datasource/uid").asString("")).as(title).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            Set<String> references = new HashSet<>();
            for (JsonNode target : panel.path("targets")) {
                assertThat(references.add(target.path("refId").asString("")))
                        .as("references of %s", title)
                        .isTrue();
                assertThat(target.at("/datasource/uid").asString("")).as(title).isEqualTo("${datasource}");
            }
        }
    }

    @Test
    void noTwoPanelsHaveOneIdOrOnePlace() {
        Set<Integer> ids = new HashSet<>();
        Set<List<Integer>> cells = new HashSet<>();
        for (JsonNode panel : DASHBOARD.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt()))
                    .as("%s", panel.path("title"))
                    .isTrue();
            JsonNode at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < at.path("w").asInt(); x++) {
                for (int y = 0; y < at.path("h").asInt(); y++) {
                    assertThat(cells.add(List.of(
                                    at.path("x").asInt() + x, at.path("y").asInt() + y)))
                            .as("%s lies over another", panel.path("title"))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void sourceNamespaceJobAndInstanceAreChosenAndEveryPanelKeepsToThem() {
        assertThat(StreamSupport.stream(DASHBOARD.at("/templating/list").spliterator(), false)
                        .map(variable -> variable.path("name").asString()))
                .containsExactly("datasource", "namespace", "job", "instance");
        for (Asked asked : Asked.ofDashboard()) {
            if (!asked.where().startsWith("panel")) {
                continue;
            }
            assertThat(asked.query().selectors())
                    .as(asked.where())
                    .isNotEmpty()
                    .allMatch(selector -> selector.matchers().contains(new PromQl.Matcher("job", "=~", "$job"))
                            && selector.matchers().contains(new PromQl.Matcher("namespace", "=~", "$namespace")));
        }
    }

    @Test
    void theChartRendersItUnchangedWithTheLabelThatGrafanasSidecarLooksFor() {
        JsonNode map = RenderedObject.of("ConfigMap", NAME + "-dashboard", "metrics.dashboard.enabled=true");
        assertThat(map.at("/metadata/labels/grafana_dashboard").asString("")).isEqualTo("1");
        assertThat(JsonMapper.builder()
                        .build()
                        .readTree(map.at("/data/" + NAME + ".json").asString("")))
                .isEqualTo(DASHBOARD);
    }

    @Test
    void theChartsMonitorScrapesEachPodOnceUnderTheJobThatRulesAndDashboardSelectBy() {
        JsonNode monitor = RenderedObject.of("ServiceMonitor", NAME, "metrics.serviceMonitor.enabled=true");
        assertThat(monitor.at("/spec/namespaceSelector/matchNames/0").asString(""))
                .isEqualTo("infra");
        JsonNode endpoint = monitor.at("/spec/endpoints/0");
        assertThat(endpoint.path("port").asString()).isEqualTo("http");
        assertThat(endpoint.path("path").asString()).isEqualTo("/actuator/prometheus");
        assertThat(endpoint.at("/relabelings/0/regex").asString())
                .as("each pod once, servers that are not ready included")
                .isEqualTo(NAME + "-headless|" + NAME + "-client");
        assertThat(endpoint.at("/relabelings/1/replacement").asString())
                .as("the job that the rules select by")
                .isEqualTo(NAME);
    }
}
