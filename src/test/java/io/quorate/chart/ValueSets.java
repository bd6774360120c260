package io.quorate.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The values that the chart is rendered with; each is rendered once. */
final class ValueSets {
    static final Path FOLDER = Path.of("src/test/resources/chart/values");
    static final Path FULL = Rendering.CHART.resolve("ci/full-values.yaml");
    private static final Map<String, Rendering> RENDERED = new ConcurrentHashMap<>();

    private ValueSets() {}

    /** Names, in order; {@code full} is the chart's own example. */
    static List<String> names() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return Stream.concat(
                            Stream.of("full"),
                            files.map(file -> file.getFileName().toString().replace(".yaml", "")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path file(String name) {
        return name.equals("full") ? FULL : FOLDER.resolve(name + ".yaml").toAbsolutePath();
    }

    static Rendering rendered(String name) {
        return RENDERED.computeIfAbsent(name, any -> Rendering.of(List.of(file(name))));
    }
}
