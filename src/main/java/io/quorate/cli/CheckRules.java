package io.quorate.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What must hold of a cluster that is whole. Pure: looks at nothing but what was seen. */
final class CheckRules {
    /** From so many servers on, a whole cluster survives the failure of one. */
    private static final int SPARES_ONE = 3;

    private CheckRules() {}

    /** @param text a whole sentence that names who and what */
    record Finding(boolean holds, String text) {}

    /**
     * One look at everybody.
     *
     * @param silent why each address that gave no answer gave none
     */
    record Seen(List<CheckedAgent> agents, List<String> silent) {
        Seen {
            agents = List.copyOf(agents);
            silent = List.copyOf(silent);
        }

        List<CheckedAgent> servers() {
            return agents.stream().filter(CheckedAgent::server).toList();
        }

        /** Last index of the server that is furthest, -1 without one. */
        long furthest() {
            return servers().stream().mapToLong(CheckedAgent::lastIndex).max().orElse(-1);
        }
    }

    /**
     * One finding for each thing that must hold, in the order in which a reader should see them.
     *
     * @param servers how many voters there must be; 0 when that was not said
     * @param before {@link Seen#furthest} of the look before, -1 when this is the first
     */
    static List<Finding> findings(Seen seen, int servers, long before) {
        List<Finding> findings = new ArrayList<>();
        findings.add(answers(seen));
        if (seen.agents().isEmpty()) {
            // Nothing is known, so nothing else can be said to hold.
            return findings;
        }
        // Why somebody is not ready explains most of what comes below.
        findings.add(healthy(seen));
        if (servers > 0) {
            findings.add(count(seen, servers));
        }
        findings.add(same("cluster id", seen.agents(), CheckedAgent::cluster));
        findings.add(same("leader", seen.agents(), agent -> named(agent.leader(), seen.agents())));
        findings.add(voters(seen, servers));
        findings.add(noVoterFailed(seen));
        tolerance(seen, servers).ifPresent(findings::add);
        catalog(seen).ifPresent(findings::add);
        findings.add(equalLogs(seen, before));
        return findings;
    }

    private static Finding answers(Seen seen) {
        if (!seen.silent().isEmpty()) {
            return new Finding(false, String.join("; ", seen.silent()));
        }
        int count = seen.agents().size();
        return count == 0
                ? new Finding(false, "no agent was found")
                : new Finding(
                        true, count + (count == 1 ? " agent answers: " : " agents answer: ") + names(seen.agents()));
    }

    private static Finding count(Seen seen, int servers) {
        int found = seen.servers().size();
        return new Finding(
                found == servers,
                (found == servers ? found : found + ", not " + servers) + " servers are here: "
                        + names(seen.servers()));
    }

    private static Finding same(String what, List<CheckedAgent> agents, Function<CheckedAgent, String> value) {
        Map<String, List<CheckedAgent>> byValue =
                agents.stream().collect(Collectors.groupingBy(value, TreeMap::new, Collectors.toList()));
        List<CheckedAgent> without = byValue.getOrDefault("", List.of());
        if (agents.isEmpty() || !without.isEmpty()) {
            return new Finding(false, "no " + what + (agents.isEmpty() ? "" : " is known by " + names(without)));
        }
        if (byValue.size() > 1) {
            return new Finding(
                    false,
                    byValue.size() + " different values for the " + what + ": "
                            + byValue.entrySet().stream()
                                    .map(e -> e.getKey() + " (" + names(e.getValue()) + ")")
                                    .collect(Collectors.joining(", ")));
        }
        return new Finding(true, "one " + what + ": " + ((TreeMap<String, ?>) byValue).firstKey());
    }

    private static Finding voters(Seen seen, int servers) {
        Set<Integer> counts = seen.agents().stream()
                .map(agent -> agent.voters().size())
                .collect(Collectors.toCollection(TreeSet::new));
        boolean holds = counts.size() == 1 && !counts.contains(0) && (servers == 0 || counts.contains(servers));
        String said = counts.stream().map(String::valueOf).collect(Collectors.joining(" or "));
        return new Finding(holds, said + " voters" + (holds || servers == 0 ? "" : ", not " + servers));
    }

