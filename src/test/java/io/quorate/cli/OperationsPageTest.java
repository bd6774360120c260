package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.ReasonCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the page for operators tells them to type exists, also where it stands in a sentence and no test runs it. */
class OperationsPageTest {
    private static final Path PAGE = Path.of("src/docs/operations.md");
    private static final Pattern COMMAND =
            Pattern.compile("(?:`|^|until |-- |\\| )quorate ([a-z-]+)((?: -[a-z][^ `|;]*)*)");
    private static final Pattern FLAG = Pattern.compile("`(-[a-z][a-z-]+)(?:=[^`]*)?`");

    @Test
    void everyCommandExistsWithItsFlags() throws IOException {
        List<MatchResult> commands = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            COMMAND.matcher(line).results().forEach(commands::add);
        }
        assertThat(commands).hasSizeGreaterThan(30);
        for (MatchResult command : commands) {
            String help = help(command.group(1));
            assertThat(help).as(command.group()).contains("quorate " + command.group(1));
            for (String flag : command.group(2).strip().split(" ", -1)) {
                assertThat(help).as(command.group()).contains(flag.replaceAll("=.*", ""));
            }
        }
    }

    @Test
    void everyFlagIsOneOfTheAgentOrOfACommand() throws IOException {
        StringBuilder all = new StringBuilder(help("agent"));
        for (String command : List.of("members", "info", "join", "force-leave", "remove-peer", "check", "dev")) {
            all.append(help(command));
        }
        List<String> flags = FLAG.matcher(Files.readString(PAGE))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(flags).hasSizeGreaterThan(10).allMatch(flag -> all.toString().contains(flag));
    }

    @Test
    void everyCodeOfWhyIsExplained() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(Arrays.stream(ReasonCode.values()).map(ReasonCode::name))
                .allMatch(code -> page.contains("`" + code + "`"));
    }

    private static String help(String command) {
        StringWriter out = new StringWriter();
        int code = QuorateCli.run(
                new String[] {command, "-help"}, Map.of(), new PrintWriter(out), new PrintWriter(new StringWriter()));
        assertThat(code).as("quorate %s -help", command).isZero();
        return out.toString();
    }
}
