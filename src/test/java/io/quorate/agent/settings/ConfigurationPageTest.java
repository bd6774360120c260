package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.docs.Golden;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that people read is made from the tables by which the agent reads its settings. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("src/docs/configuration.md");

    @TempDir
    Path folder;

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
                "**Flags**: " + words(without(flags(), "-"), "-") + ".\n\n**Keys**: "
                        + words(without(ConsulWords.KEYS, ""), "") + ".\n");
    }

    @Test
    void everyWordThatAsksForAProtectionWeDoNotHaveIsOnThePage() {
        StringBuilder table = new StringBuilder();
        table.append("| flag or key | refused with | asks for |\n");
        table.append("|---|---|---|\n");
        for (String word : Protection.words()) {
            Protection.Ask ask = Protection.ask(word);
            table.append("| `")
                    .append(word)
                    .append("` | ")
                    .append(
                            word.equals("tls")
                                    ? "anything in it but false"
                                    : ask.when().words())
                    .append(" | ")
                    .append(ask.what())
                    .append(" |\n");
        }
        Golden.checkPart(PAGE, "protection", table.toString());
    }

    @Test
    void everyWordThatAsksForProtectionIsKnown() {
        for (String word : Protection.words()) {
            int dot = word.indexOf('.');
            boolean known = word.startsWith("-")
                    ? ConsulWords.isFlag(word.substring(1))
                    : ConsulWords.isKey(word) || ConsulWords.isKey(dot < 0 ? word : word.substring(0, dot));
            assertThat(known).as(word).isTrue();
        }
    }

    /** Without those that refuse the start whenever they are given a value. */
    private static Set<String> without(Set<String> words, String before) {
        return words.stream()
                .filter(word -> !Protection.words().contains(before + word)
                        || Protection.ask(before + word).when() != Protection.When.GIVEN)
                .collect(Collectors.toSet());
    }

    @Test
    void noWordIsBothServedAndOnlyWarnedOf() {
        assertThat(Stream.of(Setting.values()).map(Setting::flag)).doesNotContainAnyElementsOf(flags());
        assertThat(Stream.of(Setting.values()).map(Setting::key)).doesNotContainAnyElementsOf(ConsulWords.KEYS);
    }

    @Test
    void everyFileOnThePageIsTakenWithoutAWarning() throws IOException {
        Matcher example = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        int read = 0;
        while (example.find()) {
            Path file = folder.resolve("example-" + read++ + ".json");
            Files.writeString(file, example.group(1));
            AgentSettings settings =
                    new AgentSettingsReader(Map.of(), new OfThePage()).read(List.of("-config-file=" + file));
            assertThat(settings.server()).isTrue();
            assertThat(settings.founding().expect().servers()).isEqualTo(3);
            assertThat(settings.warnings()).isEmpty();
        }
        assertThat(read).isPositive();
    }

    /** The machine that the examples are for. */
    private static final class OfThePage implements Machine {
        @Override
        public String hostName() {
            return "server-1";
        }

        @Override
        public List<InetAddress> addresses() {
            try {
                return List.of(InetAddress.getLoopbackAddress(), InetAddress.getByAddress(new byte[] {10, 0, 0, 1}));
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }
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
        String key = setting.key().isEmpty() ? "" : "`" + setting.key() + "`";
        return "| `-" + setting.flag() + "` | " + key + " | `" + setting.environmentVariable() + "` | " + value(setting)
                + " | " + setting.fallback() + " | " + setting.help()
                + (SettingsChange.isReloadable(setting) ? " *" : "") + " |";
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
