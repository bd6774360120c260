package io.quorate.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Turns what was seen of the agents into the steps of the story, each told once: what the first server says, who got ready, and,
 * when nothing was said for a while, who keeps the others waiting. Pure; used by one thread.
 */
final class DevProgress {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /**
     * What one agent says.
     *
     * @param code empty while it does not answer
     */
    record Status(boolean ready, String code, String message, String nextStep) {
        static final Status SILENT = new Status(false, "", "", "");
    }

    /**
     * What was seen in one round.
     *
     * @param story new lines of the first server's story
     * @param cluster empty before there is one
     * @param leader node name, empty when none is known
     */
    record Seen(List<String> story, Map<String, Status> agents, String cluster, String leader) {
        Seen {
            story = List.copyOf(story);
            agents = new LinkedHashMap<>(agents);
        }

        boolean isReady() {
            return !cluster.isEmpty()
                    && !leader.isEmpty()
                    && agents.values().stream().allMatch(Status::ready);
        }
    }

    private final String storyteller;
    private final Set<String> ready = new HashSet<>();
    private Duration lastWord = Duration.ZERO;

    /** @param storyteller the agent whose story it is; the others would only repeat it */
    DevProgress(String storyteller) {
        this.storyteller = storyteller;
    }

    /** The lines that are new, in order. */
    List<String> observe(Seen seen, Duration elapsed) {
        List<String> lines = new ArrayList<>();
        seen.story().forEach(line -> lines.add(storyteller + ": " + line));
        seen.agents().forEach((name, status) -> {
            if (status.ready() && ready.add(name)) {
                lines.add(name + ": ready");
            }
        });
        if (seen.isReady()) {
            lines.add("ready");
        }
        if (lines.isEmpty() && elapsed.minus(lastWord).compareTo(PATIENCE) >= 0) {
            Map<String, List<String>> waiting = new LinkedHashMap<>();
            seen.agents().forEach((name, status) -> {
                if (!status.ready()) {
                    waiting.computeIfAbsent(reason(status), any -> new ArrayList<>())
                            .add(name);
                }
            });
            waiting.forEach((reason, names) -> lines.add(String.join(", ", names) + ": still waiting: " + reason));
        }
        if (!lines.isEmpty()) {
            lastWord = elapsed;
        }
        String time = String.format(Locale.ROOT, "[%6.1f s] ", elapsed.toMillis() / 1000.0);
        return lines.stream().map(line -> time + line).toList();
    }

    private static String reason(Status status) {
        if (status.code().isEmpty()) {
            return "it does not answer yet";
        }
        return status.message() + " [" + status.code() + "]"
                + (status.nextStep().isEmpty() ? "" : ". Next step: " + status.nextStep());
    }
}
