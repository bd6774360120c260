package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.docs.Golden;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that people read is made from the tables by which the agent reads its settings. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("src/docs/configuration.md");

    @Test
    void everySettingIsOnThePageWithItsNamesUnitAndDefault() {
        StringBuilder table = new StringBuilder();
        table.append("| flag | key in a file | environment variable | value | default | meaning |\n");
        table.append("|---|---|---|---|---|---|\n");
        for (Setting setting : Setting.values()) {
            table.append(row(setting)).append('\n');
        }
        Golden.checkPart(PAGE, "settings", table.toString());
    }

    @Test
    void everyWordOfConsulThatOnlyWarnsIsOnThePage() {
        Golden.checkPart(
                PAGE,
                "consul words",
                "**Flags**: " + words(flags(), "-") + ".\n\n**Keys**: " + words(ConsulWords.KEYS, "") + ".\n");
    }

    @Test
    void noWordIsBothServedAndOnlyWarnedOf() {
        assertThat(Stream.of(Setting.values()).map(Setting::flag)).doesNotContainAnyElementsOf(flags());
        assertThat(Stream.of(Setting.values()).map(Setting::key)).doesNotContainAnyElementsOf(ConsulWords.KEYS);
    }

    private static Set<String> flags() {
        return Stream.concat(ConsulWords.SWITCHES.stream(), ConsulWords.VALUE_FLAGS.stream())
                // They refuse the start, whatever else is there: that says the text around.
                .filter(flag -> !flag.equals("hcl"))
                .collect(Collectors.toSet());
    }

    private static String words(Set<String> words, String before) {
        return new TreeSet<>(words)
                .stream().map(word -> "`" + before + word + "`").collect(Collectors.joining(", "));
    }

    private static String row(Setting setting) {
        String flag = setting.flag().indexOf('.') < 0 ? "`-" + setting.flag() + "`" : "(`" + setting.property() + "`)";
        String key = setting.key().isEmpty() ? "" : "`" + setting.key() + "`";
        return "| " + flag + " | " + key + " | `" + setting.environmentVariable() + "` | " + value(setting) + " | "
                + setting.fallback() + " | " + setting.help() + " |";
    }

    private static String value(Setting setting) {
        return switch (setting.kind()) {
            case SWITCH -> "true, false";
            case NUMBER -> "number";
            case DURATION -> "duration";
            case TEXT -> "text";
            case LIST -> "list";
            case PAIRS -> "list of key:value";
        };
    }
}
