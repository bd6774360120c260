package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.monitoring.Asked;
import io.quorate.monitoring.Exposition;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole agent, scraped as Prometheus does: one server that founded by itself, so that it leads. */
class MetricsIT {
    @RegisterExtension
    static final Agents AGENTS = new Agents();

    /** A server that is alone has no followers. */
    private static final Pattern OF_OTHERS = Pattern.compile("quorate_raft_follower_\\w+ is not exposed");

    @Test
    void everySeriesThatAlertsAndDashboardAskForIsInARealScrape() {
        AgentProcess server = AGENTS.server("m1", "-bootstrap-expect=1");
        server.start();
        AGENTS.awaitHttp(server);
        AGENTS.await("a leader", Agents.SOON, () -> assertThat(server.isReady()).isTrue());
        server.get("/v1/status/leader").expect(200);
        String[] last = {""};
        // The library's figures and the disk's are looked at from time to time.
        AGENTS.await("all series", Agents.SOON, () -> {
            last[0] = server.get("/actuator/prometheus").expect(200).body();
            assertThat(last[0]).contains("quorate_cluster_info{", "name=\"append-logs\"");
            assertThat(value(last[0], "quorate_data_size_bytes{part=\"log\"}")).isPositive();
        });
        Exposition scrape = Exposition.parse(last[0]);
        List<String> wrong = new ArrayList<>();
        for (Asked asked : Asked.all()) {
            asked.wrong(scrape).stream()
                    .filter(what -> !OF_OTHERS.matcher(what).matches())
                    .forEach(what -> wrong.add(asked.where() + ": " + what));
        }
        assertThat(wrong).isEmpty();
        assertThat(scrape.labels("quorate_data_size_bytes").get("part"))
                .contains("log", "state", "snapshot", "lost", "other");
        assertThat(value(last[0], "quorate_data_free_bytes")).isPositive();
        assertThat(value(last[0], "quorate_data_size_bytes{part=\"state\"}")).isPositive();
        assertThat(value(last[0], "quorate_raft_voters_healthy")).isEqualTo(1);
        assertThat(value(last[0], "quorate_raft_leader_changes_total")).isZero();
    }

    private static double value(String metrics, String series) {
        return metrics.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(series + " is not in the scrape"));
    }
}
