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
 * Turns what was seen of the agents into the steps of the story, each told once. Pure; used by one thread.
 *
 * <p>The first server tells the waiting, for the others would only repeat it; each agent's readiness is told, and who is not
 * ready after a while says why.
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
     * @param cluster empty before there is one
     * @param leader node name, empty when none is known
     */
    record Seen(Map<String, Status> agents, String cluster, String leader) {
        Seen {
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
    private String told = "";
    private String cluster = "";
    private String leader = "";
    private Duration lastWord = Duration.ZERO;

    /** @param storyteller the agent whose waiting is told */
    DevProgress(String storyteller) {
        this.storyteller = storyteller;
    }

    /** The lines that are new, in order. */
    List<String> observe(Seen seen, Duration elapsed) {
        List<String> lines = new ArrayList<>();
        Status story = seen.agents().getOrDefault(storyteller, Status.SILENT);
        String now = story.code() + " " + story.message();
        if (!story.code().isEmpty() && !story.ready() && !now.equals(told)) {
            told = now;
            lines.add(storyteller + ": " + story.message() + " [" + story.code() + "]");
        }
        if (!seen.cluster().isEmpty() && !seen.cluster().equals(cluster)) {
            cluster = seen.cluster();
            lines.add("founded: cluster " + cluster);
        }
        if (!seen.leader().isEmpty() && !seen.leader().equals(leader)) {
            leader = seen.leader();
            lines.add("leader: " + leader);
        }
        seen.agents().forEach((name, status) -> {
            if (status.ready() && ready.add(name)) {
                lines.add(name + ": ready");
            }
        });
        if (seen.isReady()) {
            lines.add("ready");
        }
        if (lines.isEmpty() && elapsed.minus(lastWord).compareTo(PATIENCE) >= 0) {
            seen.agents().forEach((name, status) -> {
                if (!status.ready()) {
                    lines.add(name + ": still waiting: " + reason(status));
                }
            });
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
