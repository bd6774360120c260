package io.quorate.monitoring;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a scrape holds, in Prometheus' text format.
 *
 * @param samples by the name of the series: its labels, each with the values that were seen
 * @param families names after {@code # TYPE}, with that type
 */
public record Exposition(
        SortedMap<String, SortedMap<String, SortedSet<String>>> samples, SortedMap<String, String> families) {
    private static final String TYPE = "# TYPE ";

    public static Exposition parse(String scrape) {
        SortedMap<String, SortedMap<String, SortedSet<String>>> samples = new TreeMap<>();
        SortedMap<String, String> families = new TreeMap<>();
        for (String line : scrape.lines().toList()) {
            if (line.startsWith(TYPE)) {
                String[] words = line.substring(TYPE.length()).split(" ", -1);
                families.put(words[0], words[1]);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                sample(line, samples);
            }
        }
        return new Exposition(samples, families);
    }

    private static void sample(String line, Map<String, SortedMap<String, SortedSet<String>>> samples) {
        int end = 0;
        while (line.charAt(end) != '{' && line.charAt(end) != ' ') {
            end++;
        }
        SortedMap<String, SortedSet<String>> labels =
                samples.computeIfAbsent(line.substring(0, end), name -> new TreeMap<>());
        int at = end;
        if (line.charAt(at) != '{') {
            return;
        }
        at++;
        while (line.charAt(at) != '}') {
            int equals = line.indexOf('=', at);
            String label = line.substring(at, equals);
            StringBuilder value = new StringBuilder();
            at = equals + 2;
            while (line.charAt(at) != '"') {
                if (line.charAt(at) == '\\') {
                    at++;
                }
                value.append(line.charAt(at));
                at++;
            }
            labels.computeIfAbsent(label, l -> new TreeSet<>()).add(value.toString());
            at++;
            if (line.charAt(at) == ',') {
                at++;
            }
        }
    }

    /** Both together. */
    public Exposition and(Exposition other) {
        SortedMap<String, SortedMap<String, SortedSet<String>>> all = new TreeMap<>();
        for (Exposition one : new Exposition[] {this, other}) {
            one.samples.forEach((name, labels) -> {
                SortedMap<String, SortedSet<String>> known = all.computeIfAbsent(name, n -> new TreeMap<>());
                labels.forEach((label, values) ->
                        known.computeIfAbsent(label, l -> new TreeSet<>()).addAll(values));
            });
        }
        SortedMap<String, String> types = new TreeMap<>(families);
        types.putAll(other.families);
        return new Exposition(all, types);
    }

    /** Labels of a series with their values; none when there is no such series. */
    public SortedMap<String, SortedSet<String>> labels(String name) {
        return samples.getOrDefault(name, new TreeMap<>());
    }

    /** What is wrong with a selector of a series; empty when some agent's series can match it. */
    public Optional<String> wrongWith(PromQl.Selector selector, Set<String> fromTheScraper) {
        SortedMap<String, SortedSet<String>> labels = samples.get(selector.name());
        if (labels == null) {
            return Optional.of(selector.name() + " is not exposed");
        }
        for (PromQl.Matcher matcher : selector.matchers()) {
            if (fromTheScraper.contains(matcher.label())) {
                continue;
            }
            SortedSet<String> values = labels.get(matcher.label());
            if (values == null) {
                return Optional.of(selector.name() + " has no label " + matcher.label());
            }
            for (String wanted : matcher.wanted()) {
                if (!values.contains(wanted)) {
                    return Optional.of(selector.name() + " has no " + matcher.label() + "=\"" + wanted + "\" but "
                            + String.join(", ", values));
                }
            }
        }
        return Optional.empty();
    }
}
