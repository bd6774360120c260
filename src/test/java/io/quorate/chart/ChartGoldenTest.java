package io.quorate.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is rendered, all of it, beside the code: a change of the chart is reviewed as the difference it makes. {@code
 * -Dquorate.golden=write} writes the files anew.
 */
class ChartGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/chart/golden");

    static List<String> names() {
        return ValueSets.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyValueSetRendersAsReviewed(String name) throws IOException {
        String now = ValueSets.rendered(name).golden();
        Path file = FOLDER.resolve(name + ".yaml");
        if (System.getProperty("quorate.golden", "").equals("write")) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, now);
            return;
        }
        String reviewed = Files.exists(file) ? Files.readString(file) : "";
        if (!now.equals(reviewed)) {
            fail("src/test/resources/chart/golden/" + name
                    + ".yaml differs from what is rendered (right as it is: run with"
                    + " -Dquorate.golden=write and review the difference):\n"
                    + difference(reviewed.lines().toList(), now.lines().toList()));
        }
    }

    @Test
    void noReviewedFileIsLeftOver() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", "")))
                    .hasSameElementsAs(names());
        }
    }

    /** Lines that are gone and lines that are new, each with its number, by the longest common sequence. */
    private static String difference(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                i++;
                j++;
            } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add("-" + (i + 1) + ": " + before.get(i++));
            } else {
                lines.add("+" + (j + 1) + ": " + after.get(j++));
            }
        }
        return String.join("\n", lines);
    }
}