    /** A voter that gossip holds for failed, or that does not answer the leader, wherever one of those asked says so. */
    private static Finding noVoterFailed(Seen seen) {
        Map<String, Set<String>> failed = new TreeMap<>();
        for (CheckedAgent agent : seen.agents()) {
            for (CheckedAgent.Voter voter : agent.voters()) {
                if (voter.failed() || agent.failed().contains(voter.name())) {
                    failed.computeIfAbsent(voter.name(), name -> new TreeSet<>())
                            .add(agent.name());
                }
            }
        }
        if (failed.isEmpty()) {
            return new Finding(true, "no voter has failed");
        }
        return new Finding(
                false,
                failed.entrySet().stream()
                        .map(entry ->
                                "voter " + entry.getKey() + " has failed, says " + String.join(", ", entry.getValue()))
                        .collect(Collectors.joining("; ")));
    }

    /** Of three servers one must be able to fail; a cluster of one or two never could spare any, and is not asked to. */
    private static Optional<Finding> tolerance(Seen seen, int servers) {
        int expected = seen.agents().stream()
                .mapToInt(agent -> Math.max(agent.expect(), agent.voters().size()))
                .reduce(servers, Math::max);
        if (servers > 0 ? servers < SPARES_ONE : expected < SPARES_ONE) {
            return Optional.empty();
        }
        CheckedAgent least = seen.agents().stream()
                .min(Comparator.comparingInt(CheckedAgent::tolerance))
                .orElseThrow();
        if (least.tolerance() > 0) {
            return Optional.of(new Finding(
                    true,
                    "survives " + least.tolerance() + (least.tolerance() == 1 ? " more failure" : " more failures")));
        }
        return Optional.of(new Finding(
                false,
                "does not survive one more failure, says " + least.name() + ", which counts "
                        + least.voters().size() + " voters; " + (servers > 0 ? servers : expected)
                        + " servers are expected"));
    }

    private static Finding healthy(Seen seen) {
        List<String> unready = seen.agents().stream()
                .filter(agent -> !agent.unready().isEmpty())
                .map(agent -> agent.name() + " (" + agent.unready() + ")")
                .toList();
        return unready.isEmpty()
                ? new Finding(true, "everybody asked is ready")
                : new Finding(false, "not ready: " + String.join(", ", unready));
    }

    /**
     * Everybody that answers and every living member of gossip, in the catalog as each agent hands it out that knows a leader. Where
     * nobody does, that is what is told.
     */
    private static Optional<Finding> catalog(Seen seen) {
        List<CheckedAgent> served = seen.agents().stream()
                .filter(agent -> !agent.leader().isEmpty())
                .toList();
        Set<String> wanted = new TreeSet<>();
        for (CheckedAgent agent : seen.agents()) {
            wanted.add(agent.name());
            wanted.addAll(agent.alive().keySet());
        }
        for (CheckedAgent agent : served) {
            if (!agent.noCatalog().isEmpty()) {
                return Optional.of(new Finding(false, "no catalog from " + agent.name() + ": " + agent.noCatalog()));
            }
            Set<String> missing = new TreeSet<>(wanted);
            missing.removeAll(agent.catalog());
            if (!missing.isEmpty()) {
                return Optional.of(new Finding(
                        false,
                        "not in the catalog that " + agent.name() + " hands out: " + String.join(", ", missing)));
            }
        }
        return served.isEmpty()
                ? Optional.empty()
                : Optional.of(new Finding(true, "in the catalog: " + String.join(", ", wanted)));
    }

    /**
     * Logs that are written to are never seen equal, because they are looked at one after the other. Then it is enough that everybody
     * has what the furthest had a look ago.
     */
    private static Finding equalLogs(Seen seen, long before) {
        List<CheckedAgent> servers = seen.servers();
        if (servers.isEmpty()) {
            return new Finding(false, "no server, so no log");
        }
        long first = servers.get(0).lastIndex();
        if (servers.stream().allMatch(server -> server.lastIndex() == first)) {
            return new Finding(true, "equal last log index: " + first);
        }
        String each = servers.stream()
                .map(server -> server.name() + " " + server.lastIndex())
                .collect(Collectors.joining(", "));
        boolean follow = before >= 0 && servers.stream().allMatch(server -> server.lastIndex() >= before);
        return new Finding(
                follow,
                follow ? "the logs are written to, and everybody follows: " + each : "last log index differs: " + each);
    }

    /** The name of a server that was asked; of another its id. */
    private static String named(String serverId, List<CheckedAgent> agents) {
        return agents.stream()
                .filter(agent -> agent.serverId().equals(serverId))
                .map(agent -> serverId.isEmpty() ? "" : agent.name())
                .findFirst()
                .orElse(serverId);
    }

    private static String names(Collection<CheckedAgent> agents) {
        return agents.stream().map(CheckedAgent::name).sorted().collect(Collectors.joining(", "));
    }
}
