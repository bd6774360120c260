package io.quorate.contract;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What became of each exchange, and how that reads at the end of a run. */
final class Tally {
    private final Map<String, Map<Outcome, Integer>> groups = new TreeMap<>();
    private final List<String> meant = new ArrayList<>();
    private final Map<Meant.Line, Integer> unserved = new LinkedHashMap<>();

    /** Of one exchange. */
    enum Outcome {
        PASSED,
        MEANT,
        UNSERVED,
        FAILED
    }

    void add(Exchange exchange, Outcome outcome) {
        groups.computeIfAbsent(exchange.group(), group -> new EnumMap<>(Outcome.class))
                .merge(outcome, 1, Integer::sum);
    }

    void meant(Exchange exchange, Meant.Line line) {
        add(exchange, line.isUnserved() ? Outcome.UNSERVED : Outcome.MEANT);
        if (line.isUnserved()) {
            unserved.merge(line, 1, Integer::sum);
        } else {
            meant.add(exchange + "\n        " + line.reason());
        }
    }

    /** @param fields that were left out of every comparison */
    String report(List<Meant.Line> fields) {
        StringBuilder text = new StringBuilder(String.format(
                "%-12s %9s %7s %6s %11s %7s%n", "group", "exchanges", "passed", "meant", "not served", "failed"));
        Map<Outcome, Integer> sum = new EnumMap<>(Outcome.class);
        groups.forEach((group, counts) -> {
            text.append(row(group, counts));
            counts.forEach((outcome, count) -> sum.merge(outcome, count, Integer::sum));
        });
        text.append(row("all", sum));
        text.append(String.format("%nmeant: %d%n", meant.size()));
        meant.forEach(line -> text.append("    ").append(line).append('\n'));
        text.append(String.format("%nfields left out of all answers: %d%n", fields.size()));
        fields.forEach(line -> text.append("    ").append(line).append('\n'));
        text.append(String.format("%nnot served yet: %d%n", sum.getOrDefault(Outcome.UNSERVED, 0)));
        unserved.forEach((line, count) -> text.append(String.format("    %4d  %s%n", count, line)));
        return text.toString();
    }

    private static String row(String name, Map<Outcome, Integer> counts) {
        return String.format(
                "%-12s %9d %7d %6d %11d %7d%n",
                name,
                counts.values().stream().mapToInt(Integer::intValue).sum(),
                counts.getOrDefault(Outcome.PASSED, 0),
                counts.getOrDefault(Outcome.MEANT, 0),
                counts.getOrDefault(Outcome.UNSERVED, 0),
                counts.getOrDefault(Outcome.FAILED, 0));
    }
}
