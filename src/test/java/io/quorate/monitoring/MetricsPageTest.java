package io.quorate.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of metrics that people read has every metric that an agent exposes, with its labels and who has it, and no other. */
class MetricsPageTest {
    private static final Path PAGE = Path.of("src/docs/operations.md");
    private static final Pattern ROW = Pattern.compile("\\| `(quorate_\\w+)` \\| ([^|]*) \\| ([^|]*) \\| (.+) \\|");
    /** The servlet's own, made at the first request: {@code AgentWebTest} looks at it, {@code MetricsIT} at its row. */
    private static final String REQUESTS = "quorate_http_requests_seconds";

    @TempDir
    Path folder;

    /** @param of {@code s} a server has it that does not lead, {@code l} only a leader, {@code c} a client */
    private record Row(SortedSet<String> labels, String of) {}

    @Test
    void theTableIsWhatIsExposed() throws IOException {
        SortedMap<String, Row> exposed = exposed();
        exposed.put(REQUESTS, new Row(new TreeSet<>(java.util.List.of("method", "route", "status")), "s c"));
        SortedMap<String, Row> page = rows();
        assertThat(String.join(
                        "\n", page.entrySet().stream().map(Object::toString).toList()))
                .isEqualTo(String.join(
                        "\n", exposed.entrySet().stream().map(Object::toString).toList()));
    }

    private SortedMap<String, Row> exposed() {
        Exposition leader = RealRegistry.leader(folder);
        Exposition waiting = RealRegistry.waiting(folder);
        Exposition follower = RealRegistry.follower(folder);
        Exposition client = RealRegistry.client(folder);
        SortedMap<String, Row> all = new TreeMap<>();
        Exposition everything = leader.and(follower).and(waiting).and(client);
        for (String family : everything.families().keySet()) {
            if (!family.startsWith("quorate_") || isMaximumOfAnother(family, everything)) {
                continue;
            }
            boolean everyServer = waiting.families().containsKey(family)
                    || follower.families().containsKey(family);
            String of = everyServer ? "s" : "l";
            if (client.families().containsKey(family)) {
                of += " c";
            }
            String series = everything.samples().containsKey(family) ? family : family + "_count";
            all.put(family, new Row(new TreeSet<>(everything.labels(series).keySet()), of));
        }
        return all;
    }

    /** Micrometer puts the longest time of a timer beside it. */
    private static boolean isMaximumOfAnother(String family, Exposition of) {
        return family.endsWith("_max")
                && of.families().containsKey(family.substring(0, family.length() - "_max".length()));
    }

    private static SortedMap<String, Row> rows() throws IOException {
        SortedMap<String, Row> rows = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                SortedSet<String> labels = new TreeSet<>();
                Matcher label = Pattern.compile("`(\\w+)`").matcher(row.group(2));
                while (label.find()) {
                    labels.add(label.group(1));
                }
                assertThat(rows.put(row.group(1), new Row(labels, row.group(3).strip())))
                        .as("one row for %s", row.group(1))
                        .isNull();
                assertThat(row.group(4)).as(row.group(1)).isNotBlank();
            }
        }
        return rows;
    }
}
