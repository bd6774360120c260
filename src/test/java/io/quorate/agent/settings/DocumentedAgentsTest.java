package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.docs.Document;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Agents that the documents start and {@code DocumentsIT} does not: their flags and variables are taken as they stand there,
 * without a warning.
 */
class DocumentedAgentsTest {
    private static final Pattern COMMAND = Pattern.compile(
            "(?:(?<variables>(?:QUORATE_\\w+=.*? )*)(?:quorate|java -jar target/quorate\\.jar|docker run .*? quorate) agent\\b"
                    + "(?<flags>.*))|(?<only>QUORATE_\\w+=.*)");
    private static final Pattern WORD = Pattern.compile("(?:[^\\s'\"\\\\]|\\\\.|'[^']*'|\"(?:[^\"\\\\]|\\\\.)*\")+");
    private static final Pattern PART = Pattern.compile("'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\"|\\\\(.)|([^'\"\\\\]+)");

    @TestFactory
    Stream<DynamicTest> itsFlagsAreTakenAsTheyStand() {
        return Document.all().stream()
                .flatMap(document -> document.blocks().stream())
                .filter(block -> block.word().equals("sh") && !block.isRun())
                .flatMap(block -> block.lines().stream()
                        .filter(line -> COMMAND.matcher(line).matches())
                        .map(line -> DynamicTest.dynamicTest(
                                block.file().getFileName() + ": " + line,
                                () -> assertThat(read(line).warnings()).isEmpty())));
    }

    @Test
    void wordsAreSplitAsAShellDoes() {
        assertThat(words("-a 'b \"c\" d' -e=\"f \\\"g\\\"\" h\\ i"))
                .containsExactly("-a", "b \"c\" d", "-e=f \"g\"", "h i");
    }

    private static AgentSettings read(String line) throws UnknownHostException {
        Matcher command = COMMAND.matcher(line);
        if (!command.matches()) {
            throw new IllegalArgumentException(line);
        }
        String given = command.group("only") != null ? command.group("only") : command.group("variables");
        Map<String, String> environment = new HashMap<>();
        for (String word : words(given)) {
            environment.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
        }
        List<String> flags = new ArrayList<>(words(command.group("flags") == null ? "" : command.group("flags")));
        if (flags.stream().noneMatch(flag -> flag.startsWith("-data-dir"))) {
            flags.add("-data-dir=/data");
        }
        List<InetAddress> addresses =
                List.of(InetAddress.getLoopbackAddress(), InetAddress.getByAddress(new byte[] {10, 0, 0, 1}));
        Machine machine = new Machine() {
            @Override
            public String hostName() {
                return "server-1";
            }

            @Override
            public List<InetAddress> addresses() {
                return addresses;
            }
        };
        return new AgentSettingsReader(environment, machine).read(flags);
    }

    /** Without variables and substitutions: the documents' lines have none. */
    private static List<String> words(String line) {
        return WORD.matcher(line)
                .results()
                .map(word ->
                        PART.matcher(word.group()).replaceAll(part -> Matcher.quoteReplacement(plain(part.group()))))
                .toList();
    }

    private static String plain(String part) {
        return switch (part.charAt(0)) {
            case '\'' -> part.substring(1, part.length() - 1);
            case '"' -> part.substring(1, part.length() - 1).replaceAll("\\\\(.)", "$1");
            case '\\' -> part.substring(1);
            default -> part;
        };
    }
}
