package io.quorate.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The page of the chart says what the chart has. {@code -Dquorate.golden=write} writes its table of values anew. */
class ChartReadmeTest {
    private static final Path PAGE = Rendering.CHART.resolve("README.md");
    private static final String BEGIN = "<!-- values: written by ChartReadmeTest from values.yaml -->\n";
    private static final String END = "<!-- end of values -->\n";
    private static final Pattern KEY = Pattern.compile("( *)([A-Za-z]+):.*");
    private static final Pattern TEST = Pattern.compile("`([A-Za-z]+)#([A-Za-z]+)`");

    @Test
    void theTableOfValuesIsThatOfTheValuesFile() throws IOException {
        String page = Files.readString(PAGE);
        String table = table();
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        if (System.getProperty("quorate.golden", "").equals("write")) {
            Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
            return;
        }
        assertThat(page.substring(begin, end))
                .as("run with -Dquorate.golden=write to write it anew")
                .isEqualTo(table);
    }

    @Test
    void everyValueIsExplained() throws IOException {
        JsonNode values = Rendering.read(Files.readString(Rendering.CHART.resolve("values.yaml")));
        List<String> leaves = new ArrayList<>();
        leaves("", values, leaves);
        Map<String, String> explained = explained();
        assertThat(leaves)
                .allSatisfy(leaf -> assertThat(explained.keySet())
                        .as("no \"# --\" above %s", leaf)
                        .anyMatch(key -> leaf.equals(key) || leaf.startsWith(key + ".")));
    }

    @Test
    void everyFeatureNamesTestsThatThereAre() throws IOException {
        List<String> features = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals("## What is proven, and by which test"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| ") && !line.startsWith("| feature"))
                .toList();
        assertThat(features).hasSizeGreaterThan(30);
        for (String feature : features) {
            Matcher test = TEST.matcher(feature);
            int found = 0;
            while (test.find()) {
                found++;
                assertThat(testExists(test.group(1), test.group(2))).as(feature).isTrue();
            }
            assertThat(found).as("no test: " + feature).isPositive();
        }
    }

    /** In this package, or in that of the monitoring. */
    private static boolean testExists(String type, String method) {
        for (String inPackage : List.of("io.quorate.chart.", "io.quorate.monitoring.", "io.quorate.cli.")) {
            Class<?> found = load(inPackage + type);
            if (found != null) {
                return Arrays.stream(found.getDeclaredMethods())
                        .anyMatch(m -> m.getName().equals(method));
            }
        }
        return false;
    }

    private static @Nullable Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static void leaves(String path, JsonNode values, List<String> leaves) {
        for (Map.Entry<String, JsonNode> entry : values.properties()) {
            String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            if (entry.getValue().isObject() && !entry.getValue().isEmpty()) {
                leaves(key, entry.getValue(), leaves);
            } else {
                leaves.add(key);
            }
        }
    }

    private static String table() throws IOException {
        JsonNode values = Rendering.read(Files.readString(Rendering.CHART.resolve("values.yaml")));
        StringBuilder table = new StringBuilder("| value | default | meaning |\n|---|---|---|\n");
        explained().forEach((key, meaning) -> {
            JsonNode value = values.at("/" + key.replace('.', '/'));
            table.append("| `").append(key).append("` | ");
            table.append(value.isNull() ? "" : "`" + value + "`").append(" | ");
            table.append(meaning.replace("|", "\\|")).append(" |\n");
        });
        return table.toString();
    }

    /** What stands after {@code # --} above each key, in the order of the file. */
    private static Map<String, String> explained() throws IOException {
        Map<String, String> explained = new LinkedHashMap<>();
        Deque<String> path = new ArrayDeque<>();
        StringBuilder comment = new StringBuilder();
        for (String line : Files.readAllLines(Rendering.CHART.resolve("values.yaml"))) {
            String text = line.strip();
            Matcher key = KEY.matcher(line);
            if (text.startsWith("# -- ")) {
                comment.setLength(0);
                comment.append(text.substring(5));
            } else if (text.startsWith("# ") && comment.length() > 0) {
                comment.append(' ').append(text.substring(2));
            } else if (key.matches()) {
                while (path.size() > key.group(1).length() / 2) {
                    path.removeLast();
                }
                path.addLast(key.group(2));
                if (comment.length() > 0) {
                    explained.put(String.join(".", path), comment.toString());
                    comment.setLength(0);
                }
            }
        }
        return explained;
    }
}
