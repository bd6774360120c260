package io.quorate.docs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether what a command printed is what a document shows, but for what differs from run to run. */
final class Output {
    private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private static final String AGENT = "(?:server|client)-\\d";
    private static final Pattern AGENTS = Pattern.compile(AGENT + "(?:, ?" + AGENT + ")+");
    /** A line of a table or list that is about one agent, hence stands where that agent happens to come. */
    private static final Pattern OF_AN_AGENT =
            Pattern.compile("\"?127\\.0\\.0\\.1:\\d{4,5}\"?,?|" + "(?:\"\\w+\" ?: ?\")?" + AGENT + "\\b.*");

    private Output() {}

    /** @param shown the document's lines; {@code ...} stands for anything */
    static boolean matches(List<String> shown, String printed) {
        return pattern(shown).matcher(levelled(printed)).matches();
    }

    private static Pattern pattern(List<String> shown) {
        StringBuilder pattern = new StringBuilder();
        for (String line : levelled(String.join("\n", shown)).split("\n", -1)) {
            if (line.equals("...")) {
                pattern.append("(?:.*\\n)*?");
            } else if (!line.isEmpty()) {
                pattern.append(Arrays.stream(line.split(Pattern.quote("..."), -1))
                                .map(Pattern::quote)
                                .collect(Collectors.joining(".*")))
                        .append("\\n");
            }
        }
        return Pattern.compile(pattern.toString());
    }

    /** Without empty lines; ids, times, ages, indices and versions by their kind; agents in alphabetical order. */
    static String levelled(String text) {
        String flat = text.replaceAll(UUID + "|\\b[0-9a-f]{8}-\\.\\.\\.", "<id>")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[.\\d]*Z", "<time>")
                .replaceAll("(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=", "<key>")
                .replaceAll("(?<![\\w.])\\d+(?:\\.\\d+)? ?(?:ms|s)\\b", "<age>")
                .replaceAll("(?<![\\w.])\\d+\\.\\d+\\.\\d+(?![\\w.])", "<version>")
                .replaceAll("(\"\\w*(?:[iI]ndex|term|lag|_ms|Index)\" ?: ?)\\d+", "$1<n>")
                .replaceAll("\\b(\\w*(?:index|term)\\w* = )\\d+", "$1<n>")
                .replaceAll("\\bterm \\d+", "term <n>");
        List<String> lines = new ArrayList<>();
        List<String> agents = new ArrayList<>();
        for (String raw : flat.split("\n", -1)) {
            String line = line(raw);
            if (OF_AN_AGENT.matcher(line).matches()) {
                agents.add(line.replaceAll("(?<= )\\d+(?= |$)", "<n>").replaceAll(",$", ""));
                continue;
            }
            agents.stream().sorted().forEach(lines::add);
            agents.clear();
            if (!line.isEmpty()) {
                lines.add(line);
            }
        }
        agents.stream().sorted().forEach(lines::add);
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    private static String line(String raw) {
        String line = raw.replaceAll("\\s+", " ").strip();
        return AGENTS.matcher(line)
                .replaceAll(list -> Matcher.quoteReplacement(
                        Arrays.stream(list.group().split(", ?", -1)).sorted().collect(Collectors.joining(", "))));
    }
}
