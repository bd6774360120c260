package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page that people read says what the table says that the agent reads. */
class ConfigurationPageTest {
    @Test
    void thePageHasARowForEverySettingWithItsNamesAndDefault() throws IOException {
        List<String> page = Files.readAllLines(Path.of("src/docs/configuration.md"));
        List<String> rows =
                Arrays.stream(Setting.values()).map(ConfigurationPageTest::row).toList();
        List<String> missing = rows.stream().filter(row -> !page.contains(row)).toList();
        assertThat(missing)
                .as("rows that src/docs/configuration.md lacks:\n%s", String.join("\n", missing))
                .isEmpty();
        assertThat(page.stream()
                        .filter(line -> line.contains("`QUORATE_"))
                        .filter(line -> line.startsWith("| "))
                        .collect(Collectors.toList()))
                .as("and no row of a setting that is gone")
                .hasSameSizeAs(rows);
    }

    private static String row(Setting setting) {
        String flag =
                setting.flag().indexOf('.') < 0 ? "`-" + setting.flag() + "`" : "(`quorate." + setting.flag() + "`)";
        String key = setting.key().isEmpty() ? "" : "`" + setting.key() + "`";
        return "| " + flag + " | " + key + " | `" + setting.environmentVariable() + "` | " + setting.fallback() + " | "
                + setting.help() + " |";
    }
}
